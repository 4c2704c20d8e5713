import { ArgumentError } from '../errors.ts';
import { ACTIVATION_KIND, ELEMENTWISE_BLOCK } from '../runtime/abi.ts';
import { DTYPES } from '../tensor/dtype.ts';
import { scope } from '../tensor/scope.ts';
import { checkSameShape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { checkOperands, checkOut, inFormat, type OutOption, produce } from './operands.ts';

// Activations element by element, on tensors of any shape; NaN stays NaN. A gradient takes whichever of the forward pass's input x and
// output y it is cheaper to make of. `out` may be the forward pass's x, and a gradient's dy.

export interface LeakyReluOptions extends OutOption {
  /** Slope below 0. Default 0.01. */
  negativeSlope?: number | undefined;
}

/**
 * y = x where x > 0, else negativeSlope * x.
 *
 * @throws ArgumentError, ShapeError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function leakyRelu(x: Tensor, options: LeakyReluOptions = {}): Tensor {
  return forward('leakyRelu', x, options, checkSlope(options.negativeSlope));
}

/**
 * Gradient of leakyRelu: dx = dy where x > 0, else negativeSlope * dy.
 *
 * @throws ArgumentError, ShapeError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function leakyReluGrad(dy: Tensor, x: Tensor, options: LeakyReluOptions = {}): Tensor {
  return backward('leakyRelu', dy, { x }, options, checkSlope(options.negativeSlope));
}

/**
 * y = x * min(max(x + 3, 0), 6) / 6 (MobileNetV3, https://arxiv.org/abs/1905.02244); 0 at -infinity.
 *
 * @throws ShapeError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function hardSwish(x: Tensor, options: OutOption = {}): Tensor {
  return forward('hardSwish', x, options);
}

/**
 * Gradient of hardSwish: dx = dy * (x / 3 + 1 / 2) where -3 < x < 3, 0 below, dy above.
 *
 * @throws ShapeError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function hardSwishGrad(dy: Tensor, x: Tensor, options: OutOption = {}): Tensor {
  return backward('hardSwish', dy, { x }, options);
}

/**
 * y = 1 / (1 + e^-x); 0 where e^x would be subnormal.
 *
 * @throws ShapeError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function sigmoid(x: Tensor, options: OutOption = {}): Tensor {
  return forward('sigmoid', x, options);
}

/**
 * Gradient of sigmoid, by its output: dx = dy * y * (1 - y).
 *
 * @throws ShapeError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function sigmoidGrad(dy: Tensor, y: Tensor, options: OutOption = {}): Tensor {
  return backward('sigmoid', dy, { y }, options);
}

/**
 * y = (e^x - e^-x) / (e^x + e^-x), as exact for small x as for large.
 *
 * @throws ShapeError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function tanh(x: Tensor, options: OutOption = {}): Tensor {
  return forward('tanh', x, options);
}

/**
 * Gradient of tanh, by its output: dx = dy * (1 - y^2).
 *
 * @throws ShapeError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function tanhGrad(dy: Tensor, y: Tensor, options: OutOption = {}): Tensor {
  return backward('tanh', dy, { y }, options);
}

/**
 * y = x * sigmoid(x), also called swish (https://arxiv.org/abs/1702.03118); 0 where e^x would be subnormal.
 *
 * @throws ShapeError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function silu(x: Tensor, options: OutOption = {}): Tensor {
  return forward('silu', x, options);
}

/**
 * Gradient of silu: dx = dy * s * (1 + x * (1 - s)) with s = sigmoid(x).
 *
 * @throws ShapeError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function siluGrad(dy: Tensor, x: Tensor, options: OutOption = {}): Tensor {
  return backward('silu', dy, { x }, options);
}

/** @throws ArgumentError unless it is a finite number. */
export function checkSlope(negativeSlope = 0.01): number {
  if (!Number.isFinite(negativeSlope)) throw new ArgumentError('negativeSlope', negativeSlope, 'a finite number');
  return negativeSlope;
}

type Kind = keyof typeof ACTIVATION_KIND;

function forward(kind: Kind, x: Tensor, options: OutOption, slope = 0): Tensor {
  const dtype = checkOperands({ x });
  checkOut(options.out, x.shape, dtype, options.out === x ? [] : [x]);
  const { runtime } = x.storage;
  return produce(options.out, x.shape, dtype, x.format, y => {
    const operands = { source: x.address, dy: 0, target: y.address };
    const args = { ...operands, count: x.size, kind: ACTIVATION_KIND[kind], slope };
    runtime.run('activation', DTYPES[dtype].kernel, args, Math.ceil(x.size / ELEMENTWISE_BLOCK));
  });
}

/** @param from the forward pass's input or output, by the name that errors give it */
function backward(kind: Kind, dy: Tensor, from: { x: Tensor } | { y: Tensor }, options: OutOption, slope = 0): Tensor {
  const source = 'x' in from ? from.x : from.y;
  const dtype = checkOperands({ dy, ...from });
  checkSameShape('dy', dy.shape, source.shape);
  checkOut(options.out, dy.shape, dtype, options.out === dy ? [source] : [dy, source]);
  const { runtime } = source.storage;
  return scope(() => {
    const gradient = inFormat(dy, source.format);
    return produce(options.out, source.shape, dtype, source.format, dx => {
      const operands = { source: source.address, dy: gradient.address, target: dx.address };
      const args = { ...operands, count: source.size, kind: ACTIVATION_KIND[kind], slope };
      runtime.run('activationGrad', DTYPES[dtype].kernel, args, Math.ceil(source.size / ELEMENTWISE_BLOCK));
    });
  });
}
