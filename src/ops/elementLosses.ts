import { ShapeError } from '../errors.ts';
import { ELEMENTWISE_BLOCK, LOSS_KIND } from '../runtime/abi.ts';
import { DTYPES } from '../tensor/dtype.ts';
import { scope } from '../tensor/scope.ts';
import { checkSameShape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { checkOperands, checkOut, inFormat, type OutOption, produce } from './operands.ts';

// Losses that are a mean over elements. The gradient is that of the sum over the batch of each sample's mean: for a shape
// [batch, ...] the derivative is divided by the elements of one sample, not by the batch.

/**
 * Mean squared error: the mean over all elements of (prediction - target)^2, PyTorch's `mse_loss`.
 *
 * @param prediction [batch, ...]
 * @param target of the same shape
 * @throws ShapeError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function mse(prediction: Tensor, target: Tensor): number {
  return loss('squared', { prediction }, target);
}

/**
 * Gradient of mse in the prediction, per sample: 2 * (prediction - target) / elements of a sample. `out` may be either operand.
 *
 * @param prediction [batch, ...]
 * @param target of the same shape
 * @throws ShapeError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function mseGrad(prediction: Tensor, target: Tensor, options: OutOption = {}): Tensor {
  return gradient('squared', { prediction }, target, options);
}

/**
 * Binary cross-entropy of probabilities s = sigmoid(logits): the mean over all elements of -target * ln s - (1 - target) * ln(1 - s),
 * PyTorch's `binary_cross_entropy_with_logits`. Computed from the logits, so that large ones neither overflow nor lose small losses.
 *
 * @param logits [batch, ...]
 * @param target of the same shape, from 0 to 1 (not checked)
 * @throws ShapeError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function bceWithLogits(logits: Tensor, target: Tensor): number {
  return loss('bceWithLogits', { logits }, target);
}

/**
 * Gradient of bceWithLogits in the logits, per sample: (sigmoid(logits) - target) / elements of a sample. `out` may be either operand.
 *
 * @param logits [batch, ...]
 * @param target of the same shape
 * @throws ShapeError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function bceWithLogitsGrad(logits: Tensor, target: Tensor, options: OutOption = {}): Tensor {
  return gradient('bceWithLogits', { logits }, target, options);
}

type Kind = keyof typeof LOSS_KIND;
/** The first operand, by the name that errors give it. */
type Named = Readonly<Record<string, Tensor>>;

function loss(kind: Kind, named: Named, target: Tensor): number {
  const { prediction, type } = check(named, target);
  const { runtime } = prediction.storage;
  const count = prediction.size;
  const blocks = Math.ceil(count / ELEMENTWISE_BLOCK);
  return scope(() => {
    const wanted = inFormat(target, prediction.format);
    const [losses = 0] = runtime.scratch.reserve(blocks * 8);
    const operands = { prediction: prediction.address, target: wanted.address, gradient: 0 };
    runtime.run('elementLoss', type, { ...operands, losses, count, kind: LOSS_KIND[kind], scale: 0 }, blocks);
    runtime.run('meanLoss', type, { losses, count: blocks, divisor: count }, 1);
    return runtime.memory.f64[losses / 8] as number;
  });
}

function gradient(kind: Kind, named: Named, target: Tensor, options: OutOption): Tensor {
  const { prediction, type } = check(named, target);
  const { shape, dtype, format, size: count } = prediction;
  const { out } = options;
  checkOut(
    out,
    shape,
    dtype,
    [prediction, target].filter(operand => operand !== out),
  );
  const { runtime } = prediction.storage;
  const scale = (shape[0] as number) / count;
  return scope(() => {
    const wanted = inFormat(target, format);
    return produce(out, shape, dtype, format, result => {
      const operands = { prediction: prediction.address, target: wanted.address, gradient: result.address };
      const args = { ...operands, losses: 0, count, kind: LOSS_KIND[kind], scale };
      runtime.run('elementLossGrad', type, args, Math.ceil(count / ELEMENTWISE_BLOCK));
    });
  });
}

function check(named: Named, target: Tensor) {
  const type = DTYPES[checkOperands({ ...named, target })].kernel;
  const [[name, prediction]] = Object.entries(named) as [[string, Tensor]];
  if (prediction.shape.length === 0) throw new ShapeError(name, prediction.shape, 'a shape [batch, ...]');
  checkSameShape('target', target.shape, prediction.shape);
  return { prediction, type };
}
