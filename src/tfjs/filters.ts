import { FilterCache } from '../ops/conv2d/filterCache.ts';
import { scope, unscoped } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** Filters in our order, and where their prepared form is kept: nowhere at first. */
export interface KeptFilters {
  readonly filters: Tensor;
  readonly cache: FilterCache | undefined;
}

/**
 * The numbers of one data id as the filters of convolutions: in our order of dimensions, and from the second convolution on in the form
 * that the kernels read. In training filters change with each step, and to keep their prepared form would only take memory.
 */
export class StoredFilters {
  #key = '';
  #filters: Tensor | null = null;
  #uses = 0;
  readonly #cache = new FilterCache();

  /**
   * @param key what tells apart the orders that the same numbers may be read in
   * @param make filters in our order, made in the scope that is open
   */
  get(key: string, make: () => Tensor): KeptFilters {
    if (!this.#filters || this.#key !== key) {
      this.release();
      this.#filters = unscoped(() => scope(make));
      this.#key = key;
    }
    return { filters: this.#filters, cache: this.#uses++ > 0 ? this.#cache : undefined };
  }

  /** Gives the memory back. */
  release(): void {
    this.#cache.clear();
    this.#filters?.dispose();
    this.#filters = null;
    this.#uses = 0;
  }
}
