import { Simd } from '../simd';
import { PlanarFilterGradArgs } from './gradientArgs';

abstract class Gradient {
  /**
   * Micro-kernels of the filter gradient: two output channels by `taps` taps, sums in registers over `images` x `rows` rows. Six taps are
   * 12 sums, 2 vectors of dy, 1 of x; an instance for each number of taps, since 9 taps as 5 + 4 take 9/12 of the time of 6 + 6. Two
   * vectors of a row at a time would need 17 registers: 1.25 to 1.6 times as long.
   *
   * `x` is where the first pixel reads a tap with offset 0, `dy` the first pixel of the first channel, `other` the bytes from there to
   * the second channel, `sums` the first channel's sum of the first tap.
   *
   * What is left of a row is in a last vector that overlaps the one before, all lanes but the new ones zero: both operands, so that no
   * infinity meets a zero.
   */
  @inline
  static tile<T>(
    args: PlanarFilterGradArgs,
    taps: i32,
    x: usize,
    dy: usize,
    other: usize,
    offsets: usize,
    sums: usize,
    images: i32,
    rows: i32,
  ): void {
    const shift = alignof<T>();
    const lanes = Simd.lanes<T>();
    const vectors = args.outWidth / lanes;
    const tail = args.outWidth % lanes;
    const xRowBytes = (<usize>args.rowStep) << shift;
    const dyRowBytes = (<usize>args.dyRow) << shift;
    const xImageBytes = ((<usize>args.xImage) << shift) - <usize>rows * xRowBytes;
    const dyImageBytes = ((<usize>args.dyImage) << shift) - <usize>rows * dyRowBytes;
    const tailBytes = vectors ? (<usize>(args.outWidth - lanes)) << shift : 0;
    const mask = Gradient.newLanes<T>(vectors ? lanes - tail : 0, vectors ? lanes : tail);
    const otherSums = sums + ((<usize>args.pitch) << 4);
    const o0 = <usize>load<u32>(offsets);
    const o1 = <usize>load<u32>(offsets, 4);
    const o2 = <usize>load<u32>(offsets, 8);
    const o3 = taps > 3 ? <usize>load<u32>(offsets, 12) : 0;
    const o4 = taps > 4 ? <usize>load<u32>(offsets, 16) : 0;
    const o5 = taps > 5 ? <usize>load<u32>(offsets, 20) : 0;
    let s00 = v128.load(sums);
    let s01 = v128.load(sums, 16);
    let s02 = v128.load(sums, 32);
    let s03 = taps > 3 ? v128.load(sums, 48) : Simd.zero();
    let s04 = taps > 4 ? v128.load(sums, 64) : Simd.zero();
    let s05 = taps > 5 ? v128.load(sums, 80) : Simd.zero();
    let s10 = v128.load(otherSums);
    let s11 = v128.load(otherSums, 16);
    let s12 = v128.load(otherSums, 32);
    let s13 = taps > 3 ? v128.load(otherSums, 48) : Simd.zero();
    let s14 = taps > 4 ? v128.load(otherSums, 64) : Simd.zero();
    let s15 = taps > 5 ? v128.load(otherSums, 80) : Simd.zero();
    for (; images > 0; --images) {
      for (let row = rows; row > 0; --row) {
        let xAt = x;
        let dyAt = dy;
        for (let vector = vectors; vector > 0; --vector) {
          const d0 = v128.load(dyAt);
          const d1 = v128.load(dyAt + other);
          let v = v128.load(xAt + o0);
          s00 = Simd.fma<T>(d0, v, s00);
          s10 = Simd.fma<T>(d1, v, s10);
          v = v128.load(xAt + o1);
          s01 = Simd.fma<T>(d0, v, s01);
          s11 = Simd.fma<T>(d1, v, s11);
          v = v128.load(xAt + o2);
          s02 = Simd.fma<T>(d0, v, s02);
          s12 = Simd.fma<T>(d1, v, s12);
          if (taps > 3) {
            v = v128.load(xAt + o3);
            s03 = Simd.fma<T>(d0, v, s03);
            s13 = Simd.fma<T>(d1, v, s13);
          }
          if (taps > 4) {
            v = v128.load(xAt + o4);
            s04 = Simd.fma<T>(d0, v, s04);
            s14 = Simd.fma<T>(d1, v, s14);
          }
          if (taps > 5) {
            v = v128.load(xAt + o5);
            s05 = Simd.fma<T>(d0, v, s05);
            s15 = Simd.fma<T>(d1, v, s15);
          }
          xAt += 16;
          dyAt += 16;
        }
        if (tail) {
          const d0 = v128.and(v128.load(dy + tailBytes), mask);
          const d1 = v128.and(v128.load(dy + tailBytes + other), mask);
          xAt = x + tailBytes;
          let v = v128.and(v128.load(xAt + o0), mask);
          s00 = Simd.fma<T>(d0, v, s00);
          s10 = Simd.fma<T>(d1, v, s10);
          v = v128.and(v128.load(xAt + o1), mask);
          s01 = Simd.fma<T>(d0, v, s01);
          s11 = Simd.fma<T>(d1, v, s11);
          v = v128.and(v128.load(xAt + o2), mask);
          s02 = Simd.fma<T>(d0, v, s02);
          s12 = Simd.fma<T>(d1, v, s12);
          if (taps > 3) {
            v = v128.and(v128.load(xAt + o3), mask);
            s03 = Simd.fma<T>(d0, v, s03);
            s13 = Simd.fma<T>(d1, v, s13);
          }
          if (taps > 4) {
            v = v128.and(v128.load(xAt + o4), mask);
            s04 = Simd.fma<T>(d0, v, s04);
            s14 = Simd.fma<T>(d1, v, s14);
          }
          if (taps > 5) {
            v = v128.and(v128.load(xAt + o5), mask);
            s05 = Simd.fma<T>(d0, v, s05);
            s15 = Simd.fma<T>(d1, v, s15);
          }
        }
        x += xRowBytes;
        dy += dyRowBytes;
      }
      x += xImageBytes;
      dy += dyImageBytes;
    }
    v128.store(sums, s00);
    v128.store(sums, s01, 16);
    v128.store(sums, s02, 32);
    if (taps > 3) v128.store(sums, s03, 48);
    if (taps > 4) v128.store(sums, s04, 64);
    if (taps > 5) v128.store(sums, s05, 80);
    v128.store(otherSums, s10);
    v128.store(otherSums, s11, 16);
    v128.store(otherSums, s12, 32);
    if (taps > 3) v128.store(otherSums, s13, 48);
    if (taps > 4) v128.store(otherSums, s14, 64);
    if (taps > 5) v128.store(otherSums, s15, 80);
  }

  /** Ones in the lanes `first` to `end` - 1. */
  @inline
  static newLanes<T>(first: i32, end: i32): v128 {
    if (sizeof<T>() == 8) {
      const lane = i64x2(0, 1);
      return v128.and(i64x2.ge_s(lane, i64x2.splat(first)), i64x2.lt_s(lane, i64x2.splat(end)));
    }
    const lane = i32x4(0, 1, 2, 3);
    return v128.and(i32x4.ge_s(lane, i32x4.splat(first)), i32x4.lt_s(lane, i32x4.splat(end)));
  }
}

export function gradient3<T>(
  args: PlanarFilterGradArgs,
  x: usize,
  dy: usize,
  other: usize,
  offsets: usize,
  sums: usize,
  images: i32,
  rows: i32,
): void {
  Gradient.tile<T>(args, 3, x, dy, other, offsets, sums, images, rows);
}

export function gradient4<T>(
  args: PlanarFilterGradArgs,
  x: usize,
  dy: usize,
  other: usize,
  offsets: usize,
  sums: usize,
  images: i32,
  rows: i32,
): void {
  Gradient.tile<T>(args, 4, x, dy, other, offsets, sums, images, rows);
}

export function gradient5<T>(
  args: PlanarFilterGradArgs,
  x: usize,
  dy: usize,
  other: usize,
  offsets: usize,
  sums: usize,
  images: i32,
  rows: i32,
): void {
  Gradient.tile<T>(args, 5, x, dy, other, offsets, sums, images, rows);
}

export function gradient6<T>(
  args: PlanarFilterGradArgs,
  x: usize,
  dy: usize,
  other: usize,
  offsets: usize,
  sums: usize,
  images: i32,
  rows: i32,
): void {
  Gradient.tile<T>(args, 6, x, dy, other, offsets, sums, images, rows);
}
