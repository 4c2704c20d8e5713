import { BYTES, type ElementType, type Runtime } from '../../runtime/runtime.ts';
import { unscoped } from '../../tensor/scope.ts';
import { allocate, type Tensor } from '../../tensor/tensor.ts';
import type { PreparedAlgorithm } from './algorithm.ts';
import { filterPanelBytes, packFilters } from './forwardPass.ts';
import type { ConvGeometry } from './geometry.ts';
import { forwardFilters, tileSize, transformedBytes, transformFilters, WORK_BYTES } from './winograd/pass.ts';

/**
 * Filters in the form in which the forward pass reads them (packed, or transformed for Winograd), kept from call to call by
 * those whose filters do not change. Made again when the algorithm changes with the size of the input, for other groups, or for another tensor.
 */
export class FilterCache {
  #of: Tensor | null = null;
  #algorithm: PreparedAlgorithm | null = null;
  #groups = 0;
  /** A tensor, so that the memory comes back with a layer that is forgotten. */
  #prepared: Tensor | null = null;

  /**
   * Address of the prepared filters.
   *
   * @throws OutOfMemoryError, ThreadError
   */
  get(runtime: Runtime, type: ElementType, w: Tensor, g: ConvGeometry, algorithm: PreparedAlgorithm): number {
    const same = this.#of === w && this.#algorithm === algorithm && this.#groups === g.groups;
    if (this.#prepared && same) return this.#prepared.address;
    this.clear();
    const bytes = BYTES[type];
    const filters = forwardFilters(g, w.address, false);
    const direct = algorithm === 'direct';
    const size = direct ? filterPanelBytes(g, bytes) : transformedBytes(tileSize(algorithm), filters, bytes);
    const prepared = unscoped(() => allocate([size / bytes], w.dtype, 'contiguous'));
    const { address } = prepared;
    // First, so that it is given back by the next `clear` if what follows throws.
    this.#prepared = prepared;
    if (direct) packFilters(runtime, type, g, w.address, address);
    else {
      const [work = 0] = runtime.scratch.reserve(runtime.slots * WORK_BYTES);
      transformFilters(runtime, type, tileSize(algorithm), filters, address, work);
    }
    this.#of = w;
    this.#algorithm = algorithm;
    this.#groups = g.groups;
    return address;
  }

  /** Gives the memory back. */
  clear(): void {
    this.#prepared?.dispose();
    this.#prepared = null;
    this.#of = null;
  }
}
