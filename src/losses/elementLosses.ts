import { StateError } from '../errors.ts';
import { bceWithLogits, bceWithLogitsGrad, mse, mseGrad } from '../ops/elementLosses.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Loss } from './loss.ts';

/** What the last forward was given. */
interface Operands {
  readonly prediction: Tensor;
  readonly target: Tensor;
}

/**
 * Mean squared error. The loss is the mean over all elements, that is over the batch of each sample's mean (PyTorch's `MSELoss`); the
 * gradient is per sample (not divided by the batch; layers average the gradients of their own parameters).
 */
export class MSE implements Loss {
  readonly targets = 'tensor';
  #operands: Operands | null = null;

  /**
   * The mean of (prediction - target)^2.
   *
   * @param prediction [batch, ...]; it is kept for backward
   * @param target of the same shape; it is kept for backward
   * @throws ShapeError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
   */
  forward(prediction: Tensor, target: Tensor): number {
    const value = mse(prediction, target);
    this.#operands = { prediction, target };
    return value;
  }

  /**
   * Gradient of each sample's own loss in the prediction, 2 * (prediction - target) / elements of a sample, in the prediction's shape.
   *
   * @throws StateError before forward; DisposedError if what forward was given is gone; OutOfMemoryError, ThreadError
   */
  backward(): Tensor {
    const { prediction, target } = given('MSE', this.#operands);
    return mseGrad(prediction, target);
  }

  /** Lets go of what forward was given. */
  dispose(): void {
    this.#operands = null;
  }
}

/**
 * Sigmoid followed by binary cross-entropy. The loss is the mean over all elements, that is over the batch of each sample's mean
 * (PyTorch's `BCEWithLogitsLoss`); the gradient is per sample (not divided by the batch).
 */
export class BCEWithLogits implements Loss {
  readonly targets = 'tensor';
  #operands: Operands | null = null;

  /**
   * The mean of -target * ln s - (1 - target) * ln(1 - s), s = sigmoid(logits).
   *
   * @param logits [batch, ...]; they are kept for backward
   * @param target of the same shape, from 0 to 1 (not checked); it is kept for backward
   * @throws ShapeError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
   */
  forward(logits: Tensor, target: Tensor): number {
    const value = bceWithLogits(logits, target);
    this.#operands = { prediction: logits, target };
    return value;
  }

  /**
   * Gradient of each sample's own loss in the logits, (sigmoid(logits) - target) / elements of a sample, in the logits' shape.
   *
   * @throws StateError before forward; DisposedError if what forward was given is gone; OutOfMemoryError, ThreadError
   */
  backward(): Tensor {
    const { prediction, target } = given('BCEWithLogits', this.#operands);
    return bceWithLogitsGrad(prediction, target);
  }

  /** Lets go of what forward was given. */
  dispose(): void {
    this.#operands = null;
  }
}

function given(name: string, operands: Operands | null): Operands {
  if (!operands) throw new StateError(`${name}.backward: call forward first.`);
  return operands;
}
