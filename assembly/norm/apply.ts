import { Clamp } from '../activation/clamp';
import { Simd } from '../simd';
import { BatchNormArgs, NORM_CHANNELS, Norm } from './args';

/**
 * coefficients of `scaleShift`, from mean, variance, weight and bias:
 *
 *     [0] centre = the mean as T holds it,   [1] scale = weight / sqrt(variance + eps),   [2] shift = bias - (mean - centre) * scale
 *
 * x - centre is exact near the mean, and what rounding took from the mean is in the shift: a large mean costs no digits.
 * One block of work: NORM_CHANNELS channels.
 */
export function batchNormCoefficients<T>(args: BatchNormArgs, first: i32, last: i32): void {
  const shift = alignof<T>();
  const end = min<i32>(last * NORM_CHANNELS, args.channels);
  const plane = (<usize>args.channels) << shift;
  for (let channel = first * NORM_CHANNELS; channel < end; ++channel) {
    const offset = (<usize>channel) << shift;
    const mean = Norm.statistic<T>(args, args.mean, channel);
    const variance = Norm.statistic<T>(args, args.variance, channel);
    const weight: f64 = args.weight ? <f64>load<T>(args.weight + offset) : 1;
    const bias: f64 = args.bias ? <f64>load<T>(args.bias + offset) : 0;
    const scale = weight / Math.sqrt(variance + args.eps);
    const centre = <T>mean;
    const target = args.coefficients + offset;
    store<T>(target, centre);
    store<T>(target + plane, <T>scale);
    store<T>(target + 2 * plane, <T>(bias - (mean - <f64>centre) * scale));
  }
}

abstract class Affine {
  @inline
  static of<T>(x: v128, centre: v128, scale: v128, shift: v128): v128 {
    return Simd.fma<T>(v128.sub<T>(x, centre), scale, shift);
  }
}

/**
 * target = min(max((x - centre) * scale + shift, lower), upper), with the coefficients of each channel. NaN stays NaN.
 * One block of work: a chunk or a plane.
 */
export function scaleShift<T>(args: BatchNormArgs, first: i32, last: i32): void {
  for (let block = first; block < last; ++block) {
    if (args.channelsLast) chunkScaleShift<T>(args, block);
    else planeScaleShift<T>(args, block);
  }
}

/** Four pixels at a time, so that coefficients are loaded once for them. */
function chunkScaleShift<T>(args: BatchNormArgs, chunk: i32): void {
  const lanes = Simd.lanes<T>();
  const rowBytes = (<usize>args.channels) << alignof<T>();
  const rows = Norm.length(args, chunk);
  const offset = <usize>chunk * <usize>args.rowBlock * rowBytes;
  const lower = v128.splat<T>(<T>args.lower);
  const upper = v128.splat<T>(<T>args.upper);
  const zero = Clamp.zero<T>(args.lower);
  const whole = args.channels & -lanes;
  let x = args.x + offset;
  let target = args.target + offset;
  let left = rows;
  for (; left >= 4; left -= 4) {
    let factors = args.coefficients;
    for (let c = 0; c < whole; c += lanes) {
      const centre = v128.load(factors);
      const scale = v128.load(factors + rowBytes);
      const shift = v128.load(factors + 2 * rowBytes);
      const y0 = Affine.of<T>(v128.load(x), centre, scale, shift);
      const y1 = Affine.of<T>(v128.load(x + rowBytes), centre, scale, shift);
      const y2 = Affine.of<T>(v128.load(x + 2 * rowBytes), centre, scale, shift);
      const y3 = Affine.of<T>(v128.load(x + 3 * rowBytes), centre, scale, shift);
      v128.store(target, Clamp.of<T>(y0, lower, upper, zero));
      v128.store(target + rowBytes, Clamp.of<T>(y1, lower, upper, zero));
      v128.store(target + 2 * rowBytes, Clamp.of<T>(y2, lower, upper, zero));
      v128.store(target + 3 * rowBytes, Clamp.of<T>(y3, lower, upper, zero));
      x += 16;
      target += 16;
      factors += 16;
    }
    const rest = rowBytes * 4 - ((<usize>whole) << alignof<T>());
    x += rest;
    target += rest;
  }
  for (; left > 0; --left) {
    let factors = args.coefficients;
    for (let c = 0; c < whole; c += lanes) {
      const y = Affine.of<T>(
        v128.load(x),
        v128.load(factors),
        v128.load(factors + rowBytes),
        v128.load(factors + 2 * rowBytes),
      );
      v128.store(target, Clamp.of<T>(y, lower, upper, zero));
      x += 16;
      target += 16;
      factors += 16;
    }
    const rest = rowBytes - ((<usize>whole) << alignof<T>());
    x += rest;
    target += rest;
  }
  for (let channel = whole; channel < args.channels; ++channel) {
    const at = (<usize>channel) << alignof<T>();
    elements<T>(args, args.coefficients + at, offset + at, rowBytes, rows);
  }
}

/** `count` elements of one channel, `step` bytes apart. */
function elements<T>(args: BatchNormArgs, factors: usize, offset: usize, step: usize, count: i32): void {
  const plane = (<usize>args.channels) << alignof<T>();
  const centre = v128.splat<T>(load<T>(factors));
  const scale = v128.splat<T>(load<T>(factors + plane));
  const shift = v128.splat<T>(load<T>(factors + 2 * plane));
  const lower = v128.splat<T>(<T>args.lower);
  const upper = v128.splat<T>(<T>args.upper);
  const zero = Clamp.zero<T>(args.lower);
  let x = args.x + offset;
  let target = args.target + offset;
  for (let left = count; left > 0; --left) {
    const y = Affine.of<T>(v128.splat<T>(load<T>(x)), centre, scale, shift);
    v128.store_lane<T>(target, Clamp.of<T>(y, lower, upper, zero), 0);
    x += step;
    target += step;
  }
}

function planeScaleShift<T>(args: BatchNormArgs, block: i32): void {
  const lanes = Simd.lanes<T>();
  const plane = (<usize>args.channels) << alignof<T>();
  const lower = v128.splat<T>(<T>args.lower);
  const upper = v128.splat<T>(<T>args.upper);
  const zero = Clamp.zero<T>(args.lower);
  const factors = args.coefficients + ((<usize>(block % args.channels)) << alignof<T>());
  const centre = v128.splat<T>(load<T>(factors));
  const scale = v128.splat<T>(load<T>(factors + plane));
  const shift = v128.splat<T>(load<T>(factors + 2 * plane));
  const offset = (<usize>block * <usize>args.pixels) << alignof<T>();
  const whole = args.pixels & -lanes;
  let x = args.x + offset;
  let target = args.target + offset;
  for (let i = 0; i < whole; i += lanes) {
    v128.store(target, Clamp.of<T>(Affine.of<T>(v128.load(x), centre, scale, shift), lower, upper, zero));
    x += 16;
    target += 16;
  }
  elements<T>(args, factors, offset + ((<usize>whole) << alignof<T>()), sizeof<T>(), args.pixels - whole);
}
