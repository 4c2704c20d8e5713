import type { Activation } from '../ops/conv2d/forward.ts';
import type { DType } from '../tensor/dtype.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** A batch normalisation in `eval()`, as the convolution before it sees it. */
export interface Norm {
  readonly channels: number;
  readonly dtype: DType;
  readonly eps: number;
  readonly runningMean: Tensor;
  readonly runningVar: Tensor;
  /** weight and bias, or neither. */
  readonly params: Readonly<Record<string, Tensor>>;
  /** Another object since each `train()`: what was made of the numbers above before it is out of date. */
  readonly frozen: object;
}

/** What of the following layers' work a stage does on the way. */
export interface Following {
  readonly norm?: Norm | undefined;
  readonly activation?: Activation | undefined;
}

/** What a layer tells `infer` (inference.ts) of its forward in `eval()`, so that layers may be joined and memory reused. */
export interface Stage {
  /**
   * The layer's forward, and what follows. Without it the layer is the sequence of its children.
   *
   * @param following only what the stage takes
   * @param out x itself where the result may be written over it; for stages with `inPlace`
   */
  readonly run?: (x: Tensor, following: Following, out: Tensor | undefined) => Tensor;
  /** Whether a following normalisation can be had on the way; an activation comes after it. */
  readonly takesNorm?: (norm: Norm) => boolean;
  readonly takesActivation?: boolean;
  /** The layer is nothing but this: a stage before it may do it. */
  readonly norm?: Norm;
  readonly activation?: Activation;
  readonly inPlace?: boolean;
  /** Whether x comes before layers of which nothing is known, and which may keep it. */
  readonly exposes?: boolean;
  /** Lets go of what a forward in training kept. */
  readonly forget?: () => void;
}
