import { Masked, Open } from '../activation/clamp';
import { Simd } from '../simd';
import { BatchNormArgs, Norm } from './args';

/** target = a * dy + b * (x - centre) + c, with the coefficients of each channel. One block of work: a chunk or a plane. */
export function batchNormGrad<T>(args: BatchNormArgs, first: i32, last: i32): void {
  if (args.output) gradient<T, Masked>(args, first, last);
  else gradient<T, Open>(args, first, last);
}

function gradient<T, M>(args: BatchNormArgs, first: i32, last: i32): void {
  for (let block = first; block < last; ++block) {
    if (args.channelsLast) chunkGrad<T, M>(args, block);
    else planeGrad<T, M>(args, block);
  }
}

/** Four pixels at a time, so that coefficients are loaded once for them. */
function chunkGrad<T, M>(args: BatchNormArgs, chunk: i32): void {
  // Nothing is read through it: M has no fields.
  const m = changetype<M>(0);
  const lanes = Simd.lanes<T>();
  const rowBytes = (<usize>args.channels) << alignof<T>();
  const rows = Norm.length(args, chunk);
  const offset = <usize>chunk * <usize>args.rowBlock * rowBytes;
  const output = args.output - args.dy;
  const upper = v128.splat<T>(<T>args.upper);
  const whole = args.channels & -lanes;
  let x = args.x + offset;
  let dy = args.dy + offset;
  let target = args.target + offset;
  let left = rows;
  for (; left >= 4; left -= 4) {
    let factors = args.coefficients;
    for (let c = 0; c < whole; c += lanes) {
      const centre = v128.load(factors);
      const a = v128.load(factors + rowBytes);
      const b = v128.load(factors + 2 * rowBytes);
      const shift = v128.load(factors + 3 * rowBytes);
      const d0 = Simd.fma<T>(v128.sub<T>(v128.load(x), centre), b, shift);
      const d1 = Simd.fma<T>(v128.sub<T>(v128.load(x + rowBytes), centre), b, shift);
      const d2 = Simd.fma<T>(v128.sub<T>(v128.load(x + 2 * rowBytes), centre), b, shift);
      const d3 = Simd.fma<T>(v128.sub<T>(v128.load(x + 3 * rowBytes), centre), b, shift);
      const g0 = m.vector<T>(dy, output, upper);
      const g1 = m.vector<T>(dy + rowBytes, output, upper);
      const g2 = m.vector<T>(dy + 2 * rowBytes, output, upper);
      const g3 = m.vector<T>(dy + 3 * rowBytes, output, upper);
      v128.store(target, Simd.fma<T>(g0, a, d0));
      v128.store(target + rowBytes, Simd.fma<T>(g1, a, d1));
      v128.store(target + 2 * rowBytes, Simd.fma<T>(g2, a, d2));
      v128.store(target + 3 * rowBytes, Simd.fma<T>(g3, a, d3));
      x += 16;
      dy += 16;
      target += 16;
      factors += 16;
    }
    const rest = rowBytes * 4 - ((<usize>whole) << alignof<T>());
    x += rest;
    dy += rest;
    target += rest;
  }
  for (; left > 0; --left) {
    let factors = args.coefficients;
    for (let c = 0; c < whole; c += lanes) {
      const d = v128.sub<T>(v128.load(x), v128.load(factors));
      const sum = Simd.fma<T>(d, v128.load(factors + 2 * rowBytes), v128.load(factors + 3 * rowBytes));
      v128.store(target, Simd.fma<T>(m.vector<T>(dy, output, upper), v128.load(factors + rowBytes), sum));
      x += 16;
      dy += 16;
      target += 16;
      factors += 16;
    }
    const rest = rowBytes - ((<usize>whole) << alignof<T>());
    x += rest;
    dy += rest;
    target += rest;
  }
  for (let channel = whole; channel < args.channels; ++channel) {
    const at = (<usize>channel) << alignof<T>();
    elements<T, M>(args, args.coefficients + at, offset + at, rowBytes, rows);
  }
}

/** `count` elements of one channel, `step` bytes apart. */
function elements<T, M>(args: BatchNormArgs, factors: usize, offset: usize, step: usize, count: i32): void {
  const m = changetype<M>(0);
  const plane = (<usize>args.channels) << alignof<T>();
  const centre = load<T>(factors);
  const a = load<T>(factors + plane);
  const b = load<T>(factors + 2 * plane);
  const c = load<T>(factors + 3 * plane);
  const output = args.output - args.dy;
  const upper = <T>args.upper;
  let x = args.x + offset;
  let dy = args.dy + offset;
  let target = args.target + offset;
  for (let left = count; left > 0; --left) {
    const sum = <T>(<T>(<T>(load<T>(x) - centre) * b) + c);
    store<T>(target, <T>(<T>(m.element<T>(dy, output, upper) * a) + sum));
    x += step;
    dy += step;
    target += step;
  }
}

function planeGrad<T, M>(args: BatchNormArgs, block: i32): void {
  const m = changetype<M>(0);
  const shift = alignof<T>();
  const lanes = Simd.lanes<T>();
  const plane = (<usize>args.channels) << shift;
  const factors = args.coefficients + ((<usize>(block % args.channels)) << shift);
  const centre = v128.splat<T>(load<T>(factors));
  const a = v128.splat<T>(load<T>(factors + plane));
  const b = v128.splat<T>(load<T>(factors + 2 * plane));
  const c = v128.splat<T>(load<T>(factors + 3 * plane));
  const offset = (<usize>block * <usize>args.pixels) << shift;
  const output = args.output - args.dy;
  const upper = v128.splat<T>(<T>args.upper);
  const whole = args.pixels & -lanes;
  let x = args.x + offset;
  let dy = args.dy + offset;
  let target = args.target + offset;
  for (let i = 0; i < whole; i += lanes) {
    const sum = Simd.fma<T>(v128.sub<T>(v128.load(x), centre), b, c);
    v128.store(target, Simd.fma<T>(m.vector<T>(dy, output, upper), a, sum));
    x += 16;
    dy += 16;
    target += 16;
  }
  elements<T, M>(args, factors, offset + ((<usize>whole) << shift), sizeof<T>(), args.pixels - whole);
}
