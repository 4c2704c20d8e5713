import { ArgumentError } from '../errors.ts';
import { ELEMENTWISE_BLOCK } from '../runtime/abi.ts';
import { DTYPES } from '../tensor/dtype.ts';
import { scope } from '../tensor/scope.ts';
import { checkSameShape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type Activation, limitsOf, UNLIMITED } from './conv2d/forward.ts';
import { checkOperands, checkOut, inFormat, isInFormat, type OutOption, produce } from './operands.ts';
import { gradThrough } from './relu.ts';
import { type ActivationOutput, checkThrough, maskOf } from './through.ts';

export interface AddOptions extends OutOption {
  /** What follows, in the same pass: relu = max(a + b, 0), relu6 = min(max(a + b, 0), 6). Default: nothing. */
  activation?: Activation | undefined;
  /**
   * Where `a` and `b` are gradients of one tensor, the output of an activation: the sum goes on through it, that is, it is 0 unless
   * 0 < output (and output < 6 for relu6). Not together with `activation`. Default: none.
   */
  through?: ActivationOutput | undefined;
}

/**
 * y = a + b, element by element, of two tensors of one shape. `out` may be `a` or `b`. The gradient of either is dy.
 *
 * @throws ShapeError, ArgumentError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function add(a: Tensor, b: Tensor, options: AddOptions = {}): Tensor {
  const { out, activation } = options;
  const through = checkThrough(options.through, 'that of the activation');
  const dtype = checkOperands({ a, b }, { 'through.output': through?.output });
  checkSameShape('b', b.shape, a.shape);
  if (through) checkSameShape('through.output', through.output.shape, a.shape);
  const limits = limitsOf(activation) ?? UNLIMITED;
  if (activation && through) throw new ArgumentError('through', through, 'nothing where there is an activation');
  const inputs = [a, b].filter(operand => operand !== out);
  checkOut(out, a.shape, dtype, through ? [...inputs, through.output] : inputs);
  const { runtime } = a.storage;
  return scope(() => {
    // The sum stands as `a` does; where that is `out`, `b` must not have it overwritten in another order.
    const { format } = a;
    // A gradient stands as the tensor that it is of: one transpose of the sum, not one of the mask and one of the reader's.
    if (through && !isInFormat(through.output, format)) return gradThrough(add(a, b), through, { out });
    const other = inFormat(b, format);
    const mask = through && maskOf(through);
    return produce(out, a.shape, dtype, format, y => {
      const { lower, upper } = mask ?? limits;
      const operands = { a: a.address, b: other.address, target: y.address, output: mask?.output.address ?? 0 };
      const args = { ...operands, count: a.size, lower, upper };
      runtime.run('add', DTYPES[dtype].kernel, args, Math.ceil(a.size / ELEMENTWISE_BLOCK));
    });
  });
}
