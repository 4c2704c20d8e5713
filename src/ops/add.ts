import { ELEMENTWISE_BLOCK } from '../runtime/abi.ts';
import { DTYPES } from '../tensor/dtype.ts';
import { scope } from '../tensor/scope.ts';
import { checkSameShape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { checkOperands, checkOut, inFormat, type OutOption, produce } from './operands.ts';

/**
 * y = a + b, element by element, of two tensors of one shape. `out` may be `a` or `b`. The gradient of either is dy.
 *
 * @throws ShapeError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function add(a: Tensor, b: Tensor, options: OutOption = {}): Tensor {
  const { out } = options;
  const dtype = checkOperands({ a, b });
  checkSameShape('b', b.shape, a.shape);
  checkOut(
    out,
    a.shape,
    dtype,
    [a, b].filter(operand => operand !== out),
  );
  const { runtime } = a.storage;
  return scope(() => {
    // The sum stands as `a` does; where that is `out`, `b` must not have it overwritten in another order.
    const { format } = a;
    const other = inFormat(b, format);
    return produce(out, a.shape, dtype, format, y => {
      const args = { a: a.address, b: other.address, target: y.address, count: a.size };
      runtime.run('add', DTYPES[dtype].kernel, args, Math.ceil(a.size / ELEMENTWISE_BLOCK));
    });
  });
}
