import { Simd } from '../simd';
import { PlanarArgs } from './args';
import { scatter } from './store';

/**
 * Micro-kernel: 6 output channels by two vectors of pixels at a time, the whole sum in registers: 12 sums, 2 vectors, 1 weight. For
 * engines that keep wasm's order of loads, as gemm/tile6.ts.
 *
 * `filters` is the packed tile, `x` where the first pixel reads its first tap, `y` the first result in the first channel's plane. The
 * walk over `rows` rows is in here: with a call for every two vectors, 9 taps take 13 % more time.
 */
export function planar6<T>(args: PlanarArgs, filters: usize, x: usize, y: usize, rows: i32): void {
  const shift = alignof<T>();
  const xRowBytes = (<usize>args.rowStep) << shift;
  const yRowBytes = (<usize>args.yRow) << shift;
  const yColumnBytes = (<usize>args.yColumn) << shift;
  const planeBytes = (<usize>args.yPlane) << shift;
  // A row's last vector overlaps the one before, so that all are whole.
  const lastColumn = max<i32>(0, args.outWidth - Simd.lanes<T>());
  const whole = args.yColumn == 1 && args.outWidth >= Simd.lanes<T>();
  let column = 0;
  while (rows > 0) {
    const x0 = x + ((<usize>column) << shift);
    let y0 = y + <usize>column * yColumnBytes;
    if (column == lastColumn) {
      column = 0;
      x += xRowBytes;
      y += yRowBytes;
      --rows;
    } else column = min<i32>(column + Simd.lanes<T>(), lastColumn);
    let x1 = x0;
    let y1 = y0;
    if (rows > 0) {
      x1 = x + ((<usize>column) << shift);
      y1 = y + <usize>column * yColumnBytes;
      if (column == lastColumn) {
        column = 0;
        x += xRowBytes;
        y += yRowBytes;
        --rows;
      } else column = min<i32>(column + Simd.lanes<T>(), lastColumn);
    }
    let s00 = v128.load_splat<T>(filters);
    let s10 = v128.load_splat<T>(filters, 1 * sizeof<T>());
    let s20 = v128.load_splat<T>(filters, 2 * sizeof<T>());
    let s30 = v128.load_splat<T>(filters, 3 * sizeof<T>());
    let s40 = v128.load_splat<T>(filters, 4 * sizeof<T>());
    let s50 = v128.load_splat<T>(filters, 5 * sizeof<T>());
    let s01 = s00;
    let s11 = s10;
    let s21 = s20;
    let s31 = s30;
    let s41 = s40;
    let s51 = s50;
    let w = filters + 6 * sizeof<T>();
    for (let k = args.depth; k > 0; --k) {
      const offset = <usize>load<u32>(w);
      const v0 = v128.load(x0 + offset);
      const v1 = v128.load(x1 + offset);
      let f = v128.load_splat<T>(w, 1 * sizeof<T>());
      s00 = Simd.fma<T>(f, v0, s00);
      s01 = Simd.fma<T>(f, v1, s01);
      f = v128.load_splat<T>(w, 2 * sizeof<T>());
      s10 = Simd.fma<T>(f, v0, s10);
      s11 = Simd.fma<T>(f, v1, s11);
      f = v128.load_splat<T>(w, 3 * sizeof<T>());
      s20 = Simd.fma<T>(f, v0, s20);
      s21 = Simd.fma<T>(f, v1, s21);
      f = v128.load_splat<T>(w, 4 * sizeof<T>());
      s30 = Simd.fma<T>(f, v0, s30);
      s31 = Simd.fma<T>(f, v1, s31);
      f = v128.load_splat<T>(w, 5 * sizeof<T>());
      s40 = Simd.fma<T>(f, v0, s40);
      s41 = Simd.fma<T>(f, v1, s41);
      f = v128.load_splat<T>(w, 6 * sizeof<T>());
      s50 = Simd.fma<T>(f, v0, s50);
      s51 = Simd.fma<T>(f, v1, s51);
      w += 7 * sizeof<T>();
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
      s40 = Simd.clamp<T>(s40, lower, upper);
      s41 = Simd.clamp<T>(s41, lower, upper);
      s50 = Simd.clamp<T>(s50, lower, upper);
      s51 = Simd.clamp<T>(s51, lower, upper);
    }
    if (whole) {
      v128.store(y0, s00);
      v128.store(y1, s01);
      y0 += planeBytes;
      y1 += planeBytes;
      v128.store(y0, s10);
      v128.store(y1, s11);
      y0 += planeBytes;
      y1 += planeBytes;
      v128.store(y0, s20);
      v128.store(y1, s21);
      y0 += planeBytes;
      y1 += planeBytes;
      v128.store(y0, s30);
      v128.store(y1, s31);
      y0 += planeBytes;
      y1 += planeBytes;
      v128.store(y0, s40);
      v128.store(y1, s41);
      y0 += planeBytes;
      y1 += planeBytes;
      v128.store(y0, s50);
      v128.store(y1, s51);
    } else {
      const work = args.work;
      v128.store(work, s00);
      v128.store(work, s01, 16);
      v128.store(work, s10, 32);
      v128.store(work, s11, 48);
      v128.store(work, s20, 64);
      v128.store(work, s21, 80);
      v128.store(work, s30, 96);
      v128.store(work, s31, 112);
      v128.store(work, s40, 128);
      v128.store(work, s41, 144);
      v128.store(work, s50, 160);
      v128.store(work, s51, 176);
      scatter<T>(args, work, 32, y0, planeBytes, 6);
      scatter<T>(args, work + 16, 32, y1, planeBytes, 6);
    }
  }
}
