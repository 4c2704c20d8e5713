import type { Block } from '../runtime/allocator.ts';
import type { Runtime } from '../runtime/runtime.ts';

/** A block of linear memory with the number of tensors that share it; the last one to leave gives it back. */
export class Storage {
  readonly runtime: Runtime;
  block: Block;
  #references = 1;

  /** @throws OutOfMemoryError */
  constructor(runtime: Runtime, bytes: number) {
    this.runtime = runtime;
    this.block = runtime.allocator.allocate(bytes);
  }

  get shared(): boolean {
    return this.#references > 1;
  }

  retain(): this {
    this.#references++;
    return this;
  }

  release(): void {
    if (--this.#references === 0) this.runtime.allocator.release(this.block);
  }
}
