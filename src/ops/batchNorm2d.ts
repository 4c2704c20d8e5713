import { ArgumentError, DTypeError, ShapeError } from '../errors.ts';
import { type KernelArgs, NORM_CHANNELS } from '../runtime/abi.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { DTYPES, type DType } from '../tensor/dtype.ts';
import { scope } from '../tensor/scope.ts';
import { checkRank4, checkSameShape, type Shape4 } from '../tensor/shape.ts';
import { allocate, checkTensor, makeContiguous, type Tensor } from '../tensor/tensor.ts';
import type { ScaleOption } from './conv2d/filterGrad.ts';
import { type Activation, limitsOf, UNLIMITED } from './conv2d/forward.ts';
import type { Clamp } from './conv2d/product.ts';
import { checkOperands, checkOut, inFormat, type OutOption, produce } from './operands.ts';
import { type ActivationOutput, checkThrough, maskOf } from './through.ts';

/** Of each channel, [channels]: float64, or of the images' element type. */
export interface ChannelStatistics {
  readonly mean: Tensor;
  /** The mean of (x - mean)^2. */
  readonly variance: Tensor;
}

export interface RunningStatistics extends ChannelStatistics {
  /** The share of the new statistics. */
  readonly momentum: number;
}

export interface EpsOption {
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number | undefined;
}

export interface BatchNorm2dOptions extends EpsOption, OutOption {
  /** What follows, in the same pass: relu = max(y, 0), relu6 = min(max(y, 0), 6). Default: nothing. */
  activation?: Activation | undefined;
}

export interface BatchNorm2dGradOptions extends EpsOption, ScaleOption, OutOption {
  /**
   * The activation that followed, where dy is the gradient of its output: dy counts as 0 unless 0 < output (and output < 6 for relu6).
   * Default: none.
   */
  through?: ActivationOutput | undefined;
  /** Where the gradients of weight and bias go, [channels]. Default: new tensors. */
  weightGrad?: Tensor;
  biasGrad?: Tensor;
}

/**
 * Mean and variance (biased: divided by the number of elements) of each channel of a batch, over images and pixels. A large mean
 * costs the variance no digits.
 *
 * @param x [batch, channels, height, width]
 * @param options `running`: [channels] of x's element type, changed in place to
 *   (1 - momentum) * running + momentum * new, with the unbiased variance (divided by one less), as PyTorch does it
 * @returns both float64, whatever x is
 * @throws ShapeError, ArgumentError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function batchNorm2dStatistics(
  x: Tensor,
  options: { readonly running?: RunningStatistics | undefined } = {},
): ChannelStatistics {
  const { running } = options;
  const dtype = checkOperands({ x }, { 'running.mean': running?.mean, 'running.variance': running?.variance });
  const shape = checkImages('x', x);
  const [images, channels, height, width] = shape;
  if (running) {
    checkSameShape('running.mean', running.mean.shape, [channels]);
    checkSameShape('running.variance', running.variance.shape, [channels]);
    checkShare('running.momentum', running.momentum);
    if (images * height * width === 1)
      throw new ShapeError('x', shape, 'more than one value in each channel, for an unbiased variance');
  }
  const { runtime } = x.storage;
  const type = DTYPES[dtype].kernel;
  return scope(() => {
    const mean = allocate([channels], 'float64', 'contiguous');
    const variance = allocate([channels], 'float64', 'contiguous');
    const { blocks, args } = cut(x);
    const [partials = 0] = runtime.scratch.reserve(3 * args.chunks * channels * DTYPES[dtype].bytes);
    const now = {
      ...args,
      x: x.address,
      partials,
      mean: mean.address,
      variance: variance.address,
      runningMean: running?.mean.address ?? 0,
      runningVariance: running?.variance.address ?? 0,
      momentum: running?.momentum ?? 0,
    };
    runtime.run('batchNormPartials', type, now, blocks);
    runtime.run('batchNormStatistics', type, now, channelBlocks(channels));
    return { mean, variance };
  });
}

/**
 * Batch normalisation with given statistics (Ioffe and Szegedy, 2015):
 *
 *     y[n][c][i][j] = (x[n][c][i][j] - mean[c]) / sqrt(variance[c] + eps) * weight[c] + bias[c]
 *
 * @param x [batch, channels, height, width]
 * @param statistics those of the batch (`batchNorm2dStatistics`), or running ones
 * @param weight [channels]; null: ones
 * @param bias [channels]; null: zeros
 * @param options `out` may be `x`
 * @returns y, of x's shape
 * @throws ShapeError, ArgumentError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function batchNorm2d(
  x: Tensor,
  statistics: ChannelStatistics,
  weight: Tensor | null,
  bias: Tensor | null,
  options: BatchNorm2dOptions = {},
): Tensor {
  const dtype = checkOperands({ x }, { weight: weight ?? undefined, bias: bias ?? undefined });
  const shape = checkImages('x', x);
  const eps = checkEps(options.eps);
  const operands = channelOperands(statistics, shape[1], dtype, weight, bias);
  const { lower, upper } = limitsOf(options.activation) ?? UNLIMITED;
  const { mean, variance } = statistics;
  const given = [mean, variance, ...[weight, bias].filter(t => t !== null)];
  checkOut(options.out, shape, dtype, options.out === x ? given : [x, ...given]);
  const { runtime } = x.storage;
  const type = DTYPES[dtype].kernel;
  return produce(options.out, shape, dtype, x.format, y => {
    const { blocks, args } = cut(x);
    const [coefficients = 0] = runtime.scratch.reserve(3 * shape[1] * DTYPES[dtype].bytes);
    const now = { ...args, ...operands, x: x.address, target: y.address, coefficients, eps, lower, upper };
    runtime.run('batchNormCoefficients', type, now, channelBlocks(shape[1]));
    runtime.run('scaleShift', type, now, blocks);
  });
}

/** What `normalizePixels` reads and writes: addresses, and sizes. */
type Pixels = Pick<
  Args,
  'x' | 'target' | 'mean' | 'variance' | 'weight' | 'bias' | 'images' | 'channels' | 'pixels' | 'eps'
>;

/**
 * batchNorm2d of float32 images in channels-last memory, statistics float32 too, by their addresses (0 as that of weight or bias: there
 * is none). Nothing is checked.
 *
 * @throws OutOfMemoryError, ThreadError
 * @internal
 */
export function normalizePixels(runtime: Runtime, operands: Pixels): void {
  const { x, target, mean, variance, weight, bias, images, channels, pixels, eps } = operands;
  const { blocks, channelsLast, rowBlock, chunks } = cutOf(images, channels, pixels, true);
  const coefficients = runtime.scratch.area(3 * channels * DTYPES.float32.bytes);
  // Field by field: copies of whole objects took as long as the kernels of a small call.
  const args = {
    x,
    dy: 0,
    target,
    output: 0,
    partials: 0,
    mean,
    variance,
    runningMean: 0,
    runningVariance: 0,
    weight,
    bias,
    weightGrad: 0,
    biasGrad: 0,
    coefficients,
    images,
    channels,
    pixels,
    channelsLast,
    rowBlock,
    chunks,
    wide: 0,
    eps,
    momentum: 0,
    scale: 1,
    lower: UNLIMITED.lower,
    upper: UNLIMITED.upper,
  };
  runtime.run('batchNormCoefficients', 'f32', args, channelBlocks(channels));
  runtime.run('scaleShift', 'f32', args, blocks);
}

/**
 * Gradients of batchNorm2d with the statistics of the batch itself, which depend on x, too. With r = 1 / sqrt(variance + eps) and the
 * sums and means of each channel, over images and pixels:
 *
 *     dWeight = scale * r * sum of dy (x - mean),    dBias = scale * sum of dy
 *     dx = weight * r * (dy - mean of dy - (x - mean) * r^2 * mean of dy (x - mean))
 *
 * @param dy [batch, channels, height, width]
 * @param x the input of the forward pass
 * @param statistics of x, from `batchNorm2dStatistics`
 * @param weight that of the forward pass
 * @param options `scale`: of the gradients of weight and bias (1 / batch for the mean), not of dx. `out`: where dx goes, which may be dy
 * @returns dx, and the other two where they were given, else new ones
 * @throws ShapeError, ArgumentError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function batchNorm2dGrad(
  dy: Tensor,
  x: Tensor,
  statistics: ChannelStatistics,
  weight: Tensor | null,
  options: BatchNorm2dGradOptions = {},
): { dx: Tensor; weightGrad: Tensor; biasGrad: Tensor } {
  const through = checkThrough(options.through, 'that of the activation');
  const optional = { weight: weight ?? undefined, 'through.output': through?.output };
  const dtype = checkOperands({ dy, x }, optional);
  const shape = checkImages('x', x);
  checkSameShape('dy', dy.shape, shape);
  if (through) checkSameShape('through.output', through.output.shape, shape);
  const channels = shape[1];
  const eps = checkEps(options.eps);
  const operands = channelOperands(statistics, channels, dtype, weight, null);
  const { out } = options;
  const more = [weight, through?.output].filter(t => t != null);
  const given = [x, statistics.mean, statistics.variance, ...more];
  checkOut(out, shape, dtype, out === dy ? given : [dy, ...given]);
  for (const [name, target] of Object.entries({ weightGrad: options.weightGrad, biasGrad: options.biasGrad }))
    checkOut(target, [channels], dtype, [dy, ...given, ...(out ? [out] : [])], name);
  if (options.weightGrad && options.weightGrad.storage === options.biasGrad?.storage)
    throw new ArgumentError('biasGrad', 'the memory of weightGrad', 'a tensor with memory of its own');
  const { runtime } = x.storage;
  const type = DTYPES[dtype].kernel;
  const { bytes } = DTYPES[dtype];
  return scope(() => {
    const weightGrad = options.weightGrad ?? allocate([channels], dtype, 'contiguous');
    const biasGrad = options.biasGrad ?? allocate([channels], dtype, 'contiguous');
    const gradient = inFormat(dy, x.format);
    const mask = through && maskOf({ ...through, output: inFormat(through.output, x.format) });
    const dx = produce(out, shape, dtype, x.format, target => {
      const { blocks, args } = cut(x);
      const [partials = 0, coefficients = 0] = runtime.scratch.reserve(
        2 * args.chunks * channels * bytes,
        4 * channels * bytes,
      );
      const now = {
        ...args,
        ...operands,
        x: x.address,
        dy: gradient.address,
        target: target.address,
        output: mask?.output.address ?? 0,
        upper: mask?.upper ?? Number.NaN,
        partials,
        coefficients,
        weightGrad: weightGrad.address,
        biasGrad: biasGrad.address,
        eps,
        scale: options.scale ?? 1,
      };
      runtime.run('batchNormGradPartials', type, now, blocks);
      runtime.run('batchNormGradCoefficients', type, now, channelBlocks(channels));
      runtime.run('batchNormGrad', type, now, blocks);
    });
    return { dx, weightGrad, biasGrad };
  });
}

/** y[n][c] = y[n][c] + b[c] for each pixel, within `limits`, in place. @internal */
export function addBias(y: Tensor, b: Tensor, limits: Clamp = UNLIMITED): void {
  const channels = y.shape[1] as number;
  const { runtime } = y.storage;
  const type = DTYPES[y.dtype].kernel;
  makeContiguous(b);
  const { blocks, args } = cut(y);
  const { bytes } = DTYPES[y.dtype];
  const [coefficients = 0] = runtime.scratch.reserve(3 * channels * bytes);
  const values = y.dtype === 'float32' ? runtime.memory.f32 : runtime.memory.f64;
  const start = coefficients / bytes;
  values.fill(0, start, start + channels);
  values.fill(1, start + channels, start + 2 * channels);
  values.copyWithin(start + 2 * channels, b.address / bytes, b.address / bytes + channels);
  const now = { ...args, x: y.address, target: y.address, coefficients, ...limits };
  runtime.run('scaleShift', type, now, blocks);
}

type Args = KernelArgs<'scaleShift'>;

const NOTHING: Args = {
  x: 0,
  dy: 0,
  target: 0,
  output: 0,
  partials: 0,
  mean: 0,
  variance: 0,
  runningMean: 0,
  runningVariance: 0,
  weight: 0,
  bias: 0,
  weightGrad: 0,
  biasGrad: 0,
  coefficients: 0,
  images: 0,
  channels: 0,
  pixels: 0,
  channelsLast: 0,
  rowBlock: 0,
  chunks: 0,
  wide: 0,
  eps: 0,
  momentum: 0,
  scale: 1,
  ...UNLIMITED,
};

/** A chunk of channels-last pixels: so many elements that it stays in L1, but not so few pixels that the sums weigh much. */
const CHUNK_ELEMENTS = 4096;
const CHUNK_PIXELS = 32;

/** How the work on all elements of a tensor is cut into blocks; by its shape and memory format alone. */
function cut(x: Tensor): { blocks: number; args: Args } {
  const [images = 1, channels = 1, height = 1, width = 1] = x.shape;
  const pixels = height * width;
  const { blocks, channelsLast, rowBlock, chunks } = cutOf(images, channels, pixels, x.format === 'channelsLast');
  return { blocks, args: { ...NOTHING, images, channels, pixels, channelsLast, rowBlock, chunks } };
}

function cutOf(images: number, channels: number, pixels: number, pixelsFirst: boolean) {
  // Of two equal orders, the one with the longer runs.
  const channelsLast = pixels === 1 || (pixelsFirst && channels > 1);
  const rowBlock = Math.max(CHUNK_PIXELS, Math.ceil(CHUNK_ELEMENTS / channels));
  const chunks = channelsLast ? Math.ceil((images * pixels) / rowBlock) : images;
  const blocks = channelsLast ? chunks : images * channels;
  return { blocks, channelsLast: channelsLast ? 1 : 0, rowBlock, chunks };
}

function channelBlocks(channels: number): number {
  return Math.ceil(channels / NORM_CHANNELS);
}

function checkImages(name: string, x: Tensor): Shape4 {
  const { shape } = x;
  checkRank4(name, shape, '[batch, channels, height, width]');
  return shape;
}

/** Checks what there is of each channel, and returns the addresses. */
function channelOperands(
  { mean, variance }: ChannelStatistics,
  channels: number,
  dtype: DType,
  weight: Tensor | null,
  bias: Tensor | null,
): Pick<Args, 'mean' | 'variance' | 'weight' | 'bias' | 'wide'> {
  const all = { 'statistics.mean': mean, 'statistics.variance': variance, weight, bias };
  for (const [name, tensor] of Object.entries(all)) {
    if (tensor === null) continue;
    checkTensor(name, tensor);
    checkSameShape(name, tensor.shape, [channels]);
  }
  const kind = checkOperands({ 'statistics.mean': mean, 'statistics.variance': variance });
  if (kind !== 'float64' && kind !== dtype)
    throw new DTypeError('statistics.mean', kind, `float64 or ${dtype}, the element type of x`);
  return {
    mean: mean.address,
    variance: variance.address,
    weight: weight?.address ?? 0,
    bias: bias?.address ?? 0,
    wide: kind === 'float64' ? 1 : 0,
  };
}

/** @throws ArgumentError */
export function checkEps(eps = 1e-5): number {
  if (!(Number.isFinite(eps) && eps >= 0)) throw new ArgumentError('eps', eps, 'a number of at least 0');
  return eps;
}

/** @throws ArgumentError */
export function checkShare(name: string, value: number): number {
  if (!(typeof value === 'number' && value >= 0 && value <= 1))
    throw new ArgumentError(name, value, 'a number from 0 to 1');
  return value;
}
