import { StateError } from '../errors.ts';
import { checkSmoothing, softmaxCrossEntropy, softmaxCrossEntropyGrad } from '../ops/softmaxCrossEntropy.ts';
import { unscoped } from '../tensor/scope.ts';
import { sameShape } from '../tensor/shape.ts';
import { checkTensor, type Tensor } from '../tensor/tensor.ts';
import type { Loss } from './loss.ts';

export interface SoftmaxCrossEntropyLossOptions {
  /**
   * Share s of each label's weight that is spread evenly over all classes, from 0 to 1: the label has the weight 1 - s + s / classes,
   * every other class s / classes (PyTorch's `label_smoothing`). Default 0.
   */
  labelSmoothing?: number;
}

/**
 * Softmax followed by cross-entropy with class ids: the loss is the mean over the batch, the gradient is per sample (not divided by
 * the batch; layers average the gradients of their own parameters).
 */
export class SoftmaxCrossEntropy implements Loss {
  readonly targets = 'class ids';
  readonly labelSmoothing: number;
  #probabilities: Tensor | null = null;
  #labels: Int32Array | null = null;

  /** @throws ArgumentError */
  constructor(options: SoftmaxCrossEntropyLossOptions = {}) {
    this.labelSmoothing = checkSmoothing(options.labelSmoothing);
  }

  /** Probabilities of the last forward, [batch, classes]; overwritten by the next. Null before the first. */
  get probabilities(): Tensor | null {
    return this.#probabilities;
  }

  /**
   * The mean loss.
   *
   * @param logits [batch, classes]
   * @param labels class of each row, 0 <= label < classes
   * @throws ShapeError, ArgumentError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
   */
  forward(logits: Tensor, labels: Int32Array): number {
    checkTensor('logits', logits);
    const old = this.#probabilities;
    const out =
      old && !old.disposed && sameShape(old.shape, logits.shape) && old.dtype === logits.dtype ? old : undefined;
    const { labelSmoothing } = this;
    const { loss, probabilities } = unscoped(() => softmaxCrossEntropy(logits, labels, { out, labelSmoothing }));
    if (!out) this.dispose();
    this.#probabilities = probabilities;
    this.#labels = labels.slice();
    return loss;
  }

  /**
   * Gradient of the loss in the logits, per sample, [batch, classes].
   *
   * @throws StateError before forward
   */
  backward(): Tensor {
    if (!this.#probabilities || !this.#labels) {
      throw new StateError('SoftmaxCrossEntropy.backward: call forward first.');
    }
    return softmaxCrossEntropyGrad(this.#probabilities, this.#labels, { labelSmoothing: this.labelSmoothing });
  }

  /** Gives back the memory of the probabilities. */
  dispose(): void {
    if (this.#probabilities && !this.#probabilities.disposed) this.#probabilities.dispose();
    this.#probabilities = null;
    this.#labels = null;
  }
}
