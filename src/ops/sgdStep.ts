import { ArgumentError } from '../errors.ts';
import { ELEMENTWISE_BLOCK } from '../runtime/abi.ts';
import { DTYPES } from '../tensor/dtype.ts';
import { checkSameShape } from '../tensor/shape.ts';
import { makeContiguous, type Tensor } from '../tensor/tensor.ts';
import { checkFinite, checkOperands } from './operands.ts';

export interface SgdStepOptions {
  readonly learningRate: number;
  /** Default 0. */
  readonly momentum?: number | undefined;
  /** Default 0. PyTorch's first step has none: the velocity starts as the gradient. */
  readonly dampening?: number | undefined;
  /** Default 0. */
  readonly weightDecay?: number | undefined;
  /** Nesterov's momentum, which looks a step ahead. Default false. */
  readonly nesterov?: boolean | undefined;
}

/**
 * One step of gradient descent with momentum, in place (the form of torch.optim.SGD):
 *
 *     g = gradient + weightDecay * parameter
 *     velocity = momentum * velocity + (1 - dampening) * g
 *     parameter = parameter - learningRate * (nesterov ? g + momentum * velocity : velocity)
 *
 * @param velocity of the parameter's shape, zeros before the first step; null for plain descent, with g for the velocity
 * @throws ArgumentError, ShapeError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function sgdStep(parameter: Tensor, gradient: Tensor, velocity: Tensor | null, options: SgdStepOptions): void {
  const { learningRate, momentum = 0, dampening = 0, weightDecay = 0, nesterov = false } = options;
  checkFinite({ learningRate, momentum, dampening, weightDecay });
  if (typeof nesterov !== 'boolean') throw new ArgumentError('nesterov', nesterov, 'true or false');
  const needed = momentum !== 0 ? 'momentum' : nesterov ? 'nesterov' : null;
  if (needed && !velocity) throw new ArgumentError('velocity', velocity, `a tensor, since ${needed} is set`);
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
    nesterov: nesterov ? 1 : 0,
    learningRate,
    momentum,
    share: 1 - dampening,
    weightDecay,
  };
  const blocks = Math.ceil(parameter.size / ELEMENTWISE_BLOCK);
  parameter.storage.runtime.run('sgd', DTYPES[dtype].kernel, args, blocks);
}
