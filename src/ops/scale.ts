import { ArgumentError } from '../errors.ts';
import { ELEMENTWISE_BLOCK } from '../runtime/abi.ts';
import { DTYPES } from '../tensor/dtype.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { checkOperands } from './operands.ts';

/**
 * target *= factor, in place. A factor of NaN or infinity goes where IEEE arithmetic sends it.
 *
 * @throws ArgumentError, DisposedError, ForeignTensorError, ThreadError
 */
export function scale(target: Tensor, factor: number): void {
  const dtype = checkOperands({ target });
  if (typeof factor !== 'number') throw new ArgumentError('factor', factor, 'a number');
  const args = { target: target.address, count: target.size, factor };
  target.storage.runtime.run('scale', DTYPES[dtype].kernel, args, Math.ceil(target.size / ELEMENTWISE_BLOCK));
}
