import { ELEMENTWISE_BLOCK } from '../runtime/abi.ts';
import { DTYPES } from '../tensor/dtype.ts';
import { checkSameShape } from '../tensor/shape.ts';
import { makeContiguous, type Tensor } from '../tensor/tensor.ts';
import { checkOperands } from './operands.ts';

/**
 * target += factor * source, in place.
 *
 * @throws ShapeError, DTypeError, DisposedError, ForeignTensorError
 */
export function addScaled(target: Tensor, source: Tensor, factor: number): void {
  const dtype = checkOperands({ target, source });
  checkSameShape('source', source.shape, target.shape);
  makeContiguous(target);
  makeContiguous(source);
  const args = { source: source.address, target: target.address, count: target.size, factor };
  target.storage.runtime.run('addScaled', DTYPES[dtype].kernel, args, Math.ceil(target.size / ELEMENTWISE_BLOCK));
}
