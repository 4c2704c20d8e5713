/**
 * How work is cut. Every kernel has the form `kernel(args, first, last)`: `args` is the address of its argument struct, and
 * it does the blocks first <= block < last. What a block is stands in the kernel's contract and depends on the shape
 * alone, never on who runs it; so one caller may do all blocks, or several may share them, with the same bits in the result.
 * Blocks write disjoint memory.
 */

/** Elements in a block of an element-wise kernel: 64 KiB of f32, some 10 us of work. */
export const ELEMENTWISE_BLOCK: i32 = 16384;

export abstract class Jobs {
  /** ceil(total / size): how many pieces of `size` cover `total`. */
  @inline
  static pieces(total: i32, size: i32): i32 {
    return (total + size - 1) / size;
  }

  /** The end of the piece that starts at `start`. */
  @inline
  static end(start: i32, size: i32, total: i32): i32 {
    return min<i32>(start + size, total);
  }
}
