import type { Shape } from '../tensor/shape.ts';

/** Inputs and targets of some samples, in row-major order. */
export interface Batch {
  /** [count, ...inputShape] */
  readonly inputs: Float32Array | Float64Array;
  /** [count] class ids, or [count, ...targetShape]. */
  readonly targets: Int32Array | Float32Array | Float64Array;
  readonly count: number;
}

/** Samples of one shape, to be had in any order. */
export interface Dataset {
  /** How many samples there are. */
  readonly length: number;
  /** Shape of one sample's input, such as [channels, height, width]. */
  readonly inputShape: Shape;
  /** Shape of one sample's target; null where targets are class ids. */
  readonly targetShape: Shape | null;
  /**
   * The samples `indices`, in this order.
   *
   * @param epoch counted from 0; what random changes (augmentation) depend on, with the sample's index and their seed
   * @param into a batch of an earlier call for as many samples, whose arrays may be used again
   */
  batch(indices: Uint32Array, epoch: number, into?: Batch): Batch | Promise<Batch>;
}
