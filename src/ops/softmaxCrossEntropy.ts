import { ArgumentError, ShapeError } from '../errors.ts';
import { SOFTMAX_ROWS } from '../runtime/abi.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { DTYPES } from '../tensor/dtype.ts';
import type { Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { checkOperands, checkOut, type OutOption, produce } from './operands.ts';

export interface SoftmaxCrossEntropyOptions extends OutOption {
  /** Share of each label's weight that is spread evenly over all classes, from 0 to 1. Default 0. */
  labelSmoothing?: number | undefined;
}

/**
 * Softmax over the classes, and the mean cross-entropy with the labels:
 *
 *     probabilities[n][j] = e^logits[n][j] / sum over k of e^logits[n][k],    loss = mean over n of -ln probabilities[n][labels[n]]
 *
 * computed from differences to the largest logit, so that large ones do not overflow. With `labelSmoothing` = s, as PyTorch has it,
 * each row's loss is (1 - s) times that, and s times the mean over all classes j of -ln probabilities[n][j].
 *
 * @param logits [batch, classes]
 * @param labels class of each row, 0 <= label < classes
 * @param options `out`: where the probabilities go; `labelSmoothing`
 * @throws ShapeError, ArgumentError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function softmaxCrossEntropy(
  logits: Tensor,
  labels: Int32Array,
  options: SoftmaxCrossEntropyOptions = {},
): { loss: number; probabilities: Tensor } {
  const dtype = checkOperands({ logits });
  const [rows, classes] = checkLabels('logits', logits.shape, labels);
  const smoothing = checkSmoothing(options.labelSmoothing);
  checkOut(options.out, logits.shape, dtype, [logits]);
  const { runtime } = logits.storage;
  let loss = Number.NaN;
  const probabilities = produce(options.out, logits.shape, dtype, 'contiguous', target => {
    const [losses = 0, labelsAt = 0] = runtime.scratch.reserve(rows * 8, rows * 4);
    writeLabels(runtime, labels, labelsAt);
    const args = {
      logits: logits.address,
      probabilities: target.address,
      gradient: 0,
      labels: labelsAt,
      losses,
      rows,
      classes,
      smoothing,
    };
    runtime.run('softmaxCrossEntropy', DTYPES[dtype].kernel, args, Math.ceil(rows / SOFTMAX_ROWS));
    runtime.run('meanLoss', DTYPES[dtype].kernel, { losses, count: rows, divisor: rows }, 1);
    loss = runtime.memory.f64[losses / 8] as number;
  });
  return { loss, probabilities };
}

/**
 * Gradient of the sum of the rows' cross-entropies (not divided by the batch): probabilities - 1 at each row's label. With
 * `labelSmoothing` = s, probabilities - s / classes, and - (1 - s) more at the label.
 *
 * @param probabilities [batch, classes], of the forward pass
 * @param labels those of the forward pass, as is `options.labelSmoothing`
 * @returns dLogits, [batch, classes]
 * @throws ShapeError, ArgumentError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function softmaxCrossEntropyGrad(
  probabilities: Tensor,
  labels: Int32Array,
  options: SoftmaxCrossEntropyOptions = {},
): Tensor {
  const dtype = checkOperands({ probabilities });
  const [rows, classes] = checkLabels('probabilities', probabilities.shape, labels);
  const smoothing = checkSmoothing(options.labelSmoothing);
  checkOut(options.out, probabilities.shape, dtype, [probabilities]);
  const { runtime } = probabilities.storage;
  return produce(options.out, probabilities.shape, dtype, 'contiguous', gradient => {
    const [labelsAt = 0] = runtime.scratch.reserve(rows * 4);
    writeLabels(runtime, labels, labelsAt);
    const args = {
      logits: 0,
      probabilities: probabilities.address,
      gradient: gradient.address,
      labels: labelsAt,
      losses: 0,
      rows,
      classes,
      smoothing,
    };
    runtime.run('softmaxCrossEntropyGrad', DTYPES[dtype].kernel, args, Math.ceil(rows / SOFTMAX_ROWS));
  });
}

/** @throws ArgumentError unless it is a number from 0 to 1. */
export function checkSmoothing(labelSmoothing = 0): number {
  if (!(Number.isFinite(labelSmoothing) && labelSmoothing >= 0 && labelSmoothing <= 1)) {
    throw new ArgumentError('labelSmoothing', labelSmoothing, 'a number from 0 to 1');
  }
  return labelSmoothing;
}

function writeLabels(runtime: Runtime, labels: Int32Array, address: number): void {
  runtime.memory.i32.set(labels, address / 4);
}

function checkLabels(argument: string, shape: Shape, labels: Int32Array): readonly [number, number] {
  const [rows = 0, classes = 0] = shape;
  if (shape.length !== 2) throw new ShapeError(argument, shape, 'a shape [batch, classes]');
  if (!(labels instanceof Int32Array)) throw new ArgumentError('labels', labels, 'an Int32Array of class ids');
  if (labels.length !== rows) throw new ShapeError('labels', [labels.length], `${rows} labels, one for each row`);
  const bad = labels.findIndex(label => label < 0 || label >= classes);
  if (bad >= 0) throw new ArgumentError(`labels[${bad}]`, labels[bad], `a class id from 0 to ${classes - 1}`);
  return [rows, classes];
}
