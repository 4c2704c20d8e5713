import { ArgumentError } from '../errors.ts';
import { type KernelArgs, POOL_GRADIENT_CHANNELS } from '../runtime/abi.ts';
import { DTYPES } from '../tensor/dtype.ts';
import { scope } from '../tensor/scope.ts';
import { checkRank4, checkSameShape, pair, type Shape, type Shape4 } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { checkOperands, checkOut, inFormat, type OutOption, produce } from './operands.ts';
import { type Padding, type Pair, windowAxes } from './window.ts';

export interface Pool2DOptions {
  /** Size of the window. */
  kernelSize: Pair;
  /** Step of the window. Default: kernelSize. */
  stride?: Pair | undefined;
  /** Margin around the input, smaller than the kernel on each side. A maximum is never found in it. Default 0. */
  padding?: Padding | undefined;
}

export interface AvgPool2DOptions extends Pool2DOptions {
  /** Whether the margin counts as zeros (PyTorch's default) or not at all. Default true. */
  countIncludePad?: boolean | undefined;
}

/** Sizes of the kernels' argument struct. */
type PoolSizes = Omit<KernelArgs<'maxPool'>, 'x' | 'y' | 'dx'>;

interface PoolGeometry {
  readonly outputShape: Shape4;
  readonly sizes: PoolSizes;
  /** Blocks of work of the forward kernels, and of the gradients'. */
  readonly rowBlocks: number;
  readonly channelBlocks: number;
}

/**
 * y[n][c][i][j] = the largest value of the window at (i, j); NaN if there is one in it.
 *
 * @param x [batch, channels, height, width]
 * @returns [batch, channels, outHeight, outWidth], outHeight = floor((height + top + bottom - kernel) / stride) + 1
 * @throws ShapeError, ArgumentError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function maxPool2d(x: Tensor, options: Pool2DOptions & OutOption): Tensor {
  return pool('maxPool', x, poolGeometry(x, options), options.out);
}

/**
 * y[n][c][i][j] = the mean of the window at (i, j).
 *
 * @param x [batch, channels, height, width]
 * @returns [batch, channels, outHeight, outWidth], as maxPool2d
 * @throws ShapeError, ArgumentError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function avgPool2d(x: Tensor, options: AvgPool2DOptions & OutOption): Tensor {
  return pool('averagePool', x, poolGeometry(x, options), options.out);
}

/**
 * Gradient of maxPool2d: dy goes to the first largest value of its window, in row-major order.
 *
 * @param dy [batch, channels, outHeight, outWidth]
 * @param x the input of the forward pass
 * @returns dx, of x's shape
 * @throws ShapeError, ArgumentError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function maxPool2dGrad(dy: Tensor, x: Tensor, options: Pool2DOptions & OutOption): Tensor {
  const dtype = checkOperands({ dy, x });
  const { outputShape, sizes, channelBlocks } = geometryOf('x', x.shape, options);
  checkSameShape('dy', dy.shape, outputShape);
  checkOut(options.out, x.shape, dtype, [dy, x]);
  const { runtime } = x.storage;
  return scope(() => {
    const [source, gradient] = [inFormat(x, 'channelsLast'), inFormat(dy, 'channelsLast')];
    return produce(options.out, x.shape, dtype, 'channelsLast', dx => {
      const args = { ...sizes, x: source.address, y: gradient.address, dx: dx.address };
      runtime.run('maxPoolGrad', DTYPES[dtype].kernel, args, channelBlocks);
    });
  });
}

/**
 * Gradient of avgPool2d: dy is shared out evenly over its window.
 *
 * @param dy [batch, channels, outHeight, outWidth]
 * @param inputShape shape of the forward pass's input
 * @returns dx, of `inputShape`
 * @throws ShapeError, ArgumentError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function avgPool2dGrad(dy: Tensor, inputShape: Shape, options: AvgPool2DOptions & OutOption): Tensor {
  const dtype = checkOperands({ dy });
  const { outputShape, sizes, channelBlocks } = geometryOf('inputShape', inputShape, options);
  checkSameShape('dy', dy.shape, outputShape);
  checkOut(options.out, inputShape, dtype, [dy]);
  const { runtime } = dy.storage;
  return scope(() => {
    const gradient = inFormat(dy, 'channelsLast');
    return produce(options.out, inputShape, dtype, 'channelsLast', dx => {
      const args = { ...sizes, x: 0, y: gradient.address, dx: dx.address };
      runtime.run('averagePoolGrad', DTYPES[dtype].kernel, args, channelBlocks);
    });
  });
}

function pool(kernel: 'maxPool' | 'averagePool', x: Tensor, geometry: PoolGeometry, out: Tensor | undefined): Tensor {
  const { outputShape, sizes, rowBlocks } = geometry;
  checkOut(out, outputShape, x.dtype, [x]);
  const { runtime } = x.storage;
  return scope(() => {
    const source = inFormat(x, 'channelsLast');
    return produce(out, outputShape, x.dtype, 'channelsLast', y => {
      runtime.run(kernel, DTYPES[x.dtype].kernel, { ...sizes, x: source.address, y: y.address, dx: 0 }, rowBlocks);
    });
  });
}

function poolGeometry(x: Tensor, options: AvgPool2DOptions): PoolGeometry {
  checkOperands({ x });
  return geometryOf('x', x.shape, options);
}

function geometryOf(name: string, inputShape: Shape, options: AvgPool2DOptions): PoolGeometry {
  checkRank4(name, inputShape, '[batch, channels, height, width]');
  const [images, channels, height, width] = inputShape;
  const kernelSize = pair('kernelSize', options.kernelSize);
  const { stride = kernelSize, padding } = options;
  const [y, x] = windowAxes([height, width], kernelSize, { stride, padding });
  for (const axis of [y, x]) {
    if (Math.max(axis.before, axis.after) >= axis.kernel) {
      throw new ArgumentError('padding', padding, `less than the kernel size of ${axis.kernel} on each side`);
    }
  }
  return {
    outputShape: [images, channels, y.out, x.out],
    sizes: {
      images,
      channels,
      height,
      width,
      outHeight: y.out,
      outWidth: x.out,
      kernelHeight: y.kernel,
      kernelWidth: x.kernel,
      strideHeight: y.stride,
      strideWidth: x.stride,
      top: y.before,
      left: x.before,
      countIncludePad: options.countIncludePad === false ? 0 : 1,
    },
    rowBlocks: images * y.out,
    channelBlocks: images * Math.ceil(channels / POOL_GRADIENT_CHANNELS),
  };
}
