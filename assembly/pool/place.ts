/** Where the largest pixel of a window is. */
export abstract class Place {
  /** All bits of a lane where v is larger than best, or the first NaN: best is still a number and v is none. */
  @inline
  static larger<T>(v: v128, best: v128): v128 {
    return v128.andnot(v128.eq<T>(best, best), v128.le<T>(v, best));
  }

  /** A distance in bytes, in integer lanes of T's width. */
  @inline
  static splat<T>(bytes: usize): v128 {
    if (sizeof<T>() == 8) return i64x2.splat(<i64>bytes);
    return i32x4.splat(<i32>bytes);
  }

  /** The distance of lane `lane`, which has to be a constant. */
  @inline
  static lane<T>(place: v128, lane: i32): usize {
    if (sizeof<T>() == 8) {
      return <usize>(lane == 0 ? v128.extract_lane<i64>(place, 0) : v128.extract_lane<i64>(place, 1));
    }
    if (lane == 0) return <usize>v128.extract_lane<i32>(place, 0);
    if (lane == 1) return <usize>v128.extract_lane<i32>(place, 1);
    return <usize>(lane == 2 ? v128.extract_lane<i32>(place, 2) : v128.extract_lane<i32>(place, 3));
  }

  /** Adds the element at `source` to the one at `target`. */
  @inline
  static addAt<T>(target: usize, source: usize): void {
    store<T>(target, <T>(load<T>(target) + load<T>(source)));
  }
}
