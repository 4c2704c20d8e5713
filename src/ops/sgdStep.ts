import { ArgumentError } from '../errors.ts';
import { ELEMENTWISE_BLOCK } from '../runtime/abi.ts';
import { DTYPES } from '../tensor/dtype.ts';
import { checkSameShape } from '../tensor/shape.ts';
import { makeContiguous, type Tensor } from '../tensor/tensor.ts';
import { checkOperands } from './operands.ts';

export interface SgdStepOptions {
  readonly learningRate: number;
  /** Default 0. */
  readonly momentum?: number | undefined;
}

/**
 * One step of gradient descent with momentum, in place (PyTorch's form):
 *
 *     velocity = momentum * velocity + gradient;  parameter = parameter - learningRate * velocity
 *
 * @param velocity of the parameter's shape, zeros before the first step; null for plain descent
 * @throws ArgumentError, ShapeError, DTypeError, DisposedError, ForeignTensorError
 */
export function sgdStep(parameter: Tensor, gradient: Tensor, velocity: Tensor | null, options: SgdStepOptions): void {
  const { learningRate, momentum = 0 } = options;
  if (!Number.isFinite(learningRate)) throw new ArgumentError('learningRate', learningRate, 'a finite number');
  if (!Number.isFinite(momentum)) throw new ArgumentError('momentum', momentum, 'a finite number');
  if (momentum !== 0 && !velocity) throw new ArgumentError('velocity', velocity, 'a tensor, since momentum is not 0');
  const tensors = velocity ? [parameter, gradient, velocity] : [parameter, gradient];
  const dtype = checkOperands({ parameter, gradient }, { velocity: velocity ?? undefined });
  checkSameShape('gradient', gradient.shape, parameter.shape);
  if (velocity) checkSameShape('velocity', velocity.shape, parameter.shape);
  for (const tensor of tensors) makeContiguous(tensor);
  const args = {
    parameter: parameter.address,
    gradient: gradient.address,
    velocity: velocity?.address ?? 0,
    count: parameter.size,
    learningRate,
    momentum,
  };
  const blocks = Math.ceil(parameter.size / ELEMENTWISE_BLOCK);
  parameter.storage.runtime.run('sgd', DTYPES[dtype].kernel, args, blocks);
}
