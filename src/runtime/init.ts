import {
  ArgumentError,
  ConvasmError,
  NotInitializedError,
  OutOfMemoryError,
  UnsupportedEngineError,
} from '../errors.ts';
import { compile, loadBinary, type Variant, variantOf } from './binaries.ts';
import { LinearMemory } from './memory.ts';
import { Runtime } from './runtime.ts';
import { planThreads, type ThreadPlan, workersOf } from './threads/host.ts';
import { startPool } from './threads/start.ts';
import type { WorkerLike } from './threads/thread.ts';
import { warmUp } from './warmUp.ts';

const INITIAL_BYTES = 2 ** 20;
const MAX_MEMORY = 2 ** 32;
const MAX_THREADS = 64;

export interface InitOptions {
  /**
   * Threads to compute with, this one included, 1 to 64. Default 'auto': as many as the machine has cores, up to 16. Where there can
   * be but one, `runtimeInfo().threadsOff` says why. Results do not depend on it.
   */
  threads?: number | 'auto';
  /**
   * Makes a worker that runs the script `convasm/worker`, for pages whose Content-Security-Policy forbids those that convasm makes
   * itself: `() => new Worker(new URL('./convasm-worker.js', import.meta.url), { type: 'module' })`.
   */
  worker?: () => WorkerLike;
  /** Which binary: 'relaxed' needs relaxed SIMD. Default 'auto': relaxed where the engine really fuses multiply-add, else simd. */
  variant?: 'auto' | Variant;
  /** Bytes that the linear memory may grow to, 1 MiB to 4 GiB. Default 4 GiB, or what the engine gives of it. */
  maxMemory?: number;
  /** Whether 3x3 convolutions may use Winograd's algorithm (see docs/numerics.md); false: exact sums everywhere. Default true. */
  winograd?: boolean;
  /** One of convasm's binaries, compiled by the caller, for places that forbid compiling. Then `variant` is not looked at. */
  module?: WebAssembly.Module;
}

export interface RuntimeInfo {
  readonly variant: Variant;
  /** Threads that compute, the caller included. */
  readonly threads: number;
  /** Why there is only one thread, and what would turn on more; absent with more. */
  readonly threadsOff?: string;
  /** Why there are fewer threads than were asked for (some did not start, or were lost since), one reason for each; absent if not. */
  readonly threadsLost?: readonly string[];
  /** Bytes: handed out to tensors and scratch, reserved from the engine, allowed. */
  readonly memory: { readonly used: number; readonly reserved: number; readonly max: number };
}

let current: Runtime | null = null;
let starting: Promise<Runtime> | null = null;

/**
 * Loads the binary that suits the engine and starts the threads. Call it once, before anything else; after it everything is
 * synchronous. Further calls wait for the first and change nothing; after a failure the next call tries again.
 *
 * @throws ArgumentError for a bad option, UnsupportedEngineError where no binary can run, OutOfMemoryError where the engine does not
 *   give the memory that `maxMemory` asks for.
 */
export async function init(options: InitOptions = {}): Promise<void> {
  checkOptions(options);
  starting ??= start(options);
  try {
    current = await starting;
  } catch (error) {
    starting = null;
    throw error;
  }
}

/** Ends the threads that `init` started, if any. Everything goes on working, on the one thread that is left. */
export async function shutdown(): Promise<void> {
  const { pool } = runtime();
  if (!pool) return;
  runtime().pool = null;
  runtime().threadsOff = 'shutdown() ended the threads';
  await pool.stop();
}

/** What runs: the variant, its threads and its memory. */
export function runtimeInfo(): RuntimeInfo {
  const { variant, pool, threadsOff, memory, allocator } = runtime();
  const threads = pool?.threads ?? 1;
  return {
    variant,
    threads,
    ...(threads === 1 && { threadsOff: threadsOff ?? 'all other threads were lost, see threadsLost' }),
    ...(pool && pool.lost.length > 0 && { threadsLost: pool.lost }),
    memory: { used: allocator.used, reserved: memory.size, max: memory.max },
  };
}

/** The runtime that `init` made. */
export function runtime(): Runtime {
  if (!current) throw new NotInitializedError();
  return current;
}

async function start(options: InitOptions): Promise<Runtime> {
  if (typeof WebAssembly !== 'object') throw new UnsupportedEngineError('This engine has no WebAssembly.');
  const wanted = planThreads(options.threads ?? 'auto', {
    module: options.module !== undefined,
    worker: options.worker !== undefined,
  });
  const { memory, plan } = makeMemory(wanted, options.maxMemory);
  const { runtime, module } = options.module
    ? { ...instantiate(options.module, memory, options), module: options.module }
    : await load(options, memory, plan.threads > 1);
  warmUp(runtime);
  await addThreads(runtime, module, plan, options);
  return runtime;
}

/** The memory, a shared one where the plan has threads; where there is none to be had, an unshared one, and a plan without threads. */
function makeMemory(plan: ThreadPlan, maximum: number | undefined): { memory: LinearMemory; plan: ThreadPlan } {
  const make = (shared: boolean) => LinearMemory.create({ initial: INITIAL_BYTES, maximum, shared });
  if (plan.threads === 1) return { memory: make(false), plan };
  try {
    return { memory: make(true), plan };
  } catch (error) {
    if (!(error instanceof OutOfMemoryError)) throw error;
    const off = `the engine gives no shared memory of ${error.requested} bytes; init({ maxMemory }) can ask for less`;
    return { memory: make(false), plan: { threads: 1, off } };
  }
}

/** The best of the binaries that run here. */
async function load(
  options: InitOptions,
  memory: LinearMemory,
  shared: boolean,
): Promise<{ runtime: Runtime; module: WebAssembly.Module }> {
  const wanted = options.variant ?? 'auto';
  const order: Variant[] = wanted === 'auto' ? ['relaxed', 'simd'] : [wanted];
  for (const variant of order) {
    const bytes = await loadBinary(variant, shared);
    if (!WebAssembly.validate(bytes)) continue;
    const module = await compile(bytes);
    const { runtime, fuses } = instantiate(module, memory, options);
    // Relaxed SIMD that multiplies and adds apart (Bun) has nothing to give over the plain binary.
    if (fuses || wanted !== 'auto' || variant === 'simd') return { runtime, module };
  }
  throw new UnsupportedEngineError(
    wanted === 'relaxed'
      ? "This engine has no relaxed SIMD; use init({ variant: 'auto' })."
      : 'This engine has no WebAssembly SIMD (Node >= 16.4, Chrome >= 91, Firefox >= 89, Safari >= 16.4 have it).',
  );
}

function instantiate(
  module: WebAssembly.Module,
  memory: LinearMemory,
  { winograd = true }: InitOptions,
): { runtime: Runtime; fuses: boolean } {
  const { exports } = connect(module, memory.memory);
  const runtime = new Runtime(exports, variantOf(exports), memory, winograd);
  return { runtime, fuses: (exports.fusesMultiplyAdd as () => number)() === 1 };
}

function connect(module: WebAssembly.Module, memory: WebAssembly.Memory): WebAssembly.Instance {
  try {
    return new WebAssembly.Instance(module, { env: { memory } });
  } catch (cause) {
    // It does not import what is given to it: another program, or a binary made for shared memory.
    if (!(cause instanceof WebAssembly.LinkError)) throw cause;
    throw new UnsupportedEngineError('The module given to init({ module }) is not one of convasm.', { cause });
  }
}

/** Starts the threads of the plan; where none starts, says so in `threadsOff`. */
async function addThreads(
  runtime: Runtime,
  module: WebAssembly.Module,
  { threads, off }: ThreadPlan,
  { worker }: InitOptions,
): Promise<void> {
  runtime.threadsOff = off;
  if (threads === 1) return;
  try {
    runtime.pool = await startPool(runtime, { module, slots: threads, workers: workersOf(worker) });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const help = worker || error instanceof ConvasmError ? '' : '; init({ worker }) takes one of your own';
    runtime.threadsOff = `no worker could be started (${reason})${help}`;
  }
}

function checkOptions({
  threads = 'auto',
  variant = 'auto',
  maxMemory = MAX_MEMORY,
  module,
  winograd,
  worker,
}: InitOptions): void {
  if (threads !== 'auto' && !(Number.isInteger(threads) && threads >= 1 && threads <= MAX_THREADS)) {
    throw new ArgumentError('threads', threads, `'auto' or a whole number from 1 to ${MAX_THREADS}`);
  }
  if (worker !== undefined && typeof worker !== 'function') {
    throw new ArgumentError('worker', worker, 'a function that makes a Worker');
  }
  if (!['auto', 'relaxed', 'simd'].includes(variant)) {
    throw new ArgumentError('variant', variant, "'auto', 'relaxed' or 'simd'");
  }
  if (!(typeof maxMemory === 'number' && maxMemory >= INITIAL_BYTES && maxMemory <= MAX_MEMORY)) {
    throw new ArgumentError('maxMemory', maxMemory, `a number of bytes from ${INITIAL_BYTES} to ${MAX_MEMORY}`);
  }
  if (winograd !== undefined && typeof winograd !== 'boolean')
    throw new ArgumentError('winograd', winograd, 'true or false');
  if (module !== undefined && !(module instanceof WebAssembly.Module)) {
    throw new ArgumentError('module', module, 'a WebAssembly.Module');
  }
}
