import { Simd } from '../simd';
import { DepthwisePlanesArgs, Tap } from './args';

/**
 * Micro-kernel: a 3x3 convolution with stride 1, 4 output rows at a time. 9 taps, the bias, 4 sums and 1 input: just
 * V8's 15 registers, and 18 loads for 36 multiply-adds. Rows `row` to `end` - 1 of the `rows` >= 4 in the band; `plane` is the address
 * of the band's first output; columns >= lanes. The last rows and the last vector go back to end with the band and the row.
 */
export function rows3<T>(
  args: DepthwisePlanesArgs,
  plane: usize,
  w: usize,
  bias: T,
  row: i32,
  end: i32,
  rows: i32,
  columns: i32,
): void {
  const shift = alignof<T>();
  const tap = changetype<Tap>(args.taps);
  const rowBytes = (<usize>args.pitch) << shift;
  const targetBytes = (<usize>args.targetWidth) << shift;
  const scratch = args.scratch + ((<usize>tap.offset) << shift);
  const lastBytes = (<usize>(columns - Simd.lanes<T>())) << shift;
  // Rotated filters come last tap first.
  const step: usize = tap.weight ? -sizeof<T>() : sizeof<T>();
  w += (<usize>tap.weight) << shift;
  const start = v128.splat<T>(bias);
  const w00 = v128.load_splat<T>(w);
  const w01 = v128.load_splat<T>(w + 1 * step);
  const w02 = v128.load_splat<T>(w + 2 * step);
  const w10 = v128.load_splat<T>(w + 3 * step);
  const w11 = v128.load_splat<T>(w + 4 * step);
  const w12 = v128.load_splat<T>(w + 5 * step);
  const w20 = v128.load_splat<T>(w + 6 * step);
  const w21 = v128.load_splat<T>(w + 7 * step);
  const w22 = v128.load_splat<T>(w + 8 * step);
  for (; row < end; row += 4) {
    const first = min<i32>(row, rows - 4);
    let x0 = scratch + <usize>first * rowBytes;
    let y0 = plane + <usize>first * targetBytes;
    const last = x0 + lastBytes;
    for (;;) {
      const x1 = x0 + rowBytes;
      const x2 = x1 + rowBytes;
      const x3 = x2 + rowBytes;
      const x4 = x3 + rowBytes;
      const x5 = x4 + rowBytes;
      let x = v128.load(x0);
      let a = Simd.fma<T>(x, w00, start);
      x = v128.load(x1);
      a = Simd.fma<T>(x, w10, a);
      let b = Simd.fma<T>(x, w00, start);
      x = v128.load(x2);
      a = Simd.fma<T>(x, w20, a);
      b = Simd.fma<T>(x, w10, b);
      let c = Simd.fma<T>(x, w00, start);
      x = v128.load(x3);
      b = Simd.fma<T>(x, w20, b);
      c = Simd.fma<T>(x, w10, c);
      let d = Simd.fma<T>(x, w00, start);
      x = v128.load(x4);
      c = Simd.fma<T>(x, w20, c);
      d = Simd.fma<T>(x, w10, d);
      x = v128.load(x5);
      d = Simd.fma<T>(x, w20, d);
      x = v128.load(x0, sizeof<T>());
      a = Simd.fma<T>(x, w01, a);
      x = v128.load(x1, sizeof<T>());
      a = Simd.fma<T>(x, w11, a);
      b = Simd.fma<T>(x, w01, b);
      x = v128.load(x2, sizeof<T>());
      a = Simd.fma<T>(x, w21, a);
      b = Simd.fma<T>(x, w11, b);
      c = Simd.fma<T>(x, w01, c);
      x = v128.load(x3, sizeof<T>());
      b = Simd.fma<T>(x, w21, b);
      c = Simd.fma<T>(x, w11, c);
      d = Simd.fma<T>(x, w01, d);
      x = v128.load(x4, sizeof<T>());
      c = Simd.fma<T>(x, w21, c);
      d = Simd.fma<T>(x, w11, d);
      x = v128.load(x5, sizeof<T>());
      d = Simd.fma<T>(x, w21, d);
      x = v128.load(x0, 2 * sizeof<T>());
      a = Simd.fma<T>(x, w02, a);
      x = v128.load(x1, 2 * sizeof<T>());
      a = Simd.fma<T>(x, w12, a);
      b = Simd.fma<T>(x, w02, b);
      x = v128.load(x2, 2 * sizeof<T>());
      a = Simd.fma<T>(x, w22, a);
      b = Simd.fma<T>(x, w12, b);
      c = Simd.fma<T>(x, w02, c);
      x = v128.load(x3, 2 * sizeof<T>());
      b = Simd.fma<T>(x, w22, b);
      c = Simd.fma<T>(x, w12, c);
      d = Simd.fma<T>(x, w02, d);
      x = v128.load(x4, 2 * sizeof<T>());
      c = Simd.fma<T>(x, w22, c);
      d = Simd.fma<T>(x, w12, d);
      x = v128.load(x5, 2 * sizeof<T>());
      d = Simd.fma<T>(x, w22, d);
      if (args.clamp) {
        const lower = v128.splat<T>(<T>args.lower);
        const upper = v128.splat<T>(<T>args.upper);
        a = v128.min<T>(v128.max<T>(a, lower), upper);
        b = v128.min<T>(v128.max<T>(b, lower), upper);
        c = v128.min<T>(v128.max<T>(c, lower), upper);
        d = v128.min<T>(v128.max<T>(d, lower), upper);
      }
      const y1 = y0 + targetBytes;
      const y2 = y1 + targetBytes;
      v128.store(y0, a);
      v128.store(y1, b);
      v128.store(y2, c);
      v128.store(y2 + targetBytes, d);
      if (x0 >= last) break;
      const next = min<usize>(x0 + 16, last);
      y0 += next - x0;
      x0 = next;
    }
  }
}

/**
 * Micro-kernel: a 3x3 convolution with stride 2, 2 output rows at a time; even and odd columns stand apart. As rows3, rows >= 2.
 */
export function rows3Apart<T>(
  args: DepthwisePlanesArgs,
  plane: usize,
  w: usize,
  bias: T,
  row: i32,
  end: i32,
  rows: i32,
  columns: i32,
): void {
  const shift = alignof<T>();
  const tap = changetype<Tap>(args.taps);
  const rowBytes = (<usize>(2 * args.pitch)) << shift;
  const targetBytes = (<usize>args.targetWidth) << shift;
  const odd = (<usize>args.pitch) << shift;
  const scratch = args.scratch + ((<usize>tap.offset) << shift);
  const lastBytes = (<usize>(columns - Simd.lanes<T>())) << shift;
  const start = v128.splat<T>(bias);
  const w00 = v128.load_splat<T>(w);
  const w01 = v128.load_splat<T>(w, 1 * sizeof<T>());
  const w02 = v128.load_splat<T>(w, 2 * sizeof<T>());
  const w10 = v128.load_splat<T>(w, 3 * sizeof<T>());
  const w11 = v128.load_splat<T>(w, 4 * sizeof<T>());
  const w12 = v128.load_splat<T>(w, 5 * sizeof<T>());
  const w20 = v128.load_splat<T>(w, 6 * sizeof<T>());
  const w21 = v128.load_splat<T>(w, 7 * sizeof<T>());
  const w22 = v128.load_splat<T>(w, 8 * sizeof<T>());
  for (; row < end; row += 2) {
    const first = min<i32>(row, rows - 2);
    let x0 = scratch + <usize>(2 * first) * rowBytes;
    let y0 = plane + <usize>first * targetBytes;
    const last = x0 + lastBytes;
    for (;;) {
      const x1 = x0 + rowBytes;
      const x2 = x1 + rowBytes;
      const x3 = x2 + rowBytes;
      const x4 = x3 + rowBytes;
      let x = v128.load(x0);
      let a = Simd.fma<T>(x, w00, start);
      x = v128.load(x1);
      a = Simd.fma<T>(x, w10, a);
      x = v128.load(x2);
      a = Simd.fma<T>(x, w20, a);
      let b = Simd.fma<T>(x, w00, start);
      x = v128.load(x3);
      b = Simd.fma<T>(x, w10, b);
      x = v128.load(x4);
      b = Simd.fma<T>(x, w20, b);
      x = v128.load(x0 + odd);
      a = Simd.fma<T>(x, w01, a);
      x = v128.load(x1 + odd);
      a = Simd.fma<T>(x, w11, a);
      x = v128.load(x2 + odd);
      a = Simd.fma<T>(x, w21, a);
      b = Simd.fma<T>(x, w01, b);
      x = v128.load(x3 + odd);
      b = Simd.fma<T>(x, w11, b);
      x = v128.load(x4 + odd);
      b = Simd.fma<T>(x, w21, b);
      x = v128.load(x0, sizeof<T>());
      a = Simd.fma<T>(x, w02, a);
      x = v128.load(x1, sizeof<T>());
      a = Simd.fma<T>(x, w12, a);
      x = v128.load(x2, sizeof<T>());
      a = Simd.fma<T>(x, w22, a);
      b = Simd.fma<T>(x, w02, b);
      x = v128.load(x3, sizeof<T>());
      b = Simd.fma<T>(x, w12, b);
      x = v128.load(x4, sizeof<T>());
      b = Simd.fma<T>(x, w22, b);
      if (args.clamp) {
        const lower = v128.splat<T>(<T>args.lower);
        const upper = v128.splat<T>(<T>args.upper);
        a = v128.min<T>(v128.max<T>(a, lower), upper);
        b = v128.min<T>(v128.max<T>(b, lower), upper);
      }
      v128.store(y0, a);
      v128.store(y0 + targetBytes, b);
      if (x0 >= last) break;
      const next = min<usize>(x0 + 16, last);
      y0 += next - x0;
      x0 = next;
    }
  }
}
