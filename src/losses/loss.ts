import type { Tensor } from '../tensor/tensor.ts';

/** What `fit` and `evaluate` need of a loss. */
export interface Loss {
  /** What it takes for targets; where it is left out, whatever the data has is handed on. */
  readonly targets?: 'class ids' | 'tensor';
  /**
   * The mean loss of a batch; it keeps what backward needs.
   *
   * @param output of the network, [batch, ...]
   * @param targets class ids [batch], or a tensor [batch, ...targetShape] of the output's element type
   */
  forward(output: Tensor, targets: Int32Array | Tensor): number;
  /** The gradient of each sample's own loss in the output: not divided by the batch. */
  backward(): Tensor;
}
