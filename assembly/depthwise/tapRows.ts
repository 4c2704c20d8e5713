import { Lanes } from '../lanes';
import { Simd } from '../simd';
import { DepthwisePlanesArgs, Phase, Tap } from './args';

/**
 * Micro-kernel for any taps: 4 rows of a phase, two vectors at a time. `row` is the first row in the band, of `rows`; rows
 * past the last one are the last one again. `plane` is the address of the phase's first output of the band.
 */
export function tapRows<T>(
  args: DepthwisePlanesArgs,
  phase: Phase,
  plane: usize,
  w: usize,
  bias: T,
  row: i32,
  rows: i32,
): void {
  const shift = alignof<T>();
  const lanes = Simd.lanes<T>();
  const rowBytes = (<usize>(args.rowStep * args.split * args.pitch)) << shift;
  const targetBytes = (<usize>(phase.rowStep * args.targetWidth)) << shift;
  const row1 = min<i32>(row + 1, rows - 1);
  const row2 = min<i32>(row + 2, rows - 1);
  const row3 = min<i32>(row + 3, rows - 1);
  const source = args.scratch + <usize>row * rowBytes;
  const step1 = <usize>(row1 - row) * rowBytes;
  const step2 = <usize>(row2 - row) * rowBytes;
  const step3 = <usize>(row3 - row) * rowBytes;
  const start = v128.splat<T>(bias);
  const taps = args.taps + <usize>phase.firstTap * offsetof<Tap>();
  const end = taps + <usize>phase.taps * offsetof<Tap>();
  for (let column = 0; column < phase.columns; column += 2 * lanes) {
    const x = source + ((<usize>column) << shift);
    let s00 = start;
    let s01 = start;
    let s10 = start;
    let s11 = start;
    let s20 = start;
    let s21 = start;
    let s30 = start;
    let s31 = start;
    for (let t = taps; t < end; t += offsetof<Tap>()) {
      const tap = changetype<Tap>(t);
      const weight = v128.load_splat<T>(w + ((<usize>tap.weight) << shift));
      const x0 = x + ((<usize>tap.offset) << shift);
      s00 = Simd.fma<T>(v128.load(x0), weight, s00);
      s01 = Simd.fma<T>(v128.load(x0, 16), weight, s01);
      const x1 = x0 + step1;
      s10 = Simd.fma<T>(v128.load(x1), weight, s10);
      s11 = Simd.fma<T>(v128.load(x1, 16), weight, s11);
      const x2 = x0 + step2;
      s20 = Simd.fma<T>(v128.load(x2), weight, s20);
      s21 = Simd.fma<T>(v128.load(x2, 16), weight, s21);
      const x3 = x0 + step3;
      s30 = Simd.fma<T>(v128.load(x3), weight, s30);
      s31 = Simd.fma<T>(v128.load(x3, 16), weight, s31);
    }
    if (args.clamp) {
      const lower = v128.splat<T>(<T>args.lower);
      const upper = v128.splat<T>(<T>args.upper);
      s00 = Simd.clamp<T>(s00, lower, upper);
      s01 = Simd.clamp<T>(s01, lower, upper);
      s10 = Simd.clamp<T>(s10, lower, upper);
      s11 = Simd.clamp<T>(s11, lower, upper);
      s20 = Simd.clamp<T>(s20, lower, upper);
      s21 = Simd.clamp<T>(s21, lower, upper);
      s30 = Simd.clamp<T>(s30, lower, upper);
      s31 = Simd.clamp<T>(s31, lower, upper);
    }
    const count = phase.columns - column;
    const columnBytes = (<usize>phase.columnStep) << shift;
    const y = plane + <usize>column * columnBytes;
    storeRow<T>(y + <usize>row * targetBytes, s00, s01, columnBytes, count);
    storeRow<T>(y + <usize>row1 * targetBytes, s10, s11, columnBytes, count);
    storeRow<T>(y + <usize>row2 * targetBytes, s20, s21, columnBytes, count);
    storeRow<T>(y + <usize>row3 * targetBytes, s30, s31, columnBytes, count);
  }
}

/** The first `count` lanes of a and b, `stepBytes` apart. */
function storeRow<T>(target: usize, a: v128, b: v128, stepBytes: usize, count: i32): void {
  const lanes = Simd.lanes<T>();
  if (stepBytes == sizeof<T>()) {
    Simd.storePartial<T>(target, a, count);
    Simd.storePartial<T>(target + 16, b, count - lanes);
    return;
  }
  Lanes.storeApart<T>(target, a, stepBytes, count);
  Lanes.storeApart<T>(target + stepBytes * lanes, b, stepBytes, count - lanes);
}
