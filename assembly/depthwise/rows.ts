import { Lanes } from '../lanes';
import { Simd } from '../simd';
import { DepthwisePlanesArgs } from './args';

/**
 * Micro-kernel: a 3x3 convolution with stride 1, 4 output rows at a time. 9 taps, 4 sums, 1 input and the product of the plain binary
 * are V8's 15 registers, and 18 loads of x make 36 multiply-adds.
 *
 * Reads the plane where it is: `x` is the address of frame column 0 of its first row, `height` rows of `rowBytes`, the first of which
 * is frame row `top`, 0 or 1. args.zeros stands for the row above and the one below, args.masks clear the columns beside. Or reads a
 * band, which is all there (top = 0, masks that clear nothing).
 *
 * Writes `rows` >= 4 rows to the plane `y`; a row has a vector or more. The last rows and the last vector go back
 * to end with the plane and the row.
 */
export function rows3<T>(
  args: DepthwisePlanesArgs,
  x: usize,
  rowBytes: usize,
  top: i32,
  height: i32,
  y: usize,
  w: usize,
  bias: usize,
  rows: i32,
): void {
  const shift = alignof<T>();
  const targetBytes = (<usize>args.targetWidth) << shift;
  const last = (<usize>(args.targetWidth - Simd.lanes<T>())) << shift;
  // Rotated filters come last tap first.
  const step: usize = args.rotated ? -sizeof<T>() : sizeof<T>();
  if (args.rotated) w += 8 * sizeof<T>();
  const w00 = v128.load_splat<T>(w);
  const w01 = v128.load_splat<T>(w + 1 * step);
  const w02 = v128.load_splat<T>(w + 2 * step);
  const w10 = v128.load_splat<T>(w + 3 * step);
  const w11 = v128.load_splat<T>(w + 4 * step);
  const w12 = v128.load_splat<T>(w + 5 * step);
  const w20 = v128.load_splat<T>(w + 6 * step);
  const w21 = v128.load_splat<T>(w + 7 * step);
  const w22 = v128.load_splat<T>(w + 8 * step);
  for (let row = 0; row < rows; row += 4) {
    const first = min<i32>(row, rows - 4);
    const frameRow = first - top;
    let x0 = rowAt(args, x, rowBytes, frameRow, height);
    let x1 = x + <usize>(frameRow + 1) * rowBytes;
    let x5 = rowAt(args, x, rowBytes, frameRow + 5, height);
    let y0 = y + <usize>first * targetBytes;
    for (let at: usize = 0; ; ) {
      // Masks in every vector: 151 us instead of 142 (32 channels, 112x112), and 306 instead of 276 in the plain binary.
      if (at == 0 || at == last) {
        const left = args.masks + (at == 0 ? 0 : 16);
        const right = args.masks + (at == last ? 32 : 16);
        Tile.rows3<T>(
          args,
          true,
          left,
          right,
          x0,
          x1,
          x5,
          rowBytes,
          y0,
          targetBytes,
          bias,
          w00,
          w01,
          w02,
          w10,
          w11,
          w12,
          w20,
          w21,
          w22,
        );
      } else {
        Tile.rows3<T>(
          args,
          false,
          0,
          0,
          x0,
          x1,
          x5,
          rowBytes,
          y0,
          targetBytes,
          bias,
          w00,
          w01,
          w02,
          w10,
          w11,
          w12,
          w20,
          w21,
          w22,
        );
      }
      if (at == last) break;
      const next = min<usize>(at + 16, last);
      const forth = next - at;
      at = next;
      y0 += forth;
      x0 += forth;
      x1 += forth;
      x5 += forth;
    }
  }
}

/**
 * The same with stride 2. Even and odd columns are taken apart in registers; a row of x meets two output rows at most, and a sum is
 * stored with its last row.
 */
export function rows3Apart<T>(
  args: DepthwisePlanesArgs,
  x: usize,
  rowBytes: usize,
  top: i32,
  height: i32,
  y: usize,
  w: usize,
  bias: usize,
  rows: i32,
): void {
  const shift = alignof<T>();
  const targetBytes = (<usize>args.targetWidth) << shift;
  const last = (<usize>(args.targetWidth - Simd.lanes<T>())) << shift;
  const w00 = v128.load_splat<T>(w);
  const w01 = v128.load_splat<T>(w, 1 * sizeof<T>());
  const w02 = v128.load_splat<T>(w, 2 * sizeof<T>());
  const w10 = v128.load_splat<T>(w, 3 * sizeof<T>());
  const w11 = v128.load_splat<T>(w, 4 * sizeof<T>());
  const w12 = v128.load_splat<T>(w, 5 * sizeof<T>());
  const w20 = v128.load_splat<T>(w, 6 * sizeof<T>());
  const w21 = v128.load_splat<T>(w, 7 * sizeof<T>());
  const w22 = v128.load_splat<T>(w, 8 * sizeof<T>());
  for (let row = 0; row < rows; row += 4) {
    const first = min<i32>(row, rows - 4);
    const frameRow = 2 * first - top;
    let x0 = rowAt(args, x, rowBytes, frameRow, height);
    let x1 = x + <usize>(frameRow + 1) * rowBytes;
    let x8 = rowAt(args, x, rowBytes, frameRow + 8, height);
    let y0 = y + <usize>first * targetBytes;
    for (let at: usize = 0; ; ) {
      const left = args.masks + (at == 0 ? 0 : 16);
      const right = args.masks + (at == last ? 32 : 16);
      let xr = x0;
      let yr = y0;
      let p = v128.load(xr);
      let q = v128.load(xr, 16);
      let v = v128.and(Lanes.even<T>(p, q), v128.load(left));
      q = Lanes.odd<T>(p, q);
      p = v128.load_zero<T>(xr, 32);
      let a = Simd.fma<T>(v, w00, v128.load_splat<T>(bias));
      v = v128.and(Lanes.next<T>(v, p), v128.load(right));
      a = Simd.fma<T>(q, w01, a);
      a = Simd.fma<T>(v, w02, a);
      xr = x1;
      p = v128.load(xr);
      q = v128.load(xr, 16);
      v = v128.and(Lanes.even<T>(p, q), v128.load(left));
      q = Lanes.odd<T>(p, q);
      p = v128.load_zero<T>(xr, 32);
      a = Simd.fma<T>(v, w10, a);
      v = v128.and(Lanes.next<T>(v, p), v128.load(right));
      a = Simd.fma<T>(q, w11, a);
      a = Simd.fma<T>(v, w12, a);
      xr += rowBytes;
      p = v128.load(xr);
      q = v128.load(xr, 16);
      v = v128.and(Lanes.even<T>(p, q), v128.load(left));
      q = Lanes.odd<T>(p, q);
      p = v128.load_zero<T>(xr, 32);
      a = Simd.fma<T>(v, w20, a);
      let b = Simd.fma<T>(v, w00, v128.load_splat<T>(bias));
      v = v128.and(Lanes.next<T>(v, p), v128.load(right));
      a = Simd.fma<T>(q, w21, a);
      b = Simd.fma<T>(q, w01, b);
      a = Simd.fma<T>(v, w22, a);
      b = Simd.fma<T>(v, w02, b);
      v128.store(yr, Tile.limit<T>(args, a));
      yr += targetBytes;
      xr += rowBytes;
      p = v128.load(xr);
      q = v128.load(xr, 16);
      v = v128.and(Lanes.even<T>(p, q), v128.load(left));
      q = Lanes.odd<T>(p, q);
      p = v128.load_zero<T>(xr, 32);
      b = Simd.fma<T>(v, w10, b);
      v = v128.and(Lanes.next<T>(v, p), v128.load(right));
      b = Simd.fma<T>(q, w11, b);
      b = Simd.fma<T>(v, w12, b);
      xr += rowBytes;
      p = v128.load(xr);
      q = v128.load(xr, 16);
      v = v128.and(Lanes.even<T>(p, q), v128.load(left));
      q = Lanes.odd<T>(p, q);
      p = v128.load_zero<T>(xr, 32);
      b = Simd.fma<T>(v, w20, b);
      a = Simd.fma<T>(v, w00, v128.load_splat<T>(bias));
      v = v128.and(Lanes.next<T>(v, p), v128.load(right));
      b = Simd.fma<T>(q, w21, b);
      a = Simd.fma<T>(q, w01, a);
      b = Simd.fma<T>(v, w22, b);
      a = Simd.fma<T>(v, w02, a);
      v128.store(yr, Tile.limit<T>(args, b));
      yr += targetBytes;
      xr += rowBytes;
      p = v128.load(xr);
      q = v128.load(xr, 16);
      v = v128.and(Lanes.even<T>(p, q), v128.load(left));
      q = Lanes.odd<T>(p, q);
      p = v128.load_zero<T>(xr, 32);
      a = Simd.fma<T>(v, w10, a);
      v = v128.and(Lanes.next<T>(v, p), v128.load(right));
      a = Simd.fma<T>(q, w11, a);
      a = Simd.fma<T>(v, w12, a);
      xr += rowBytes;
      p = v128.load(xr);
      q = v128.load(xr, 16);
      v = v128.and(Lanes.even<T>(p, q), v128.load(left));
      q = Lanes.odd<T>(p, q);
      p = v128.load_zero<T>(xr, 32);
      a = Simd.fma<T>(v, w20, a);
      b = Simd.fma<T>(v, w00, v128.load_splat<T>(bias));
      v = v128.and(Lanes.next<T>(v, p), v128.load(right));
      a = Simd.fma<T>(q, w21, a);
      b = Simd.fma<T>(q, w01, b);
      a = Simd.fma<T>(v, w22, a);
      b = Simd.fma<T>(v, w02, b);
      v128.store(yr, Tile.limit<T>(args, a));
      yr += targetBytes;
      xr += rowBytes;
      p = v128.load(xr);
      q = v128.load(xr, 16);
      v = v128.and(Lanes.even<T>(p, q), v128.load(left));
      q = Lanes.odd<T>(p, q);
      p = v128.load_zero<T>(xr, 32);
      b = Simd.fma<T>(v, w10, b);
      v = v128.and(Lanes.next<T>(v, p), v128.load(right));
      b = Simd.fma<T>(q, w11, b);
      b = Simd.fma<T>(v, w12, b);
      xr = x8;
      p = v128.load(xr);
      q = v128.load(xr, 16);
      v = v128.and(Lanes.even<T>(p, q), v128.load(left));
      q = Lanes.odd<T>(p, q);
      p = v128.load_zero<T>(xr, 32);
      b = Simd.fma<T>(v, w20, b);
      v = v128.and(Lanes.next<T>(v, p), v128.load(right));
      b = Simd.fma<T>(q, w21, b);
      b = Simd.fma<T>(v, w22, b);
      v128.store(yr, Tile.limit<T>(args, b));
      if (at == last) break;
      const next = min<usize>(at + 16, last);
      const forth = next - at;
      at = next;
      y0 += forth;
      x0 += 2 * forth;
      x1 += 2 * forth;
      x8 += 2 * forth;
    }
  }
}

abstract class Tile {
  /** A vector of 4 rows of rows3, masked if `edge`, a constant. */
  @inline
  static rows3<T>(
    args: DepthwisePlanesArgs,
    edge: bool,
    left: usize,
    right: usize,
    x0: usize,
    x1: usize,
    x5: usize,
    rowBytes: usize,
    y0: usize,
    targetBytes: usize,
    bias: usize,
    w00: v128,
    w01: v128,
    w02: v128,
    w10: v128,
    w11: v128,
    w12: v128,
    w20: v128,
    w21: v128,
    w22: v128,
  ): void {
    const x2 = x1 + rowBytes;
    const x3 = x2 + rowBytes;
    const x4 = x3 + rowBytes;
    let v = Tile.masked(edge, v128.load(x0), left);
    let a = Simd.fma<T>(v, w00, v128.load_splat<T>(bias));
    v = Tile.masked(edge, v128.load(x1), left);
    a = Simd.fma<T>(v, w10, a);
    let b = Simd.fma<T>(v, w00, v128.load_splat<T>(bias));
    v = Tile.masked(edge, v128.load(x2), left);
    a = Simd.fma<T>(v, w20, a);
    b = Simd.fma<T>(v, w10, b);
    let c = Simd.fma<T>(v, w00, v128.load_splat<T>(bias));
    v = Tile.masked(edge, v128.load(x3), left);
    b = Simd.fma<T>(v, w20, b);
    c = Simd.fma<T>(v, w10, c);
    let d = Simd.fma<T>(v, w00, v128.load_splat<T>(bias));
    v = Tile.masked(edge, v128.load(x4), left);
    c = Simd.fma<T>(v, w20, c);
    d = Simd.fma<T>(v, w10, d);
    v = Tile.masked(edge, v128.load(x5), left);
    d = Simd.fma<T>(v, w20, d);
    v = v128.load(x0, sizeof<T>());
    a = Simd.fma<T>(v, w01, a);
    v = v128.load(x1, sizeof<T>());
    a = Simd.fma<T>(v, w11, a);
    b = Simd.fma<T>(v, w01, b);
    v = v128.load(x2, sizeof<T>());
    a = Simd.fma<T>(v, w21, a);
    b = Simd.fma<T>(v, w11, b);
    c = Simd.fma<T>(v, w01, c);
    v = v128.load(x3, sizeof<T>());
    b = Simd.fma<T>(v, w21, b);
    c = Simd.fma<T>(v, w11, c);
    d = Simd.fma<T>(v, w01, d);
    v = v128.load(x4, sizeof<T>());
    c = Simd.fma<T>(v, w21, c);
    d = Simd.fma<T>(v, w11, d);
    v = v128.load(x5, sizeof<T>());
    d = Simd.fma<T>(v, w21, d);
    v = Tile.masked(edge, v128.load(x0, 2 * sizeof<T>()), right);
    a = Simd.fma<T>(v, w02, a);
    v = Tile.masked(edge, v128.load(x1, 2 * sizeof<T>()), right);
    a = Simd.fma<T>(v, w12, a);
    b = Simd.fma<T>(v, w02, b);
    v = Tile.masked(edge, v128.load(x2, 2 * sizeof<T>()), right);
    a = Simd.fma<T>(v, w22, a);
    b = Simd.fma<T>(v, w12, b);
    c = Simd.fma<T>(v, w02, c);
    v = Tile.masked(edge, v128.load(x3, 2 * sizeof<T>()), right);
    b = Simd.fma<T>(v, w22, b);
    c = Simd.fma<T>(v, w12, c);
    d = Simd.fma<T>(v, w02, d);
    v = Tile.masked(edge, v128.load(x4, 2 * sizeof<T>()), right);
    c = Simd.fma<T>(v, w22, c);
    d = Simd.fma<T>(v, w12, d);
    v = Tile.masked(edge, v128.load(x5, 2 * sizeof<T>()), right);
    d = Simd.fma<T>(v, w22, d);
    if (args.clamp) {
      const lower = v128.splat<T>(<T>args.lower);
      const upper = v128.splat<T>(<T>args.upper);
      a = Simd.clamp<T>(a, lower, upper);
      b = Simd.clamp<T>(b, lower, upper);
      c = Simd.clamp<T>(c, lower, upper);
      d = Simd.clamp<T>(d, lower, upper);
    }
    const y1 = y0 + targetBytes;
    const y2 = y1 + targetBytes;
    v128.store(y0, a);
    v128.store(y1, b);
    v128.store(y2, c);
    v128.store(y2 + targetBytes, d);
  }

  /** v without what `mask` clears, if `edge`. */
  @inline
  static masked(edge: bool, v: v128, mask: usize): v128 {
    return edge ? v128.and(v, v128.load(mask)) : v;
  }

  /** What is stored of a sum. A method, since only those are inlined for certain: a call would spill the taps. */
  @inline
  static limit<T>(args: DepthwisePlanesArgs, sum: v128): v128 {
    if (!args.clamp) return sum;
    return Simd.clamp<T>(sum, v128.splat<T>(<T>args.lower), v128.splat<T>(<T>args.upper));
  }
}

/** Where row `row` of the plane is, or zeros. */
function rowAt(args: DepthwisePlanesArgs, x: usize, rowBytes: usize, row: i32, height: i32): usize {
  return <u32>row < <u32>height ? x + <usize>row * rowBytes : args.zeros;
}
