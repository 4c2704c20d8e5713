import { Simd } from './simd';

/** Vectors taken apart and put together, lane by lane. */
export abstract class Lanes {
  /** All bits of the last `count` lanes. */
  @inline
  static last<T>(count: i32): v128 {
    const first = Simd.lanes<T>() - count;
    if (sizeof<T>() == 8) return v128.ge<i64>(i64x2(0, 1), i64x2.splat(first));
    return v128.ge<i32>(i32x4(0, 1, 2, 3), i32x4.splat(first));
  }

  /** The lanes of even index of a and b. */
  @inline
  static even<T>(a: v128, b: v128): v128 {
    if (sizeof<T>() == 8) return v128.shuffle<f64>(a, b, 0, 2);
    return v128.shuffle<f32>(a, b, 0, 2, 4, 6);
  }

  /** The lanes of odd index of a and b. */
  @inline
  static odd<T>(a: v128, b: v128): v128 {
    if (sizeof<T>() == 8) return v128.shuffle<f64>(a, b, 1, 3);
    return v128.shuffle<f32>(a, b, 1, 3, 5, 7);
  }

  /** The lanes of a but the first, then the first of b. */
  @inline
  static next<T>(a: v128, b: v128): v128 {
    if (sizeof<T>() == 8) return v128.shuffle<f64>(a, b, 1, 2);
    return v128.shuffle<f32>(a, b, 1, 2, 3, 4);
  }

  /** a0 b0 a1 b1 ..., the first vector of it. */
  @inline
  static zipLow<T>(a: v128, b: v128): v128 {
    if (sizeof<T>() == 8) return v128.shuffle<f64>(a, b, 0, 2);
    return v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  }

  /** a0 b0 a1 b1 ..., the second vector of it. */
  @inline
  static zipHigh<T>(a: v128, b: v128): v128 {
    if (sizeof<T>() == 8) return v128.shuffle<f64>(a, b, 1, 3);
    return v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  }

  /** Stores the first `count` lanes (nothing where count <= 0, at most all), `stepBytes` apart. */
  @inline
  static storeApart<T>(target: usize, v: v128, stepBytes: usize, count: i32): void {
    if (count > 0) v128.store_lane<T>(target, v, 0);
    if (count > 1) v128.store_lane<T>(target + stepBytes, v, 1);
    if (sizeof<T>() == 4) {
      if (count > 2) v128.store_lane<f32>(target + 2 * stepBytes, v, 2);
      if (count > 3) v128.store_lane<f32>(target + 3 * stepBytes, v, 3);
    }
  }
}
