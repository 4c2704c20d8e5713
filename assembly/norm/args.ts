import { Simd } from '../simd';

/**
 * Batch normalisation of images x channels x pixels, contiguous or channels-last:
 *
 *     y = (x - mean) / sqrt(variance + eps) * weight + bias          mean and variance of each channel, over images and pixels
 *
 * Each kernel reads the fields that its contract names. Work is cut into blocks of which a channel's sums are put together in order:
 *
 *     channels-last    chunk: `rowBlock` pixels with all channels      chunks = ceil(images * pixels / rowBlock)
 *     contiguous       plane: one channel of one image                 chunks = images
 */
@unmanaged
export class BatchNormArgs {
  x: usize;
  dy: usize;
  /** y or dx. May be x or dy. */
  target: usize;
  /** Of the activation behind y, where dy is the gradient of that: dy counts as 0 unless 0 < output < upper. 0: none. */
  output: usize;
  /** T[chunks][3][channels] forward, T[chunks][2][channels] backward: the sums of each block. */
  partials: usize;
  /** [channels]: f64 where `wide` is 1, else T. */
  mean: usize;
  variance: usize;
  /** T[channels]; 0: none. */
  runningMean: usize;
  runningVariance: usize;
  /** T[channels]; 0: ones and zeros. */
  weight: usize;
  bias: usize;
  /** T[channels]; 0: not wanted. */
  weightGrad: usize;
  biasGrad: usize;
  /** T[4][channels]: what the passes over all elements multiply by and add. */
  coefficients: usize;
  images: i32;
  channels: i32;
  pixels: i32;
  channelsLast: i32;
  rowBlock: i32;
  chunks: i32;
  wide: i32;
  eps: f64;
  momentum: f64;
  /** The gradients of weight and bias are multiplied by it. */
  scale: f64;
  /** Limits of y; NaN as `upper`: none. */
  lower: f64;
  upper: f64;
}

/** Channels in a block of the kernels that work on channels alone. */
export const NORM_CHANNELS: i32 = 64;

export abstract class Norm {
  /** Elements of a channel in a chunk. */
  @inline
  static length(args: BatchNormArgs, chunk: i32): i32 {
    if (!args.channelsLast) return args.pixels;
    return min<i32>(args.rowBlock, args.images * args.pixels - chunk * args.rowBlock);
  }

  /** Elements of a channel. */
  @inline
  static count(args: BatchNormArgs): f64 {
    return <f64>args.images * <f64>args.pixels;
  }

  /** An element of `mean` or `variance`. */
  @inline
  static statistic<T>(args: BatchNormArgs, address: usize, channel: i32): f64 {
    if (args.wide) return load<f64>(address + ((<usize>channel) << 3));
    return <f64>load<T>(address + ((<usize>channel) << alignof<T>()));
  }

  /** Bytes of a value of every channel. */
  @inline
  static row<T>(args: BatchNormArgs): usize {
    return (<usize>args.channels) << alignof<T>();
  }

  /** Zeros for whole vectors of `channels`. */
  @inline
  static clear<T>(target: usize, channels: i32): void {
    const end = target + ((<usize>channels) << alignof<T>());
    for (let at = target; at < end; at += 16) v128.store(at, Simd.zero());
  }

  /** The means of a vector of channels, as T holds them. */
  @inline
  static centres<T>(args: BatchNormArgs, channel: i32): v128 {
    if (!args.wide || sizeof<T>() == 8) return v128.load(args.mean + ((<usize>channel) << alignof<T>()));
    const at = args.mean + ((<usize>channel) << 3);
    const low = f32x4.demote_f64x2_zero(v128.load(at));
    const high = f32x4.demote_f64x2_zero(v128.load(at, 16));
    return v128.shuffle<f64>(low, high, 0, 2);
  }
}
