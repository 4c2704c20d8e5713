import { ShapeError } from '../errors.ts';
import { SOFTMAX_ROWS } from '../runtime/abi.ts';
import { DTYPES } from '../tensor/dtype.ts';
import { checkSameShape, type Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { checkOperands, checkOut, type OutOption, produce } from './operands.ts';

/**
 * Softmax over the classes of each row:
 *
 *     y[n][j] = e^x[n][j] / sum over k of e^x[n][k]
 *
 * computed from differences to the largest, so that large ones do not overflow. NaN makes its row NaN. `out` may be `x`.
 *
 * @param x [batch, classes]
 * @returns y, [batch, classes]
 * @throws ShapeError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function softmax(x: Tensor, options: OutOption = {}): Tensor {
  const dtype = checkOperands({ x });
  const [rows, classes] = matrix('x', x.shape);
  checkOut(options.out, x.shape, dtype, options.out === x ? [] : [x]);
  const { runtime } = x.storage;
  return produce(options.out, x.shape, dtype, 'contiguous', y => {
    const args = { x: x.address, y: y.address, dy: 0, dx: 0, rows, classes };
    runtime.run('softmax', DTYPES[dtype].kernel, args, Math.ceil(rows / SOFTMAX_ROWS));
  });
}

/**
 * Gradient of softmax, by its output: dx[n][j] = y[n][j] * (dy[n][j] - sum over k of y[n][k] * dy[n][k]). `out` may be `dy`.
 *
 * @param dy [batch, classes]
 * @param y [batch, classes], of the forward pass
 * @returns dx, [batch, classes]
 * @throws ShapeError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function softmaxGrad(dy: Tensor, y: Tensor, options: OutOption = {}): Tensor {
  const dtype = checkOperands({ dy, y });
  const [rows, classes] = matrix('y', y.shape);
  checkSameShape('dy', dy.shape, y.shape);
  checkOut(options.out, y.shape, dtype, options.out === dy ? [y] : [dy, y]);
  const { runtime } = y.storage;
  return produce(options.out, y.shape, dtype, 'contiguous', dx => {
    const args = { x: 0, y: y.address, dy: dy.address, dx: dx.address, rows, classes };
    runtime.run('softmaxGrad', DTYPES[dtype].kernel, args, Math.ceil(rows / SOFTMAX_ROWS));
  });
}

function matrix(argument: string, shape: Shape): readonly [number, number] {
  if (shape.length !== 2) throw new ShapeError(argument, shape, 'a shape [batch, classes]');
  return shape as readonly [number, number];
}
