import { Simd } from '../simd';
import { BatchNormArgs, NORM_CHANNELS, Norm } from './args';

/**
 * Sums of each block over x: `pivot`, the rounded mean of its first quarter, then the sums of x - pivot and of their squares, which lose
 * nothing where the mean is large and the variance small. (A pivot that is d away from the block's mean adds d^2 to what is rounded, and
 * the quarter alone gives the variance d^2 / 4: the error is 5 times that of the mean itself as pivot, at worst.)
 *
 * partials[0] = pivot, [1] = sum of x - pivot, [2] = sum of (x - pivot)^2. One block of work: a chunk or a plane.
 */
export function batchNormPartials<T>(args: BatchNormArgs, first: i32, last: i32): void {
  for (let block = first; block < last; ++block) {
    if (args.channelsLast) chunkPartials<T>(args, block);
    else planePartials<T>(args, block);
  }
}

/** Four pixels at a time: memory is read in order, however many channels there are, and sums wait in the cache. */
function chunkPartials<T>(args: BatchNormArgs, chunk: i32): void {
  const lanes = Simd.lanes<T>();
  const rows = Norm.length(args, chunk);
  const rowBytes = Norm.row<T>(args);
  const source = args.x + <usize>chunk * <usize>args.rowBlock * rowBytes;
  const partials = args.partials + <usize>(3 * chunk) * rowBytes;
  const whole = args.channels & -lanes;
  pivots<T>(source, rowBytes, (rows + 3) >> 2, partials, whole);
  const sums = partials + rowBytes;
  Norm.clear<T>(sums, whole);
  Norm.clear<T>(sums + rowBytes, whole);
  let x = source;
  let left = rows;
  for (; left >= 4; left -= 4) {
    let pivot = partials;
    let target = sums;
    for (let c = 0; c < whole; c += lanes) {
      const p = v128.load(pivot);
      const d0 = v128.sub<T>(v128.load(x), p);
      const d1 = v128.sub<T>(v128.load(x + rowBytes), p);
      const d2 = v128.sub<T>(v128.load(x + 2 * rowBytes), p);
      const d3 = v128.sub<T>(v128.load(x + 3 * rowBytes), p);
      const q1 = Simd.fma<T>(d1, d1, v128.mul<T>(d0, d0));
      const q3 = Simd.fma<T>(d3, d3, v128.mul<T>(d2, d2));
      const sum = v128.add<T>(v128.add<T>(d0, d1), v128.add<T>(d2, d3));
      v128.store(target, v128.add<T>(v128.load(target), sum));
      v128.store(target + rowBytes, v128.add<T>(v128.load(target + rowBytes), v128.add<T>(q1, q3)));
      x += 16;
      pivot += 16;
      target += 16;
    }
    x += rowBytes * 4 - ((<usize>whole) << alignof<T>());
  }
  for (; left > 0; --left) {
    let pivot = partials;
    let target = sums;
    for (let c = 0; c < whole; c += lanes) {
      const d = v128.sub<T>(v128.load(x), v128.load(pivot));
      v128.store(target, v128.add<T>(v128.load(target), d));
      v128.store(target + rowBytes, Simd.fma<T>(d, d, v128.load(target + rowBytes)));
      x += 16;
      pivot += 16;
      target += 16;
    }
    x += rowBytes - ((<usize>whole) << alignof<T>());
  }
  for (let channel = whole; channel < args.channels; ++channel) {
    const at = (<usize>channel) << alignof<T>();
    channelPartials<T>(source + at, rowBytes, rows, partials + at);
  }
}

/** target[channel] = the mean of the first `rows` pixels, for whole vectors of `channels`. */
function pivots<T>(source: usize, rowBytes: usize, rows: i32, target: usize, channels: i32): void {
  const part = v128.splat<T>(<T>(<T>1 / <T>rows));
  const end = target + ((<usize>channels) << alignof<T>());
  let column = source;
  for (let at = target; at < end; at += 16) {
    let s0 = Simd.zero();
    let s1 = Simd.zero();
    let row = column;
    let left = rows;
    for (; left >= 2; left -= 2) {
      s0 = v128.add<T>(s0, v128.load(row));
      s1 = v128.add<T>(s1, v128.load(row + rowBytes));
      row += 2 * rowBytes;
    }
    if (left > 0) s0 = v128.add<T>(s0, v128.load(row));
    v128.store(at, v128.mul<T>(v128.add<T>(s0, s1), part));
    column += 16;
  }
}

/** One of the last channels, fewer than a vector. */
function channelPartials<T>(source: usize, rowBytes: usize, rows: i32, target: usize): void {
  let sum: T = 0;
  let row = source;
  for (let i = rows; i > 0; --i) {
    sum = <T>(sum + load<T>(row));
    row += rowBytes;
  }
  const pivot = <T>(sum / <T>rows);
  store<T>(target, pivot);
  sum = 0;
  let squares: T = 0;
  row = source;
  for (let i = rows; i > 0; --i) {
    const d = <T>(load<T>(row) - pivot);
    sum = <T>(sum + d);
    squares = <T>(squares + <T>(d * d));
    row += rowBytes;
  }
  store<T>(target + rowBytes, sum);
  store<T>(target + 2 * rowBytes, squares);
}

/** One channel of one image, contiguous. */
function planePartials<T>(args: BatchNormArgs, block: i32): void {
  const shift = alignof<T>();
  const lanes = Simd.lanes<T>();
  const rowBytes = Norm.row<T>(args);
  const channel = block % args.channels;
  const start = args.x + ((<usize>block * <usize>args.pixels) << shift);
  const target = args.partials + <usize>(3 * (block / args.channels)) * rowBytes + ((<usize>channel) << shift);
  const pivot = meanOf<T>(start, (args.pixels + 3) >> 2);
  store<T>(target, pivot);
  const pivots = v128.splat<T>(pivot);
  let s0 = Simd.zero();
  let s1 = Simd.zero();
  let s2 = Simd.zero();
  let s3 = Simd.zero();
  let q0 = Simd.zero();
  let q1 = Simd.zero();
  let q2 = Simd.zero();
  let q3 = Simd.zero();
  let source = start;
  let left = args.pixels;
  for (; left >= 4 * lanes; left -= 4 * lanes) {
    const d0 = v128.sub<T>(v128.load(source), pivots);
    const d1 = v128.sub<T>(v128.load(source, 16), pivots);
    const d2 = v128.sub<T>(v128.load(source, 32), pivots);
    const d3 = v128.sub<T>(v128.load(source, 48), pivots);
    s0 = v128.add<T>(s0, d0);
    s1 = v128.add<T>(s1, d1);
    s2 = v128.add<T>(s2, d2);
    s3 = v128.add<T>(s3, d3);
    q0 = Simd.fma<T>(d0, d0, q0);
    q1 = Simd.fma<T>(d1, d1, q1);
    q2 = Simd.fma<T>(d2, d2, q2);
    q3 = Simd.fma<T>(d3, d3, q3);
    source += 64;
  }
  let sum = Simd.sum<T>(v128.add<T>(v128.add<T>(s0, s1), v128.add<T>(s2, s3)));
  let squares = Simd.sum<T>(v128.add<T>(v128.add<T>(q0, q1), v128.add<T>(q2, q3)));
  for (; left > 0; --left) {
    const d = <T>(load<T>(source) - pivot);
    sum = <T>(sum + d);
    squares = <T>(squares + <T>(d * d));
    source += sizeof<T>();
  }
  store<T>(target + rowBytes, sum);
  store<T>(target + 2 * rowBytes, squares);
}

/** The rounded mean of `count` neighbouring elements. */
function meanOf<T>(start: usize, count: i32): T {
  const lanes = Simd.lanes<T>();
  let s0 = Simd.zero();
  let s1 = Simd.zero();
  let source = start;
  let left = count;
  for (; left >= 2 * lanes; left -= 2 * lanes) {
    s0 = v128.add<T>(s0, v128.load(source));
    s1 = v128.add<T>(s1, v128.load(source, 16));
    source += 32;
  }
  let sum = Simd.sum<T>(v128.add<T>(s0, s1));
  for (; left > 0; --left) {
    sum = <T>(sum + load<T>(source));
    source += sizeof<T>();
  }
  return <T>(sum / <T>count);
}

/**
 * Puts the blocks' sums together in float64, in order (Chan, Golub and LeVeque, 1983): mean, the biased variance (both f64), and
 *
 *     running = (1 - momentum) * running + momentum * mean (or the unbiased variance)
 *
 * where there are running statistics. Reads partials. One block of work: NORM_CHANNELS channels.
 */
export function batchNormStatistics<T>(args: BatchNormArgs, first: i32, last: i32): void {
  const end = min<i32>(last * NORM_CHANNELS, args.channels);
  const total = Norm.count(args);
  for (let channel = first * NORM_CHANNELS; channel < end; ++channel) {
    const mean = sumOf<T>(args, channel) / total;
    const squares = squaresOf<T>(args, channel, mean);
    store<f64>(args.mean + ((<usize>channel) << 3), mean);
    store<f64>(args.variance + ((<usize>channel) << 3), squares / total);
    if (args.runningMean) {
      const offset = (<usize>channel) << alignof<T>();
      follow<T>(args.runningMean + offset, args.momentum, mean);
      follow<T>(args.runningVariance + offset, args.momentum, squares / (total - 1));
    }
  }
}

/** The sum of a channel. */
function sumOf<T>(args: BatchNormArgs, channel: i32): f64 {
  const rowBytes = Norm.row<T>(args);
  let at = args.partials + ((<usize>channel) << alignof<T>());
  let sum: f64 = 0;
  for (let chunk = 0; chunk < args.chunks; ++chunk) {
    sum += <f64>load<T>(at) * <f64>Norm.length(args, chunk) + <f64>load<T>(at + rowBytes);
    at += 3 * rowBytes;
  }
  return sum;
}

/** The sum of (x - mean)^2 of a channel. */
function squaresOf<T>(args: BatchNormArgs, channel: i32, mean: f64): f64 {
  const rowBytes = Norm.row<T>(args);
  let at = args.partials + ((<usize>channel) << alignof<T>());
  let squares: f64 = 0;
  for (let chunk = 0; chunk < args.chunks; ++chunk) {
    // sum (x - mean)^2 = sum (x - pivot)^2 + 2 (pivot - mean) sum (x - pivot) + n (pivot - mean)^2
    const away = <f64>load<T>(at) - mean;
    squares += <f64>load<T>(at + 2 * rowBytes);
    squares += away * (2 * <f64>load<T>(at + rowBytes) + <f64>Norm.length(args, chunk) * away);
    at += 3 * rowBytes;
  }
  // Rounding may leave less than nothing where all are equal; NaN stays.
  return squares < 0 ? 0 : squares;
}

function follow<T>(address: usize, momentum: f64, value: f64): void {
  store<T>(address, <T>((1 - momentum) * <f64>load<T>(address) + momentum * value));
}
