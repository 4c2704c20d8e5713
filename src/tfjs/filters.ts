import { FilterCache } from '../ops/conv2d/filterCache.ts';
import { scope, unscoped } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';

/**
 * The numbers of one data id as the filters of convolutions, or the right matrix of products: in our order of dimensions, and from the
 * second use on in the form that the kernels read. In training filters change with each step, and to keep their prepared form would
 * only take memory.
 */
export class StoredFilters {
  #key = '';
  #filters: Tensor | null = null;
  #uses = 0;
  readonly #cache = new FilterCache();

  /** Counts a use; whether it was the first one. */
  use(): boolean {
    return this.#uses++ === 0;
  }

  /** Where the prepared form is kept, for filters that are used again. */
  get cache(): FilterCache | undefined {
    return this.#uses > 1 ? this.#cache : undefined;
  }

  /**
   * The filters in our order.
   *
   * @param key what tells apart the orders that the same numbers may be read in
   * @param make makes them in the scope that is open
   */
  get(key: string, make: () => Tensor): Tensor {
    if (!this.#filters || this.#key !== key) {
      this.release();
      this.#filters = unscoped(() => scope(make));
      this.#key = key;
    }
    return this.#filters;
  }

  /** Gives the memory back. */
  release(): void {
    this.#cache.clear();
    this.#filters?.dispose();
    this.#filters = null;
  }
}
