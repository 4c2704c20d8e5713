import { Simd } from '../simd';
import { BatchNormArgs, NORM_CHANNELS, Norm } from './args';

/**
 * Sums of each block: partials[0] = sum of dy, [1] = sum of dy * (x - centre), centre the mean as T holds it.
 * One block of work: a chunk or a plane.
 */
export function batchNormGradPartials<T>(args: BatchNormArgs, first: i32, last: i32): void {
  for (let block = first; block < last; ++block) {
    if (args.channelsLast) chunkPartials<T>(args, block);
    else planePartials<T>(args, block);
  }
}

function chunkPartials<T>(args: BatchNormArgs, chunk: i32): void {
  const lanes = Simd.lanes<T>();
  const rows = Norm.length(args, chunk);
  const rowBytes = (<usize>args.channels) << alignof<T>();
  const plane = Norm.plane<T>(args);
  const offset = <usize>chunk * <usize>args.rowBlock * rowBytes;
  const target = args.partials + <usize>chunk * rowBytes;
  const x = args.x + offset;
  const dy = args.dy + offset;
  let channel = 0;
  let at: usize = 0;
  for (; channel <= args.channels - 2 * lanes; channel += 2 * lanes) {
    const c0 = Norm.centres<T>(args, channel);
    const c1 = Norm.centres<T>(args, channel + lanes);
    let s0 = Simd.zero();
    let s1 = Simd.zero();
    let t0 = Simd.zero();
    let t1 = Simd.zero();
    let row = at;
    for (let i = rows; i > 0; --i) {
      const g0 = v128.load(dy + row);
      const g1 = v128.load(dy + row, 16);
      s0 = v128.add<T>(s0, g0);
      s1 = v128.add<T>(s1, g1);
      t0 = Simd.fma<T>(g0, v128.sub<T>(v128.load(x + row), c0), t0);
      t1 = Simd.fma<T>(g1, v128.sub<T>(v128.load(x + row, 16), c1), t1);
      row += rowBytes;
    }
    v128.store(target + at, s0);
    v128.store(target + at, s1, 16);
    v128.store(target + at + plane, t0);
    v128.store(target + at + plane, t1, 16);
    at += 32;
  }
  for (; channel < args.channels; ++channel) {
    const centre = <T>Norm.statistic<T>(args, args.mean, channel);
    let sum: T = 0;
    let product: T = 0;
    let row = at;
    for (let i = rows; i > 0; --i) {
      const g = load<T>(dy + row);
      sum = <T>(sum + g);
      product = <T>(product + <T>(g * <T>(load<T>(x + row) - centre)));
      row += rowBytes;
    }
    store<T>(target + at, sum);
    store<T>(target + at + plane, product);
    at += sizeof<T>();
  }
}

function planePartials<T>(args: BatchNormArgs, block: i32): void {
  const shift = alignof<T>();
  const lanes = Simd.lanes<T>();
  const centre = <T>Norm.statistic<T>(args, args.mean, block % args.channels);
  const c = v128.splat<T>(centre);
  const offset = (<usize>block * <usize>args.pixels) << shift;
  const target = args.partials + ((<usize>block) << shift);
  let x = args.x + offset;
  let dy = args.dy + offset;
  let s0 = Simd.zero();
  let s1 = Simd.zero();
  let t0 = Simd.zero();
  let t1 = Simd.zero();
  let left = args.pixels;
  for (; left >= 2 * lanes; left -= 2 * lanes) {
    const g0 = v128.load(dy);
    const g1 = v128.load(dy, 16);
    s0 = v128.add<T>(s0, g0);
    s1 = v128.add<T>(s1, g1);
    t0 = Simd.fma<T>(g0, v128.sub<T>(v128.load(x), c), t0);
    t1 = Simd.fma<T>(g1, v128.sub<T>(v128.load(x, 16), c), t1);
    x += 32;
    dy += 32;
  }
  let sum: T = 0;
  let product: T = 0;
  for (; left > 0; --left) {
    const g = load<T>(dy);
    sum = <T>(sum + g);
    product = <T>(product + <T>(g * <T>(load<T>(x) - centre)));
    x += sizeof<T>();
    dy += sizeof<T>();
  }
  store<T>(target, <T>(Simd.sum<T>(v128.add<T>(s0, s1)) + sum));
  store<T>(target + Norm.plane<T>(args), <T>(Simd.sum<T>(v128.add<T>(t0, t1)) + product));
}

/**
 * Puts the blocks' sums together in float64, in order. With r = 1 / sqrt(variance + eps) and n elements in a channel:
 *
 *     biasGrad = scale * sum of dy,    weightGrad = scale * r * sum of dy (x - mean)
 *     dx = weight r (dy - sum of dy / n - (x - mean) r^2 sum of dy (x - mean) / n)       (Ioffe and Szegedy, 2015)
 *        = a dy + b (x - centre) + c,    coefficients [0] = centre, [1] = a, [2] = b, [3] = c
 *
 * One block of work: NORM_CHANNELS channels.
 */
export function batchNormGradCoefficients<T>(args: BatchNormArgs, first: i32, last: i32): void {
  const shift = alignof<T>();
  const end = min<i32>(last * NORM_CHANNELS, args.channels);
  const plane = (<usize>args.channels) << shift;
  const count = Norm.count(args);
  for (let channel = first * NORM_CHANNELS; channel < end; ++channel) {
    const offset = (<usize>channel) << shift;
    const mean = Norm.statistic<T>(args, args.mean, channel);
    const centre = <T>mean;
    const away = mean - <f64>centre;
    const r = 1 / Math.sqrt(Norm.statistic<T>(args, args.variance, channel) + args.eps);
    const sum = total<T>(args, args.partials + offset);
    const product = total<T>(args, args.partials + offset + Norm.plane<T>(args)) - away * sum;
    if (args.weightGrad) store<T>(args.weightGrad + offset, <T>(args.scale * r * product));
    if (args.biasGrad) store<T>(args.biasGrad + offset, <T>(args.scale * sum));
    const weight: f64 = args.weight ? <f64>load<T>(args.weight + offset) : 1;
    const a = weight * r;
    const b = (-a * r * r * product) / count;
    const target = args.coefficients + offset;
    store<T>(target, centre);
    store<T>(target + plane, <T>a);
    store<T>(target + 2 * plane, <T>b);
    store<T>(target + 3 * plane, <T>((-a * sum) / count - b * away));
  }
}

/** The sum of a channel's partials. */
function total<T>(args: BatchNormArgs, address: usize): f64 {
  const rowBytes = (<usize>args.channels) << alignof<T>();
  let sum: f64 = 0;
  for (let chunk = args.chunks; chunk > 0; --chunk) {
    sum += <f64>load<T>(address);
    address += rowBytes;
  }
  return sum;
}

/** target = a * dy + b * (x - centre) + c, with the coefficients of each channel. One block of work: a chunk or a plane. */
export function batchNormGrad<T>(args: BatchNormArgs, first: i32, last: i32): void {
  for (let block = first; block < last; ++block) {
    if (args.channelsLast) chunkGrad<T>(args, block);
    else planeGrad<T>(args, block);
  }
}

function chunkGrad<T>(args: BatchNormArgs, chunk: i32): void {
  const shift = alignof<T>();
  const lanes = Simd.lanes<T>();
  const plane = (<usize>args.channels) << shift;
  let at = <usize>chunk * <usize>args.rowBlock * plane;
  for (let row = Norm.length(args, chunk); row > 0; --row) {
    let factors = args.coefficients;
    let left = args.channels;
    for (; left >= lanes; left -= lanes) {
      const d = v128.sub<T>(v128.load(args.x + at), v128.load(factors));
      const sum = Simd.fma<T>(d, v128.load(factors + 2 * plane), v128.load(factors + 3 * plane));
      v128.store(args.target + at, Simd.fma<T>(v128.load(args.dy + at), v128.load(factors + plane), sum));
      at += 16;
      factors += 16;
    }
    for (; left > 0; --left) {
      const d = <T>(load<T>(args.x + at) - load<T>(factors));
      const sum = <T>(<T>(d * load<T>(factors + 2 * plane)) + load<T>(factors + 3 * plane));
      store<T>(args.target + at, <T>(<T>(load<T>(args.dy + at) * load<T>(factors + plane)) + sum));
      at += sizeof<T>();
      factors += sizeof<T>();
    }
  }
}

function planeGrad<T>(args: BatchNormArgs, block: i32): void {
  const shift = alignof<T>();
  const lanes = Simd.lanes<T>();
  const plane = (<usize>args.channels) << shift;
  const factors = args.coefficients + ((<usize>(block % args.channels)) << shift);
  const centre = load<T>(factors);
  const a = load<T>(factors + plane);
  const b = load<T>(factors + 2 * plane);
  const c = load<T>(factors + 3 * plane);
  const centres = v128.splat<T>(centre);
  const av = v128.splat<T>(a);
  const bv = v128.splat<T>(b);
  const cv = v128.splat<T>(c);
  let at = (<usize>block * <usize>args.pixels) << shift;
  let left = args.pixels;
  for (; left >= lanes; left -= lanes) {
    const sum = Simd.fma<T>(v128.sub<T>(v128.load(args.x + at), centres), bv, cv);
    v128.store(args.target + at, Simd.fma<T>(v128.load(args.dy + at), av, sum));
    at += 16;
  }
  for (; left > 0; --left) {
    const sum = <T>(<T>(<T>(load<T>(args.x + at) - centre) * b) + c);
    store<T>(args.target + at, <T>(<T>(load<T>(args.dy + at) * a) + sum));
    at += sizeof<T>();
  }
}
