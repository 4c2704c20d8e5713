import { ArgumentError } from '../errors.ts';
import { ELEMENTWISE_BLOCK } from '../runtime/abi.ts';
import { DTYPES } from '../tensor/dtype.ts';
import { checkSameShape } from '../tensor/shape.ts';
import { makeContiguous, type Tensor } from '../tensor/tensor.ts';
import { checkFinite, checkOperands } from './operands.ts';
import { power } from './power.ts';

export interface AdamStepOptions {
  readonly learningRate: number;
  /** Which step of this parameter it is, counted from 1: the bias correction depends on it. */
  readonly step: number;
  /** How much of the first and second moment is kept, each from 0 to below 1. Default [0.9, 0.999]. */
  readonly betas?: readonly [number, number] | undefined;
  /** Added to the denominator, at least 0. Default 1e-8. */
  readonly eps?: number | undefined;
  /** Default 0. */
  readonly weightDecay?: number | undefined;
  /** Whether the decay shrinks the parameter itself (AdamW) instead of going into the gradient. Default false. */
  readonly decoupled?: boolean | undefined;
}

/**
 * One step of Adam (Kingma and Ba, 2015) or AdamW (Loshchilov and Hutter, 2019), in place (the form of torch.optim):
 *
 *     decoupled:  p = p * (1 - learningRate * weightDecay), g = gradient;    else  g = gradient + weightDecay * p
 *     m = beta1 * m + (1 - beta1) * g;    v = beta2 * v + (1 - beta2) * g^2
 *     p = p - learningRate * (m / (1 - beta1^step)) / (sqrt(v / (1 - beta2^step)) + eps)
 *
 * The bias correction is worked out in float64, whatever the element type.
 *
 * @param firstMoment m, of the parameter's shape, zeros before the first step
 * @param secondMoment v, the same
 * @throws ArgumentError, ShapeError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function adamStep(
  parameter: Tensor,
  gradient: Tensor,
  firstMoment: Tensor,
  secondMoment: Tensor,
  options: AdamStepOptions,
): void {
  const { learningRate, step, eps = 1e-8, weightDecay = 0, decoupled = false } = options;
  const [beta1, beta2] = checkBetas(options.betas ?? [0.9, 0.999]);
  checkFinite({ learningRate, weightDecay });
  checkEps(eps);
  if (!Number.isSafeInteger(step) || step < 1)
    throw new ArgumentError('step', step, 'a whole number of at least 1, the first step being 1');
  if (typeof decoupled !== 'boolean') throw new ArgumentError('decoupled', decoupled, 'true or false');
  const tensors = { parameter, gradient, firstMoment, secondMoment };
  const dtype = checkOperands(tensors);
  for (const [name, { shape }] of Object.entries(tensors)) checkSameShape(name, shape, parameter.shape);
  for (const tensor of Object.values(tensors)) makeContiguous(tensor);
  const args = {
    parameter: parameter.address,
    gradient: gradient.address,
    m: firstMoment.address,
    v: secondMoment.address,
    count: parameter.size,
    beta1,
    beta2,
    eps,
    rate: learningRate / (1 - power(beta1, step)),
    scale: 1 / Math.sqrt(1 - power(beta2, step)),
    shrink: decoupled ? 1 - learningRate * weightDecay : 1,
    weightDecay: decoupled ? 0 : weightDecay,
  };
  const blocks = Math.ceil(parameter.size / ELEMENTWISE_BLOCK);
  parameter.storage.runtime.run('adam', DTYPES[dtype].kernel, args, blocks);
}

/** @throws ArgumentError unless `value` is two numbers from 0 to below 1. */
export function checkBetas(value: unknown): readonly [number, number] {
  const good = (beta: unknown) => typeof beta === 'number' && beta >= 0 && beta < 1;
  if (!Array.isArray(value) || value.length !== 2 || !value.every(good))
    throw new ArgumentError('betas', value, 'two numbers from 0 to below 1');
  return [value[0], value[1]];
}

/** @throws ArgumentError unless `value` is a finite number of at least 0. */
export function checkEps(value: number): number {
  if (!(Number.isFinite(value) && value >= 0)) throw new ArgumentError('eps', value, 'a finite number of at least 0');
  return value;
}
