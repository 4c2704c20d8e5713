import { KERNELS, type KernelArgs, type KernelName } from './abi.ts';
import { ALIGNMENT, Allocator } from './allocator.ts';
import type { Abi, Variant } from './binaries.ts';
import type { LinearMemory } from './memory.ts';
import { Scratch } from './scratch.ts';
import type { Struct } from './struct.ts';

/** Suffix of a typed kernel: the element type it computes with. */
export type ElementType = 'f32' | 'f64';

/** Bytes of an element. */
export const BYTES = { f32: 4, f64: 8 } as const;

/** Elements of a vector. */
export const LANES = { f32: 4, f64: 2 } as const;

type Kernel = (args: number, first: number, last: number) => void;
type TypedKernel = Record<ElementType, Kernel>;

/** Bytes for the argument struct of the call that is running. */
const ARGS_BYTES = 256;
/** The struct stands on the second cache line: address 0 stays free for "no address". */
const ARGS_ADDRESS = ALIGNMENT;

/** One instance of a binary with its memory: what ops call kernels on. */
export class Runtime {
  readonly variant: Variant;
  readonly memory: LinearMemory;
  readonly allocator: Allocator;
  readonly scratch: Scratch;
  /** Threads that compute, this one included. */
  readonly threads = 1;
  /** Why there are no more. */
  readonly threadsOff = 'this version of convasm computes on one thread';
  /** Whether convolutions may use Winograd's algorithm. */
  readonly winograd: boolean;
  /** MR, rows of the micro-kernel's tile. */
  readonly tile: 4 | 6;
  readonly #kernels: Record<string, TypedKernel>;

  constructor(instance: WebAssembly.Instance, abi: Abi, memory: LinearMemory, winograd: boolean) {
    this.variant = abi.variant;
    this.memory = memory;
    this.allocator = new Allocator(memory, ARGS_ADDRESS + ARGS_BYTES);
    this.scratch = new Scratch(this.allocator);
    this.winograd = winograd;
    this.tile = tileFor(abi.variant);
    const find = (name: string): Kernel => instance.exports[name] as Kernel;
    this.#kernels = Object.fromEntries(
      Object.entries(KERNELS).map(([name, { typed }]) => [
        name,
        typed ? { f32: find(`${name}_f32`), f64: find(`${name}_f64`) } : { f32: find(name), f64: find(name) },
      ]),
    );
  }

  /**
   * Runs blocks 0 to `blocks` - 1 of a kernel. What a block is stands in the kernel's contract.
   */
  run<K extends KernelName>(kernel: K, type: ElementType, args: KernelArgs<K>, blocks: number): void {
    (KERNELS[kernel].struct as Struct).write(this.memory, ARGS_ADDRESS, args);
    (this.#kernels[kernel] as TypedKernel)[type](ARGS_ADDRESS, 0, blocks);
  }
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
