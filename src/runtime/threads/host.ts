import source from '../../wasm/worker.ts';
import type { WorkerLike } from './thread.ts';

/** Most threads that 'auto' takes: more have not been measured. */
const MOST = 16;

interface WorkerThreads {
  readonly Worker: new (source: string, options: { eval: boolean; execArgv: string[]; name: string }) => WorkerLike;
}

interface Host {
  readonly process?: { readonly versions?: { readonly node?: string }; getBuiltinModule?(name: string): unknown };
  readonly navigator?: { readonly userAgent?: string; readonly hardwareConcurrency?: number };
  readonly window?: unknown;
  readonly WorkerGlobalScope?: unknown;
  readonly crossOriginIsolated?: boolean;
  readonly SharedArrayBuffer?: unknown;
  readonly Worker?: unknown;
}

const host = globalThis as Host;

/** How many threads to start, the caller included; `off` says why there is but one. */
export interface ThreadPlan {
  readonly threads: number;
  readonly off?: string;
}

/** What this place allows. */
export function planThreads(
  wanted: number | 'auto',
  own: { readonly module: boolean; readonly worker: boolean },
): ThreadPlan {
  if (wanted === 1) return { threads: 1, off: 'init({ threads: 1 }) asked for one thread' };
  const off = obstacle(own);
  if (off !== undefined) return { threads: 1, off };
  if (wanted !== 'auto') return { threads: wanted };
  const count = Math.min(MOST, cores());
  if (count > 1) return { threads: count };
  return { threads: 1, off: 'the machine has one core; init({ threads: 2 }) starts a second thread all the same' };
}

/** Where workers come from. */
export interface Workers {
  /** Ways to make one, the best first. */
  readonly makers: readonly (() => WorkerLike)[];
  /** To be called when all have been made and are ready, or have failed. */
  release(): void;
}

export function workersOf(own: (() => WorkerLike) | undefined): Workers {
  const release = () => {};
  if (own) return { makers: [own], release };
  const node = workerThreads();
  // No execArgv: loaders and flags of the process mean nothing to a script without imports.
  if (node) return { makers: [() => new node.Worker(source, { eval: true, execArgv: [], name: 'convasm' })], release };
  // One address for all, made before the first worker and revoked after the last has started: in a Web Worker of Firefox either waits
  // for the page's thread, and for ever while a worker of its own is being loaded (one start of ten with three threads).
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  return { makers: [() => new Worker(url) as WorkerLike, fileWorker], release: () => URL.revokeObjectURL(url) };
}

function obstacle(own: { readonly module: boolean; readonly worker: boolean }): string | undefined {
  if (host.navigator?.userAgent === 'Cloudflare-Workers') return 'Cloudflare Workers have no threads';
  if (own.module) return 'init({ module }) was given a compiled module, which cannot be made to share its memory';
  // Undefined outside browsers.
  if (host.crossOriginIsolated === false || typeof host.SharedArrayBuffer !== 'function') {
    return (
      'the page is not cross-origin isolated, so it may not share memory; serve it (and its scripts) with the headers ' +
      'Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp'
    );
  }
  if (own.worker) return undefined;
  if (isNodeLike()) {
    return workerThreads()
      ? undefined
      : 'worker_threads cannot be reached here; Node 20.16 or newer has them for every module';
  }
  return typeof host.Worker === 'function'
    ? undefined
    : 'there is no Worker here; init({ worker }) takes one of your own';
}

function cores(): number {
  const os = builtin('node:os') as { availableParallelism?(): number } | undefined;
  return os?.availableParallelism?.() ?? host.navigator?.hardwareConcurrency ?? 1;
}

function workerThreads(): WorkerThreads | undefined {
  return isNodeLike() ? (builtin('node:worker_threads') as WorkerThreads | undefined) : undefined;
}

/** Node, Bun and Deno, and their workers; not a page or Web Worker that happens to have a `process`. */
function isNodeLike(): boolean {
  return (
    typeof host.process?.versions?.node === 'string' &&
    host.window === undefined &&
    host.WorkerGlobalScope === undefined
  );
}

/** A module of Node without an import, which bundlers for browsers would stumble over. */
function builtin(name: string): unknown {
  try {
    return host.process?.getBuiltinModule?.(name);
  } catch {
    return undefined; // An edge runtime that has the function and throws.
  }
}

/** The same script as a file: for pages whose policy allows workers of their own origin only. Bundlers know this form. */
function fileWorker(): WorkerLike {
  return new Worker(new URL('../../worker.js', import.meta.url), { type: 'module' }) as WorkerLike;
}
