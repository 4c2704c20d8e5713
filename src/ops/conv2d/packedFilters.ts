import { DTYPES } from '../../tensor/dtype.ts';
import { Storage } from '../../tensor/storage.ts';
import { makeContiguous, type Tensor } from '../../tensor/tensor.ts';
import { filterPanelBytes, packFilters as pack } from './forwardPass.ts';
import { type Conv2DOptions, convGeometry } from './geometry.ts';

/** Filters in the order in which the forward pass reads them, for those that stay the same from call to call. */
export class PackedFilters {
  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  get address(): number {
    return this.#storage.block.address;
  }

  dispose(): void {
    this.#storage.release();
  }
}

/**
 * Packs filters for convolutions with the given options.
 *
 * @throws OutOfMemoryError
 */
export function packFilters(w: Tensor, groups: number): PackedFilters {
  const [, groupIn = 1, height = 1, width = 1] = w.shape;
  const options: Conv2DOptions = { groups };
  const g = convGeometry([1, groupIn * groups, height, width], w.shape, options);
  makeContiguous(w);
  const { bytes, kernel } = DTYPES[w.dtype];
  const { runtime } = w.storage;
  const storage = new Storage(runtime, filterPanelBytes(g, bytes));
  pack(runtime, kernel, g, w.address, storage.block.address);
  return new PackedFilters(storage);
}
