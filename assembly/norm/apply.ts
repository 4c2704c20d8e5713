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

/**
 * target = min(max((x - centre) * scale + shift, lower), upper), with the coefficients of each channel. NaN stays NaN, by the order of
 * pmax's and pmin's operands: they are one instruction each, max and min seven.
 * One block of work: a chunk or a plane.
 */
export function scaleShift<T>(args: BatchNormArgs, first: i32, last: i32): void {
  for (let block = first; block < last; ++block) {
    if (args.channelsLast) chunkScaleShift<T>(args, block);
    else planeScaleShift<T>(args, block);
  }
}

function chunkScaleShift<T>(args: BatchNormArgs, chunk: i32): void {
  const shift = alignof<T>();
  const lanes = Simd.lanes<T>();
  const plane = (<usize>args.channels) << shift;
  const lower = v128.splat<T>(<T>args.lower);
  const upper = v128.splat<T>(<T>args.upper);
  const offset = <usize>chunk * <usize>args.rowBlock * plane;
  let x = args.x + offset;
  let target = args.target + offset;
  for (let row = Norm.length(args, chunk); row > 0; --row) {
    let factors = args.coefficients;
    let left = args.channels;
    for (; left >= lanes; left -= lanes) {
      const d = v128.sub<T>(v128.load(x), v128.load(factors));
      const y = Simd.fma<T>(d, v128.load(factors + plane), v128.load(factors + 2 * plane));
      v128.store(target, v128.pmin<T>(v128.pmax<T>(y, lower), upper));
      x += 16;
      target += 16;
      factors += 16;
    }
    for (; left > 0; --left) {
      const d = v128.sub<T>(v128.splat<T>(load<T>(x)), v128.splat<T>(load<T>(factors)));
      const y = Simd.fma<T>(d, v128.splat<T>(load<T>(factors + plane)), v128.splat<T>(load<T>(factors + 2 * plane)));
      v128.store_lane<T>(target, v128.pmin<T>(v128.pmax<T>(y, lower), upper), 0);
      x += sizeof<T>();
      target += sizeof<T>();
      factors += sizeof<T>();
    }
  }
}

function planeScaleShift<T>(args: BatchNormArgs, block: i32): void {
  const shift = alignof<T>();
  const lanes = Simd.lanes<T>();
  const plane = (<usize>args.channels) << shift;
  const lower = v128.splat<T>(<T>args.lower);
  const upper = v128.splat<T>(<T>args.upper);
  const factors = args.coefficients + ((<usize>(block % args.channels)) << shift);
  const centre = v128.splat<T>(load<T>(factors));
  const scale = v128.splat<T>(load<T>(factors + plane));
  const add = v128.splat<T>(load<T>(factors + 2 * plane));
  const offset = (<usize>block * <usize>args.pixels) << shift;
  let x = args.x + offset;
  let target = args.target + offset;
  let left = args.pixels;
  for (; left >= lanes; left -= lanes) {
    const y = Simd.fma<T>(v128.sub<T>(v128.load(x), centre), scale, add);
    v128.store(target, v128.pmin<T>(v128.pmax<T>(y, lower), upper));
    x += 16;
    target += 16;
  }
  for (; left > 0; --left) {
    const y = Simd.fma<T>(v128.sub<T>(v128.splat<T>(load<T>(x)), centre), scale, add);
    v128.store_lane<T>(target, v128.pmin<T>(v128.pmax<T>(y, lower), upper), 0);
    x += sizeof<T>();
    target += sizeof<T>();
  }
}
