import { ArgumentError } from '../errors.ts';
import { type KernelArgs, POOL_GRADIENT_CHANNELS, POOL_PLANE_ROWS } from '../runtime/abi.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { DTYPES } from '../tensor/dtype.ts';
import type { MemoryFormat } from '../tensor/format.ts';
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
}

/** How a pool and its gradient go in a memory format: their kernels, and into how many blocks they cut their work. */
interface Route {
  readonly max: 'maxPool' | 'maxPoolPlanes';
  readonly maxGrad: 'maxPoolGrad' | 'maxPoolPlanesGrad';
  readonly average: 'averagePool' | 'averagePoolPlanes';
  readonly averageGrad: 'averagePoolGrad' | 'averagePoolPlanesGrad';
  readonly blocks: (sizes: PoolSizes) => number;
  readonly gradientBlocks: (sizes: PoolSizes) => number;
}

const ROUTES: Readonly<Record<MemoryFormat, Route>> = {
  contiguous: {
    max: 'maxPoolPlanes',
    maxGrad: 'maxPoolPlanesGrad',
    average: 'averagePoolPlanes',
    averageGrad: 'averagePoolPlanesGrad',
    blocks: a => a.images * a.channels * Math.ceil(a.outHeight / POOL_PLANE_ROWS),
    gradientBlocks: a => a.images * a.channels,
  },
  channelsLast: {
    max: 'maxPool',
    maxGrad: 'maxPoolGrad',
    average: 'averagePool',
    averageGrad: 'averagePoolGrad',
    blocks: a => a.images * a.outHeight,
    gradientBlocks: a => a.images * Math.ceil(a.channels / POOL_GRADIENT_CHANNELS),
  },
};

/**
 * y[n][c][i][j] = the largest value of the window at (i, j); NaN if there is one in it.
 *
 * @param x [batch, channels, height, width]
 * @returns [batch, channels, outHeight, outWidth], outHeight = floor((height + top + bottom - kernel) / stride) + 1
 * @throws ShapeError, ArgumentError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function maxPool2d(x: Tensor, options: Pool2DOptions & OutOption): Tensor {
  return pool('max', x, poolGeometry(x, options), options.out);
}

/**
 * A pool of float32 images in channels-last memory, by addresses and sizes. A maximum is that of the values of a window that are
 * numbers, as TensorFlow.js has it, -infinity where there is none. Nothing is checked.
 *
 * @throws ThreadError
 * @internal
 */
export function poolPixels(runtime: Runtime, kind: 'max' | 'average', args: KernelArgs<'maxPool'>): void {
  const { blocks, average } = ROUTES[kind === 'average' && args.channels === 1 ? 'contiguous' : 'channelsLast'];
  runtime.run(kind === 'max' ? 'maxPoolNumbers' : average, 'f32', args, blocks(args));
}

/**
 * y[n][c][i][j] = the mean of the window at (i, j).
 *
 * @param x [batch, channels, height, width]
 * @returns [batch, channels, outHeight, outWidth], as maxPool2d
 * @throws ShapeError, ArgumentError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function avgPool2d(x: Tensor, options: AvgPool2DOptions & OutOption): Tensor {
  return pool('average', x, poolGeometry(x, options), options.out);
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
  const { outputShape, sizes } = geometryOf('x', x.shape, options);
  checkSameShape('dy', dy.shape, outputShape);
  checkOut(options.out, x.shape, dtype, [dy, x]);
  const { runtime } = x.storage;
  const format = formatOf(x);
  const { maxGrad, gradientBlocks } = ROUTES[format];
  return scope(() => {
    const gradient = inFormat(dy, format);
    return produce(options.out, x.shape, dtype, format, dx => {
      const args = { ...sizes, x: x.address, y: gradient.address, dx: dx.address };
      runtime.run(maxGrad, DTYPES[dtype].kernel, args, gradientBlocks(sizes));
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
  const { outputShape, sizes } = geometryOf('inputShape', inputShape, options);
  checkSameShape('dy', dy.shape, outputShape);
  checkOut(options.out, inputShape, dtype, [dy]);
  const { runtime } = dy.storage;
  // Where windows overlap, sums in channels-last memory take less, two transposes included (3x3 @14, 16 channels: 120 us for 510).
  const overlap = sizes.kernelHeight > sizes.strideHeight || sizes.kernelWidth > sizes.strideWidth;
  const format = overlap && sizes.channels >= 8 ? 'channelsLast' : formatOf(dy);
  const { averageGrad, gradientBlocks } = ROUTES[format];
  return scope(() => {
    const gradient = inFormat(dy, format);
    return produce(options.out, inputShape, dtype, format, dx => {
      const args = { ...sizes, x: 0, y: gradient.address, dx: dx.address };
      runtime.run(averageGrad, DTYPES[dtype].kernel, args, gradientBlocks(sizes));
    });
  });
}

function pool(kind: 'max' | 'average', x: Tensor, geometry: PoolGeometry, out: Tensor | undefined): Tensor {
  const { outputShape, sizes } = geometry;
  checkOut(out, outputShape, x.dtype, [x]);
  const { runtime } = x.storage;
  const format = formatOf(x);
  const { [kind]: kernel, blocks } = ROUTES[format];
  return produce(out, outputShape, x.dtype, format, y => {
    runtime.run(kernel, DTYPES[x.dtype].kernel, { ...sizes, x: x.address, y: y.address, dx: 0 }, blocks(sizes));
  });
}

/** The format in which a pool reads a tensor, and leaves what it makes of it. Of two equal orders planes are quicker for one channel. */
function formatOf(tensor: Tensor): MemoryFormat {
  const [, channels = 1, height = 1, width = 1] = tensor.shape;
  if (channels === 1) return 'contiguous';
  return height * width === 1 ? 'channelsLast' : tensor.format;
}

/** @internal */
export function poolGeometry(x: Tensor, options: AvgPool2DOptions): PoolGeometry {
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
  };
}
