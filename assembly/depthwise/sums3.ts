import { Lanes } from '../lanes';
import { Simd } from '../simd';
import { DepthwiseFilterGradArgs } from './args';
import { addTo } from './tapSums';

/**
 * Micro-kernel: the filter gradient of a 3x3 convolution with stride 1, 2 rows of dy at a time: 9 sums, 2 vectors of dy, 1 input
 * and the masks are V8's 15 registers, and 14 loads make 18 multiply-adds. `y` is the address of the band's first row of dy, of
 * `rows`; columns >= lanes. The last vector goes back to end with the row, and is masked where it was already counted.
 */
export function addRows3<T>(args: DepthwiseFilterGradArgs, y: usize, rows: i32): void {
  const shift = alignof<T>();
  const rowBytes = (<usize>args.pitch) << shift;
  const yBytes = (<usize>args.columns) << shift;
  const lastBytes = (<usize>(args.columns - Simd.lanes<T>())) << shift;
  const tail = Lanes.last<T>(args.columns % Simd.lanes<T>());
  let s00 = Simd.zero();
  let s01 = Simd.zero();
  let s02 = Simd.zero();
  let s10 = Simd.zero();
  let s11 = Simd.zero();
  let s12 = Simd.zero();
  let s20 = Simd.zero();
  let s21 = Simd.zero();
  let s22 = Simd.zero();
  for (let row = 0; row < rows; row += 2) {
    let x0 = args.scratch + <usize>row * rowBytes + ((<usize>args.inset) << shift);
    let y0 = y + <usize>row * yBytes;
    let y1 = row + 1 < rows ? y0 + yBytes : args.zeros;
    const last = x0 + lastBytes;
    let mask = i32x4.splat(-1);
    for (;;) {
      const x1 = x0 + rowBytes;
      const x2 = x1 + rowBytes;
      const x3 = x2 + rowBytes;
      const a = v128.and(v128.load(y0), mask);
      const b = v128.and(v128.load(y1), mask);
      let x = v128.load(x0);
      s00 = Simd.fma<T>(x, a, s00);
      x = v128.load(x1);
      s10 = Simd.fma<T>(x, a, s10);
      s00 = Simd.fma<T>(x, b, s00);
      x = v128.load(x2);
      s20 = Simd.fma<T>(x, a, s20);
      s10 = Simd.fma<T>(x, b, s10);
      x = v128.load(x3);
      s20 = Simd.fma<T>(x, b, s20);
      x = v128.load(x0, sizeof<T>());
      s01 = Simd.fma<T>(x, a, s01);
      x = v128.load(x1, sizeof<T>());
      s11 = Simd.fma<T>(x, a, s11);
      s01 = Simd.fma<T>(x, b, s01);
      x = v128.load(x2, sizeof<T>());
      s21 = Simd.fma<T>(x, a, s21);
      s11 = Simd.fma<T>(x, b, s11);
      x = v128.load(x3, sizeof<T>());
      s21 = Simd.fma<T>(x, b, s21);
      x = v128.load(x0, 2 * sizeof<T>());
      s02 = Simd.fma<T>(x, a, s02);
      x = v128.load(x1, 2 * sizeof<T>());
      s12 = Simd.fma<T>(x, a, s12);
      s02 = Simd.fma<T>(x, b, s02);
      x = v128.load(x2, 2 * sizeof<T>());
      s22 = Simd.fma<T>(x, a, s22);
      s12 = Simd.fma<T>(x, b, s12);
      x = v128.load(x3, 2 * sizeof<T>());
      s22 = Simd.fma<T>(x, b, s22);
      if (x0 >= last) break;
      let next = x0 + 16;
      if (next > last) {
        next = last;
        mask = tail;
      }
      y0 += next - x0;
      y1 += next - x0;
      x0 = next;
    }
  }
  addTo<T>(args.sums, s00);
  addTo<T>(args.sums + 1 * 16, s01);
  addTo<T>(args.sums + 2 * 16, s02);
  addTo<T>(args.sums + 3 * 16, s10);
  addTo<T>(args.sums + 4 * 16, s11);
  addTo<T>(args.sums + 5 * 16, s12);
  addTo<T>(args.sums + 6 * 16, s20);
  addTo<T>(args.sums + 7 * 16, s21);
  addTo<T>(args.sums + 8 * 16, s22);
}

/** The same with stride 2; even and odd columns stand apart. */
export function addRows3Apart<T>(args: DepthwiseFilterGradArgs, y: usize, rows: i32): void {
  const shift = alignof<T>();
  const rowBytes = (<usize>(2 * args.pitch)) << shift;
  const odd = (<usize>args.pitch) << shift;
  const yBytes = (<usize>args.columns) << shift;
  const lastBytes = (<usize>(args.columns - Simd.lanes<T>())) << shift;
  const tail = Lanes.last<T>(args.columns % Simd.lanes<T>());
  let s00 = Simd.zero();
  let s01 = Simd.zero();
  let s02 = Simd.zero();
  let s10 = Simd.zero();
  let s11 = Simd.zero();
  let s12 = Simd.zero();
  let s20 = Simd.zero();
  let s21 = Simd.zero();
  let s22 = Simd.zero();
  for (let row = 0; row < rows; row += 2) {
    let x0 = args.scratch + <usize>(2 * row) * rowBytes + ((<usize>args.inset) << shift);
    let y0 = y + <usize>row * yBytes;
    let y1 = row + 1 < rows ? y0 + yBytes : args.zeros;
    const last = x0 + lastBytes;
    let mask = i32x4.splat(-1);
    for (;;) {
      const x1 = x0 + rowBytes;
      const x2 = x1 + rowBytes;
      const x3 = x2 + rowBytes;
      const x4 = x3 + rowBytes;
      const a = v128.and(v128.load(y0), mask);
      const b = v128.and(v128.load(y1), mask);
      let x = v128.load(x0);
      s00 = Simd.fma<T>(x, a, s00);
      x = v128.load(x1);
      s10 = Simd.fma<T>(x, a, s10);
      x = v128.load(x2);
      s20 = Simd.fma<T>(x, a, s20);
      s00 = Simd.fma<T>(x, b, s00);
      x = v128.load(x3);
      s10 = Simd.fma<T>(x, b, s10);
      x = v128.load(x4);
      s20 = Simd.fma<T>(x, b, s20);
      x = v128.load(x0 + odd);
      s01 = Simd.fma<T>(x, a, s01);
      x = v128.load(x1 + odd);
      s11 = Simd.fma<T>(x, a, s11);
      x = v128.load(x2 + odd);
      s21 = Simd.fma<T>(x, a, s21);
      s01 = Simd.fma<T>(x, b, s01);
      x = v128.load(x3 + odd);
      s11 = Simd.fma<T>(x, b, s11);
      x = v128.load(x4 + odd);
      s21 = Simd.fma<T>(x, b, s21);
      x = v128.load(x0, sizeof<T>());
      s02 = Simd.fma<T>(x, a, s02);
      x = v128.load(x1, sizeof<T>());
      s12 = Simd.fma<T>(x, a, s12);
      x = v128.load(x2, sizeof<T>());
      s22 = Simd.fma<T>(x, a, s22);
      s02 = Simd.fma<T>(x, b, s02);
      x = v128.load(x3, sizeof<T>());
      s12 = Simd.fma<T>(x, b, s12);
      x = v128.load(x4, sizeof<T>());
      s22 = Simd.fma<T>(x, b, s22);
      if (x0 >= last) break;
      let next = x0 + 16;
      if (next > last) {
        next = last;
        mask = tail;
      }
      y0 += next - x0;
      y1 += next - x0;
      x0 = next;
    }
  }
  addTo<T>(args.sums, s00);
  addTo<T>(args.sums + 1 * 16, s01);
  addTo<T>(args.sums + 2 * 16, s02);
  addTo<T>(args.sums + 3 * 16, s10);
  addTo<T>(args.sums + 4 * 16, s11);
  addTo<T>(args.sums + 5 * 16, s12);
  addTo<T>(args.sums + 6 * 16, s20);
  addTo<T>(args.sums + 7 * 16, s21);
  addTo<T>(args.sums + 8 * 16, s22);
}
