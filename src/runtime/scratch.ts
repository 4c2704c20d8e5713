import { type Allocator, type Block, roundUp } from './allocator.ts';

/**
 * The working memory of the op that is running: one block, kept and made larger when an op needs more, so that a steady
 * state allocates nothing. An op reserves once, all that it needs.
 */
export class Scratch {
  readonly #allocator: Allocator;
  #block: Block | null = null;

  constructor(allocator: Allocator) {
    this.#allocator = allocator;
  }

  /**
   * Addresses of areas of the given sizes in bytes, each on a cache line of its own; valid until the next reserve.
   *
   * @throws OutOfMemoryError
   */
  reserve(...sizes: number[]): number[] {
    let address = this.area(sizes.reduce((sum, bytes) => sum + roundUp(bytes), 0));
    return sizes.map(bytes => {
      const start = address;
      address += roundUp(bytes);
      return start;
    });
  }

  /**
   * Address of the only area of `bytes` bytes; valid until the next reserve.
   *
   * @throws OutOfMemoryError
   */
  area(bytes: number): number {
    if (!this.#block || this.#block.size < bytes) {
      this.release();
      this.#block = this.#allocator.allocate(bytes);
    }
    return this.#block.address;
  }

  /** Gives the memory back; the next reserve allocates anew. */
  release(): void {
    const block = this.#block;
    this.#block = null;
    if (block) this.#allocator.release(block);
  }
}
