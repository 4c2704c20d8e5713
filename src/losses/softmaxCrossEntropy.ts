import { StateError } from '../errors.ts';
import { softmaxCrossEntropy, softmaxCrossEntropyGrad } from '../ops/softmaxCrossEntropy.ts';
import { unscoped } from '../tensor/scope.ts';
import { sameShape } from '../tensor/shape.ts';
import { allocate, checkTensor, type Tensor } from '../tensor/tensor.ts';

/**
 * Softmax followed by cross-entropy with class ids: the loss is the mean over the batch, the gradient is per sample (not divided by
 * the batch; layers average the gradients of their own parameters).
 */
export class SoftmaxCrossEntropy {
  #probabilities: Tensor | null = null;
  #labels: Int32Array | null = null;

  /** Probabilities of the last forward, [batch, classes]; overwritten by the next. Null before the first. */
  get probabilities(): Tensor | null {
    return this.#probabilities;
  }

  /**
   * The mean loss.
   *
   * @param logits [batch, classes]
   * @param labels class of each row, 0 <= label < classes
   * @throws ShapeError, ArgumentError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError
   */
  forward(logits: Tensor, labels: Int32Array): number {
    checkTensor('logits', logits);
    const { loss, probabilities } = softmaxCrossEntropy(logits, labels, { out: this.#buffer(logits) });
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
    return softmaxCrossEntropyGrad(this.#probabilities, this.#labels);
  }

  /** Gives back the memory of the probabilities. */
  dispose(): void {
    if (this.#probabilities && !this.#probabilities.disposed) this.#probabilities.dispose();
    this.#probabilities = null;
    this.#labels = null;
  }

  /** The tensor of the last forward if it fits, else a new one. */
  #buffer(logits: Tensor): Tensor | undefined {
    const old = this.#probabilities;
    if (old && !old.disposed && sameShape(old.shape, logits.shape) && old.dtype === logits.dtype) return old;
    if (logits.shape.length !== 2) return undefined; // The op will say what is wrong.
    this.dispose();
    return unscoped(() => allocate(logits.shape, logits.dtype, 'contiguous'));
  }
}
