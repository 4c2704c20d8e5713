/** Vectors taken apart and put together, lane by lane. */
export abstract class Lanes {
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
}
