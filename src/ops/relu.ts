import { ELEMENTWISE_BLOCK } from '../runtime/abi.ts';
import { DTYPES } from '../tensor/dtype.ts';
import { scope } from '../tensor/scope.ts';
import { checkSameShape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { checkOperands, checkOut, inFormat, type OutOption, produce } from './operands.ts';
import type { ActivationOutput } from './through.ts';

/**
 * y = max(x, 0), element by element. NaN stays NaN. `out` may be `x`.
 *
 * @throws ShapeError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function relu(x: Tensor, options: OutOption = {}): Tensor {
  return clamp(x, Number.NaN, options);
}

/**
 * y = min(max(x, 0), 6), element by element. NaN stays NaN. `out` may be `x`.
 *
 * @throws ShapeError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function relu6(x: Tensor, options: OutOption = {}): Tensor {
  return clamp(x, 6, options);
}

/** @param upper NaN: no limit */
function clamp(x: Tensor, upper: number, options: OutOption): Tensor {
  const dtype = checkOperands({ x });
  checkOut(options.out, x.shape, dtype, options.out === x ? [] : [x]);
  const { runtime } = x.storage;
  return produce(options.out, x.shape, dtype, x.format, y => {
    const args = { x: x.address, dy: 0, target: y.address, count: x.size, upper };
    runtime.run('relu', DTYPES[dtype].kernel, args, Math.ceil(x.size / ELEMENTWISE_BLOCK));
  });
}

/**
 * Gradient of relu: dx = dy where x > 0, else 0. `x` may be relu's input or its output. `out` may be `dy`.
 *
 * @throws ShapeError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function reluGrad(dy: Tensor, x: Tensor, options: OutOption = {}): Tensor {
  return clampGrad(dy, x, Number.NaN, options);
}

/**
 * Gradient of relu6: dx = dy where 0 < x < 6, else 0. `x` may be relu6's input or its output. `out` may be `dy`.
 *
 * @throws ShapeError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function relu6Grad(dy: Tensor, x: Tensor, options: OutOption = {}): Tensor {
  return clampGrad(dy, x, 6, options);
}

/** The gradient of an activation's input, from that of its output; it stands as the output does. @internal */
export function gradThrough(dy: Tensor, { activation, output }: ActivationOutput, options: OutOption = {}): Tensor {
  return activation === 'relu' ? reluGrad(dy, output, options) : relu6Grad(dy, output, options);
}

/** @param upper NaN: no limit */
function clampGrad(dy: Tensor, x: Tensor, upper: number, options: OutOption): Tensor {
  const dtype = checkOperands({ dy, x });
  checkSameShape('dy', dy.shape, x.shape);
  checkOut(options.out, x.shape, dtype, options.out === dy ? [x] : [dy, x]);
  const { runtime } = x.storage;
  return scope(() => {
    const gradient = inFormat(dy, x.format);
    return produce(options.out, x.shape, dtype, x.format, dx => {
      const args = { x: x.address, dy: gradient.address, target: dx.address, count: x.size, upper };
      runtime.run('reluGrad', DTYPES[dtype].kernel, args, Math.ceil(x.size / ELEMENTWISE_BLOCK));
    });
  });
}
