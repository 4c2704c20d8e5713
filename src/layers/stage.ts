import type { Activation } from '../ops/conv2d/forward.ts';
import type { ActivationOutput } from '../ops/through.ts';
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

/** What a layer tells the networks that it is in (joining.ts), so that layers may be joined and memory reused. */
export interface Stage {
  /**
   * The layer's forward in `eval()`, and what follows. Without it the layer is the sequence of its children.
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
  /** Whether x may be another one after forward: in another memory format, or written to by layers of which nothing is known. */
  readonly changes?: boolean;
  /** Lets go of what a forward in training kept. */
  readonly forget?: () => void;

  /** The layer's forward in training, and the activation that follows; for stages with `takesActivation`. */
  readonly train?: (x: Tensor, activation: Activation) => Tensor;
  /** What forward kept of its input; of an activation perhaps its output. */
  readonly input?: Tensor | null;
  /** Of an activation: has its output take the place of the input, of which its gradient can be made as well. */
  readonly keep?: (output: Tensor) => void;
  /** The layer's backward, and on through the activation in front, whose output is `input`. */
  readonly backwardThrough?: (dy: Tensor, activation: ActivationOutput) => Tensor;
  /** The layer's backward from the gradient of what the activation behind it gave. */
  readonly backwardFrom?: (dy: Tensor, activation: ActivationOutput) => Tensor;
}
