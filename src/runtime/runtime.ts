import { KERNELS, type KernelArgs, type KernelName } from './abi.ts';
import { ALIGNMENT, Allocator } from './allocator.ts';
import type { Variant } from './binaries.ts';
import type { LinearMemory } from './memory.ts';
import { Scratch } from './scratch.ts';
import type { Struct } from './struct.ts';
import { ARGS_BYTES } from './threads/control.ts';
import type { ThreadPool } from './threads/pool.ts';
import { WORK } from './work.ts';

/** Suffix of a typed kernel: the element type it computes with. */
export type ElementType = 'f32' | 'f64';

/** Bytes of an element. */
export const BYTES = { f32: 4, f64: 8 } as const;

/** Elements of a vector. */
export const LANES = { f32: 4, f64: 2 } as const;

type Call = (args: number, first: number, last: number) => void;

/** A kernel for one element type. */
interface Kernel {
  readonly call: Call;
  readonly struct: Struct;
  readonly work: ((args: never, blocks: number) => number) | undefined;
  /** Whether its threads need working memory of their own. */
  readonly private: boolean;
  /** Its place in the list that workers have. */
  readonly place: number;
}

/** The struct stands on the second cache line: address 0 stays free for "no address". */
export const ARGS_ADDRESS = ALIGNMENT;

/** One instance of a binary with its memory: what ops call kernels on. */
export class Runtime {
  readonly variant: Variant;
  readonly memory: LinearMemory;
  readonly allocator: Allocator;
  readonly scratch: Scratch;
  /** Whether convolutions may use Winograd's algorithm. */
  readonly winograd: boolean;
  /** MR, rows of the micro-kernel's tile. */
  readonly tile: 4 | 6;
  /** The threads that share work with the caller; null: none. */
  pool: ThreadPool | null = null;
  /** Why there are none. */
  threadsOff: string | undefined;
  readonly #kernels: Record<KernelName, Record<ElementType, Kernel>>;

  constructor(exports: WebAssembly.Exports, variant: Variant, memory: LinearMemory, winograd: boolean) {
    this.variant = variant;
    this.memory = memory;
    this.allocator = new Allocator(memory, ARGS_ADDRESS + ARGS_BYTES);
    this.scratch = new Scratch(this.allocator);
    this.winograd = winograd;
    this.tile = tileFor(variant);
    this.#kernels = tableOf(exports);
  }

  /** Threads that may come to need private memory, the caller included. */
  get slots(): number {
    return this.pool?.slots ?? 1;
  }

  /**
   * Runs blocks 0 to `blocks` - 1 of a kernel, on several threads where that is worth it. What a block is stands in the kernel's
   * contract.
   *
   * @param privateBytes of a kernel with private memory (KERNELS): how many bytes each thread has of it. The addresses in `args` are
   *   the caller's; the other threads' follow at this distance, `slots` of them in all. 0: there is but the caller's.
   * @throws ThreadError
   */
  run<K extends KernelName>(kernel: K, type: ElementType, args: KernelArgs<K>, blocks: number, privateBytes = 0): void {
    const entry = this.#kernels[kernel][type];
    entry.struct.write(this.memory, ARGS_ADDRESS, args);
    const { pool } = this;
    if (pool !== null && blocks > 1 && entry.work && (privateBytes > 0 || !entry.private)) {
      const work = entry.work(args as never, blocks) * (type === 'f32' ? 1 : 2);
      if (pool.share(entry, ARGS_ADDRESS, blocks, privateBytes, work)) return;
    }
    entry.call(ARGS_ADDRESS, 0, blocks);
  }
}

/** What workers need to know of the kernels: their names, and the words of their structs that hold private addresses. */
export function kernelList(): { names: string[]; privateWords: number[][] } {
  const names: string[] = [];
  const privateWords: number[][] = [];
  for (const [name, entry] of Object.entries(KERNELS)) {
    const offsets: Readonly<Record<string, number>> = entry.struct.offsets;
    const words = ('private' in entry ? entry.private : []).map(field => (offsets[field] as number) / 4);
    for (const type of ['f32', 'f64']) {
      names.push(entry.typed ? `${name}_${type}` : name);
      privateWords.push(words);
    }
  }
  return { names, privateWords };
}

function tableOf(exports: WebAssembly.Exports): Record<KernelName, Record<ElementType, Kernel>> {
  const { names, privateWords } = kernelList();
  const kernelAt = (kernel: KernelName, place: number): Kernel => ({
    call: exports[names[place] as string] as Call,
    struct: KERNELS[kernel].struct as Struct,
    work: WORK[kernel],
    private: (privateWords[place] as number[]).length > 0,
    place,
  });
  const entries = (Object.keys(KERNELS) as KernelName[]).map((kernel, i) => [
    kernel,
    { f32: kernelAt(kernel, 2 * i), f64: kernelAt(kernel, 2 * i + 1) },
  ]);
  return Object.fromEntries(entries);
}

/**
 * The tile that suits the engine (GFLOP/s of 57 on one Zen 4 core, see docs/architecture.md):
 *
 *                                      4 x 8    6 x 8
 *     relaxed, Math.f16round exists     52.7     56.8    Node >= 24, Chromium, Firefox, Deno
 *     relaxed, no Math.f16round         50       25      Node 22: V8 hoists the loads, 6 x 8 spills
 *     simd                              37-46    28      one register more for the product: always spills
 */
function tileFor(variant: Variant): 4 | 6 {
  return variant === 'relaxed' && typeof (Math as { f16round?: unknown }).f16round === 'function' ? 6 : 4;
}
