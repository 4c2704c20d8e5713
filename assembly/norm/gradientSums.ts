import { Masked, Open } from '../activation/clamp';
import { Simd } from '../simd';
import { BatchNormArgs, NORM_CHANNELS, Norm } from './args';

/**
 * Sums of each block: partials[0] = sum of dy, [1] = sum of dy * (x - centre), centre the mean as T holds it.
 * One block of work: a chunk or a plane.
 */
export function batchNormGradPartials<T>(args: BatchNormArgs, first: i32, last: i32): void {
  if (args.output) partials<T, Masked>(args, first, last);
  else partials<T, Open>(args, first, last);
}

function partials<T, M>(args: BatchNormArgs, first: i32, last: i32): void {
  for (let block = first; block < last; ++block) {
    if (args.channelsLast) chunkPartials<T, M>(args, block);
    else planePartials<T, M>(args, block);
  }
}

/** Four pixels at a time: memory is read in order, however many channels there are, and sums wait in the cache. */
function chunkPartials<T, M>(args: BatchNormArgs, chunk: i32): void {
  // Nothing is read through it: M has no fields.
  const m = changetype<M>(0);
  const lanes = Simd.lanes<T>();
  const rowBytes = Norm.row<T>(args);
  const offset = <usize>chunk * <usize>args.rowBlock * rowBytes;
  const output = args.output - args.dy;
  const upper = v128.splat<T>(<T>args.upper);
  const whole = args.channels & -lanes;
  const partials = args.partials + <usize>(2 * chunk) * rowBytes;
  Norm.clear<T>(partials, whole);
  Norm.clear<T>(partials + rowBytes, whole);
  let x = args.x + offset;
  let dy = args.dy + offset;
  let left = Norm.length(args, chunk);
  for (; left >= 4; left -= 4) {
    let target = partials;
    for (let c = 0; c < whole; c += lanes) {
      const centre = Norm.centres<T>(args, c);
      const g0 = m.vector<T>(dy, output, upper);
      const g1 = m.vector<T>(dy + rowBytes, output, upper);
      const g2 = m.vector<T>(dy + 2 * rowBytes, output, upper);
      const g3 = m.vector<T>(dy + 3 * rowBytes, output, upper);
      const p0 = v128.mul<T>(g0, v128.sub<T>(v128.load(x), centre));
      const p2 = v128.mul<T>(g2, v128.sub<T>(v128.load(x + 2 * rowBytes), centre));
      const p1 = Simd.fma<T>(g1, v128.sub<T>(v128.load(x + rowBytes), centre), p0);
      const p3 = Simd.fma<T>(g3, v128.sub<T>(v128.load(x + 3 * rowBytes), centre), p2);
      const sum = v128.add<T>(v128.add<T>(g0, g1), v128.add<T>(g2, g3));
      v128.store(target, v128.add<T>(v128.load(target), sum));
      v128.store(target + rowBytes, v128.add<T>(v128.load(target + rowBytes), v128.add<T>(p1, p3)));
      x += 16;
      dy += 16;
      target += 16;
    }
    const rest = rowBytes * 4 - ((<usize>whole) << alignof<T>());
    x += rest;
    dy += rest;
  }
  for (; left > 0; --left) {
    let target = partials;
    for (let c = 0; c < whole; c += lanes) {
      const g = m.vector<T>(dy, output, upper);
      const d = v128.sub<T>(v128.load(x), Norm.centres<T>(args, c));
      v128.store(target, v128.add<T>(v128.load(target), g));
      v128.store(target + rowBytes, Simd.fma<T>(g, d, v128.load(target + rowBytes)));
      x += 16;
      dy += 16;
      target += 16;
    }
    const rest = rowBytes - ((<usize>whole) << alignof<T>());
    x += rest;
    dy += rest;
  }
  for (let channel = whole; channel < args.channels; ++channel) channelPartials<T, M>(args, chunk, channel, rowBytes);
}

/** One of the last channels, fewer than a vector. */
function channelPartials<T, M>(args: BatchNormArgs, chunk: i32, channel: i32, rowBytes: usize): void {
  const m = changetype<M>(0);
  const at = (<usize>channel) << alignof<T>();
  const offset = <usize>chunk * <usize>args.rowBlock * rowBytes + at;
  const output = args.output - args.dy;
  const upper = <T>args.upper;
  const centre = <T>Norm.statistic<T>(args, args.mean, channel);
  let sum: T = 0;
  let product: T = 0;
  let x = args.x + offset;
  let dy = args.dy + offset;
  for (let i = Norm.length(args, chunk); i > 0; --i) {
    const g = m.element<T>(dy, output, upper);
    sum = <T>(sum + g);
    product = <T>(product + <T>(g * <T>(load<T>(x) - centre)));
    x += rowBytes;
    dy += rowBytes;
  }
  const target = args.partials + <usize>(2 * chunk) * rowBytes + at;
  store<T>(target, sum);
  store<T>(target + rowBytes, product);
}

function planePartials<T, M>(args: BatchNormArgs, block: i32): void {
  const m = changetype<M>(0);
  const shift = alignof<T>();
  const lanes = Simd.lanes<T>();
  const centre = <T>Norm.statistic<T>(args, args.mean, block % args.channels);
  const c = v128.splat<T>(centre);
  const offset = (<usize>block * <usize>args.pixels) << shift;
  const rowBytes = Norm.row<T>(args);
  const channel = block % args.channels;
  const target = args.partials + <usize>(2 * (block / args.channels)) * rowBytes + ((<usize>channel) << shift);
  const output = args.output - args.dy;
  const upper = v128.splat<T>(<T>args.upper);
  let x = args.x + offset;
  let dy = args.dy + offset;
  let s0 = Simd.zero();
  let s1 = Simd.zero();
  let t0 = Simd.zero();
  let t1 = Simd.zero();
  let left = args.pixels;
  for (; left >= 2 * lanes; left -= 2 * lanes) {
    const g0 = m.vector<T>(dy, output, upper);
    const g1 = m.vector<T>(dy + 16, output, upper);
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
    const g = m.element<T>(dy, output, <T>args.upper);
    sum = <T>(sum + g);
    product = <T>(product + <T>(g * <T>(load<T>(x) - centre)));
    x += sizeof<T>();
    dy += sizeof<T>();
  }
  store<T>(target, <T>(Simd.sum<T>(v128.add<T>(s0, s1)) + sum));
  store<T>(target + rowBytes, <T>(Simd.sum<T>(v128.add<T>(t0, t1)) + product));
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
    const product = total<T>(args, args.partials + offset + Norm.row<T>(args)) - away * sum;
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
    address += 2 * rowBytes;
  }
  return sum;
}
