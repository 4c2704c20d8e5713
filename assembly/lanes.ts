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

  /** Two elements, in the first lanes. */
  @inline
  static loadPair<T>(source: usize): v128 {
    return sizeof<T>() == 8 ? v128.load(source) : v128.load_zero<u64>(source);
  }

  /** Stores the first two lanes. */
  @inline
  static storePair<T>(target: usize, v: v128): void {
    if (sizeof<T>() == 8) v128.store(target, v);
    else v128.store_lane<u64>(target, v, 0);
  }

  /** A vector of elements `step` apart; 0 has the first in all lanes. Reads nothing past the last. */
  @inline
  static loadApart<T>(source: usize, step: i32): v128 {
    if (step == 1) return v128.load(source);
    if (step == 0) return v128.load_splat<T>(source);
    const bytes = (<usize>step) << alignof<T>();
    if (sizeof<T>() == 8) return v128.load_lane<f64>(source + bytes, v128.load_zero<f64>(source), 1);
    if (step == 2) return v128.shuffle<f32>(v128.load(source), v128.load(source, 12), 0, 2, 5, 7);
    let v = v128.load_lane<f32>(source + bytes, v128.load_zero<f32>(source), 1);
    v = v128.load_lane<f32>(source + 2 * bytes, v, 2);
    return v128.load_lane<f32>(source + 3 * bytes, v, 3);
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
