import { Simd } from '../simd';
import { PlanarArgs, TALL_ROWS } from './args';
import { scatter } from './store';

/**
 * Micro-kernel: one output channel by 4 rows of two vectors of pixels at a time, the whole sum in registers. A vector of x is used by
 * up to three taps that lie below each other: 24 multiply-adds for 15 loads, where one row of 8 vectors would take 27.
 *
 * Three vectors wide, with 12 sums for pairs and singles, it took 1.2 times as long (1 of 8 channels, 3x3, 28 x 28).
 *
 * `filters` is the packed tile, `x` where the first pixel reads its first tap, `y` the first result. Computes whole fours of rows, and
 * stores `rows`.
 */
export function planar1<T>(args: PlanarArgs, filters: usize, x: usize, y: usize, rows: i32): void {
  const shift = alignof<T>();
  const xRowBytes = (<usize>args.rowStep) << shift;
  const yRowBytes = (<usize>args.yRow) << shift;
  const yColumnBytes = (<usize>args.yColumn) << shift;
  // A row's last vector overlaps the one before, so that all are whole.
  const lastColumn = max<i32>(0, args.outWidth - Simd.lanes<T>());
  const whole = args.yColumn == 1 && args.outWidth >= Simd.lanes<T>();
  let column = 0;
  while (rows > 0) {
    const x0 = x + ((<usize>column) << shift);
    const y0 = y + <usize>column * yColumnBytes;
    const rows0 = rows;
    if (column == lastColumn) {
      column = 0;
      x += <usize>TALL_ROWS * xRowBytes;
      y += <usize>TALL_ROWS * yRowBytes;
      rows -= TALL_ROWS;
    } else column = min<i32>(column + Simd.lanes<T>(), lastColumn);
    let x1 = x0;
    let y1 = y0;
    let rows1 = rows0;
    if (rows > 0) {
      x1 = x + ((<usize>column) << shift);
      y1 = y + <usize>column * yColumnBytes;
      rows1 = rows;
      if (column == lastColumn) {
        column = 0;
        x += <usize>TALL_ROWS * xRowBytes;
        y += <usize>TALL_ROWS * yRowBytes;
        rows -= TALL_ROWS;
      } else column = min<i32>(column + Simd.lanes<T>(), lastColumn);
    }
    let s00 = v128.load_splat<T>(filters);
    let s01 = s00;
    let s10 = s00;
    let s11 = s00;
    let s20 = s00;
    let s21 = s00;
    let s30 = s00;
    let s31 = s00;
    let w = filters + sizeof<T>();
    for (let k = args.triples; k > 0; --k) {
      const offset = <usize>load<u32>(w);
      let p0 = x0 + offset;
      let p1 = x1 + offset;
      const f0 = v128.load_splat<T>(w, 1 * sizeof<T>());
      const f1 = v128.load_splat<T>(w, 2 * sizeof<T>());
      const f2 = v128.load_splat<T>(w, 3 * sizeof<T>());
      w += 4 * sizeof<T>();
      let v = v128.load(p0);
      s00 = Simd.fma<T>(f0, v, s00);
      v = v128.load(p1);
      s01 = Simd.fma<T>(f0, v, s01);
      p0 += xRowBytes;
      p1 += xRowBytes;
      v = v128.load(p0);
      s00 = Simd.fma<T>(f1, v, s00);
      s10 = Simd.fma<T>(f0, v, s10);
      v = v128.load(p1);
      s01 = Simd.fma<T>(f1, v, s01);
      s11 = Simd.fma<T>(f0, v, s11);
      p0 += xRowBytes;
      p1 += xRowBytes;
      v = v128.load(p0);
      s00 = Simd.fma<T>(f2, v, s00);
      s10 = Simd.fma<T>(f1, v, s10);
      s20 = Simd.fma<T>(f0, v, s20);
      v = v128.load(p1);
      s01 = Simd.fma<T>(f2, v, s01);
      s11 = Simd.fma<T>(f1, v, s11);
      s21 = Simd.fma<T>(f0, v, s21);
      p0 += xRowBytes;
      p1 += xRowBytes;
      v = v128.load(p0);
      s10 = Simd.fma<T>(f2, v, s10);
      s20 = Simd.fma<T>(f1, v, s20);
      s30 = Simd.fma<T>(f0, v, s30);
      v = v128.load(p1);
      s11 = Simd.fma<T>(f2, v, s11);
      s21 = Simd.fma<T>(f1, v, s21);
      s31 = Simd.fma<T>(f0, v, s31);
      p0 += xRowBytes;
      p1 += xRowBytes;
      v = v128.load(p0);
      s20 = Simd.fma<T>(f2, v, s20);
      s30 = Simd.fma<T>(f1, v, s30);
      v = v128.load(p1);
      s21 = Simd.fma<T>(f2, v, s21);
      s31 = Simd.fma<T>(f1, v, s31);
      p0 += xRowBytes;
      p1 += xRowBytes;
      v = v128.load(p0);
      s30 = Simd.fma<T>(f2, v, s30);
      v = v128.load(p1);
      s31 = Simd.fma<T>(f2, v, s31);
    }
    for (let k = args.pairs; k > 0; --k) {
      const offset = <usize>load<u32>(w);
      let p0 = x0 + offset;
      let p1 = x1 + offset;
      const f0 = v128.load_splat<T>(w, 1 * sizeof<T>());
      const f1 = v128.load_splat<T>(w, 2 * sizeof<T>());
      w += 3 * sizeof<T>();
      let v = v128.load(p0);
      s00 = Simd.fma<T>(f0, v, s00);
      v = v128.load(p1);
      s01 = Simd.fma<T>(f0, v, s01);
      p0 += xRowBytes;
      p1 += xRowBytes;
      v = v128.load(p0);
      s00 = Simd.fma<T>(f1, v, s00);
      s10 = Simd.fma<T>(f0, v, s10);
      v = v128.load(p1);
      s01 = Simd.fma<T>(f1, v, s01);
      s11 = Simd.fma<T>(f0, v, s11);
      p0 += xRowBytes;
      p1 += xRowBytes;
      v = v128.load(p0);
      s10 = Simd.fma<T>(f1, v, s10);
      s20 = Simd.fma<T>(f0, v, s20);
      v = v128.load(p1);
      s11 = Simd.fma<T>(f1, v, s11);
      s21 = Simd.fma<T>(f0, v, s21);
      p0 += xRowBytes;
      p1 += xRowBytes;
      v = v128.load(p0);
      s20 = Simd.fma<T>(f1, v, s20);
      s30 = Simd.fma<T>(f0, v, s30);
      v = v128.load(p1);
      s21 = Simd.fma<T>(f1, v, s21);
      s31 = Simd.fma<T>(f0, v, s31);
      p0 += xRowBytes;
      p1 += xRowBytes;
      v = v128.load(p0);
      s30 = Simd.fma<T>(f1, v, s30);
      v = v128.load(p1);
      s31 = Simd.fma<T>(f1, v, s31);
    }
    for (let k = args.singles; k > 0; --k) {
      const offset = <usize>load<u32>(w);
      let p0 = x0 + offset;
      let p1 = x1 + offset;
      const f0 = v128.load_splat<T>(w, 1 * sizeof<T>());
      w += 2 * sizeof<T>();
      let v = v128.load(p0);
      s00 = Simd.fma<T>(f0, v, s00);
      v = v128.load(p1);
      s01 = Simd.fma<T>(f0, v, s01);
      p0 += xRowBytes;
      p1 += xRowBytes;
      v = v128.load(p0);
      s10 = Simd.fma<T>(f0, v, s10);
      v = v128.load(p1);
      s11 = Simd.fma<T>(f0, v, s11);
      p0 += xRowBytes;
      p1 += xRowBytes;
      v = v128.load(p0);
      s20 = Simd.fma<T>(f0, v, s20);
      v = v128.load(p1);
      s21 = Simd.fma<T>(f0, v, s21);
      p0 += xRowBytes;
      p1 += xRowBytes;
      v = v128.load(p0);
      s30 = Simd.fma<T>(f0, v, s30);
      v = v128.load(p1);
      s31 = Simd.fma<T>(f0, v, s31);
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
    if (whole && min<i32>(rows0, rows1) >= TALL_ROWS) {
      v128.store(y0, s00);
      v128.store(y0 + yRowBytes, s10);
      v128.store(y0 + 2 * yRowBytes, s20);
      v128.store(y0 + 3 * yRowBytes, s30);
      v128.store(y1, s01);
      v128.store(y1 + yRowBytes, s11);
      v128.store(y1 + 2 * yRowBytes, s21);
      v128.store(y1 + 3 * yRowBytes, s31);
    } else {
      const work = args.work;
      v128.store(work, s00);
      v128.store(work, s10, 16);
      v128.store(work, s20, 32);
      v128.store(work, s30, 48);
      v128.store(work, s01, 64);
      v128.store(work, s11, 80);
      v128.store(work, s21, 96);
      v128.store(work, s31, 112);
      scatter<T>(args, work, 16, y0, yRowBytes, min<i32>(rows0, TALL_ROWS));
      scatter<T>(args, work + 64, 16, y1, yRowBytes, min<i32>(rows1, TALL_ROWS));
    }
  }
}
