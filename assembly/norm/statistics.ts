import { Simd } from '../simd';
import { BatchNormArgs, NORM_CHANNELS, Norm } from './args';

/**
 * Sums of each block over x. A block is read twice, the second time from the cache: `pivot`, its rounded mean, then the sums of
 * x - pivot and of their squares, which lose nothing where the mean is large and the variance small.
 *
 * partials[0] = pivot, [1] = sum of x - pivot, [2] = sum of (x - pivot)^2. One block of work: a chunk or a plane.
 */
export function batchNormPartials<T>(args: BatchNormArgs, first: i32, last: i32): void {
  for (let block = first; block < last; ++block) {
    if (args.channelsLast) chunkPartials<T>(args, block);
    else planePartials<T>(args, block);
  }
}

function chunkPartials<T>(args: BatchNormArgs, chunk: i32): void {
  const shift = alignof<T>();
  const lanes = Simd.lanes<T>();
  const rows = Norm.length(args, chunk);
  const rowBytes = (<usize>args.channels) << shift;
  const plane = Norm.plane<T>(args);
  let source = args.x + <usize>chunk * <usize>args.rowBlock * rowBytes;
  let target = args.partials + <usize>chunk * rowBytes;
  let channels = args.channels;
  for (; channels >= 4 * lanes; channels -= 4 * lanes) {
    linePartials<T>(source, rowBytes, rows, target, plane);
    source += 64;
    target += 64;
  }
  for (; channels >= lanes; channels -= lanes) {
    vectorPartials<T>(source, rowBytes, rows, target, plane);
    source += 16;
    target += 16;
  }
  for (; channels > 0; --channels) {
    channelPartials<T>(source, rowBytes, rows, target, plane);
    source += sizeof<T>();
    target += sizeof<T>();
  }
}

/** Four vectors of neighbouring channels, so that a line of the cache is used whole. */
function linePartials<T>(source: usize, rowBytes: usize, rows: i32, target: usize, plane: usize): void {
  let s0 = Simd.zero();
  let s1 = Simd.zero();
  let s2 = Simd.zero();
  let s3 = Simd.zero();
  let row = source;
  for (let i = rows; i > 0; --i) {
    s0 = v128.add<T>(s0, v128.load(row));
    s1 = v128.add<T>(s1, v128.load(row, 16));
    s2 = v128.add<T>(s2, v128.load(row, 32));
    s3 = v128.add<T>(s3, v128.load(row, 48));
    row += rowBytes;
  }
  const part = v128.splat<T>(<T>(<T>1 / <T>rows));
  const p0 = v128.mul<T>(s0, part);
  const p1 = v128.mul<T>(s1, part);
  const p2 = v128.mul<T>(s2, part);
  const p3 = v128.mul<T>(s3, part);
  v128.store(target, p0);
  v128.store(target, p1, 16);
  v128.store(target, p2, 32);
  v128.store(target, p3, 48);
  s0 = Simd.zero();
  s1 = Simd.zero();
  s2 = Simd.zero();
  s3 = Simd.zero();
  let q0 = Simd.zero();
  let q1 = Simd.zero();
  let q2 = Simd.zero();
  let q3 = Simd.zero();
  row = source;
  for (let i = rows; i > 0; --i) {
    let d = v128.sub<T>(v128.load(row), p0);
    s0 = v128.add<T>(s0, d);
    q0 = Simd.fma<T>(d, d, q0);
    d = v128.sub<T>(v128.load(row, 16), p1);
    s1 = v128.add<T>(s1, d);
    q1 = Simd.fma<T>(d, d, q1);
    d = v128.sub<T>(v128.load(row, 32), p2);
    s2 = v128.add<T>(s2, d);
    q2 = Simd.fma<T>(d, d, q2);
    d = v128.sub<T>(v128.load(row, 48), p3);
    s3 = v128.add<T>(s3, d);
    q3 = Simd.fma<T>(d, d, q3);
    row += rowBytes;
  }
  const sums = target + plane;
  v128.store(sums, s0);
  v128.store(sums, s1, 16);
  v128.store(sums, s2, 32);
  v128.store(sums, s3, 48);
  const squares = sums + plane;
  v128.store(squares, q0);
  v128.store(squares, q1, 16);
  v128.store(squares, q2, 32);
  v128.store(squares, q3, 48);
}

/** One vector of neighbouring channels. */
function vectorPartials<T>(source: usize, rowBytes: usize, rows: i32, target: usize, plane: usize): void {
  let sum = Simd.zero();
  let row = source;
  for (let i = rows; i > 0; --i) {
    sum = v128.add<T>(sum, v128.load(row));
    row += rowBytes;
  }
  const pivot = v128.mul<T>(sum, v128.splat<T>(<T>(<T>1 / <T>rows)));
  v128.store(target, pivot);
  sum = Simd.zero();
  let squares = Simd.zero();
  row = source;
  for (let i = rows; i > 0; --i) {
    const d = v128.sub<T>(v128.load(row), pivot);
    sum = v128.add<T>(sum, d);
    squares = Simd.fma<T>(d, d, squares);
    row += rowBytes;
  }
  v128.store(target + plane, sum);
  v128.store(target + 2 * plane, squares);
}

/** One of the last channels, fewer than a vector. */
function channelPartials<T>(source: usize, rowBytes: usize, rows: i32, target: usize, plane: usize): void {
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
  store<T>(target + plane, sum);
  store<T>(target + 2 * plane, squares);
}

/** One channel of one image, contiguous. */
function planePartials<T>(args: BatchNormArgs, block: i32): void {
  const shift = alignof<T>();
  const lanes = Simd.lanes<T>();
  const pixels = args.pixels;
  const plane = Norm.plane<T>(args);
  const start = args.x + ((<usize>block * <usize>pixels) << shift);
  const target = args.partials + ((<usize>block) << shift);
  let s0 = Simd.zero();
  let s1 = Simd.zero();
  let tail: T = 0;
  let source = start;
  let left = pixels;
  for (; left >= 2 * lanes; left -= 2 * lanes) {
    s0 = v128.add<T>(s0, v128.load(source));
    s1 = v128.add<T>(s1, v128.load(source, 16));
    source += 32;
  }
  for (; left > 0; --left) {
    tail = <T>(tail + load<T>(source));
    source += sizeof<T>();
  }
  const pivot = <T>(<T>(Simd.sum<T>(v128.add<T>(s0, s1)) + tail) / <T>pixels);
  store<T>(target, pivot);
  const pivots = v128.splat<T>(pivot);
  s0 = Simd.zero();
  s1 = Simd.zero();
  let q0 = Simd.zero();
  let q1 = Simd.zero();
  let squares: T = 0;
  tail = 0;
  source = start;
  left = pixels;
  for (; left >= 2 * lanes; left -= 2 * lanes) {
    const d0 = v128.sub<T>(v128.load(source), pivots);
    const d1 = v128.sub<T>(v128.load(source, 16), pivots);
    s0 = v128.add<T>(s0, d0);
    s1 = v128.add<T>(s1, d1);
    q0 = Simd.fma<T>(d0, d0, q0);
    q1 = Simd.fma<T>(d1, d1, q1);
    source += 32;
  }
  for (; left > 0; --left) {
    const d = <T>(load<T>(source) - pivot);
    tail = <T>(tail + d);
    squares = <T>(squares + <T>(d * d));
    source += sizeof<T>();
  }
  store<T>(target + plane, <T>(Simd.sum<T>(v128.add<T>(s0, s1)) + tail));
  store<T>(target + 2 * plane, <T>(Simd.sum<T>(v128.add<T>(q0, q1)) + squares));
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
  const rowBytes = (<usize>args.channels) << alignof<T>();
  const plane = Norm.plane<T>(args);
  let at = args.partials + ((<usize>channel) << alignof<T>());
  let sum: f64 = 0;
  for (let chunk = 0; chunk < args.chunks; ++chunk) {
    sum += <f64>load<T>(at) * <f64>Norm.length(args, chunk) + <f64>load<T>(at + plane);
    at += rowBytes;
  }
  return sum;
}

/** The sum of (x - mean)^2 of a channel. */
function squaresOf<T>(args: BatchNormArgs, channel: i32, mean: f64): f64 {
  const rowBytes = (<usize>args.channels) << alignof<T>();
  const plane = Norm.plane<T>(args);
  let at = args.partials + ((<usize>channel) << alignof<T>());
  let squares: f64 = 0;
  for (let chunk = 0; chunk < args.chunks; ++chunk) {
    // sum (x - mean)^2 = sum (x - pivot)^2 + 2 (pivot - mean) sum (x - pivot) + n (pivot - mean)^2
    const away = <f64>load<T>(at) - mean;
    squares += <f64>load<T>(at + 2 * plane);
    squares += away * (2 * <f64>load<T>(at + plane) + <f64>Norm.length(args, chunk) * away);
    at += rowBytes;
  }
  // Rounding may leave less than nothing where all are equal; NaN stays.
  return squares < 0 ? 0 : squares;
}

function follow<T>(address: usize, momentum: f64, value: f64): void {
  store<T>(address, <T>((1 - momentum) * <f64>load<T>(address) + momentum * value));
}
