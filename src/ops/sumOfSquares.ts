import { ELEMENTWISE_BLOCK } from '../runtime/abi.ts';
import { DTYPES } from '../tensor/dtype.ts';
import { makeContiguous, type Tensor } from '../tensor/tensor.ts';
import { checkOperands } from './operands.ts';

/**
 * The sum of x[i]^2 over all elements, formed in float64 in one order, whatever the number of threads and the memory format. NaN
 * where x holds one, else infinity where it holds one.
 *
 * @throws DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function sumOfSquares(x: Tensor): number {
  const dtype = checkOperands({ x });
  makeContiguous(x);
  const { runtime } = x.storage;
  const blocks = Math.ceil(x.size / ELEMENTWISE_BLOCK);
  const [sums = 0] = runtime.scratch.reserve(blocks * 8);
  runtime.run('sumOfSquares', DTYPES[dtype].kernel, { source: x.address, sums, count: x.size }, blocks);
  const { f64 } = runtime.memory;
  let total = 0;
  for (let block = 0; block < blocks; block++) total += f64[sums / 8 + block] as number;
  return total;
}
