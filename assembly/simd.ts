/**
 * Vectors of 128 bits over `f32` (4 lanes) and `f64` (2 lanes). The one file that knows plain SIMD from relaxed SIMD: every
 * other kernel is written once and asks for `Simd.fma`.
 */
export abstract class Simd {
  /** Lanes of a vector: 4 for f32, 2 for f64. */
  @inline
  static lanes<T>(): i32 {
    return 16 >> alignof<T>();
  }

  /** a * b + c, rounded once where relaxed SIMD is fused, twice in the plain binary. */
  @inline
  static fma<T>(a: v128, b: v128, c: v128): v128 {
    if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_madd<T>(a, b, c);
    return v128.add<T>(v128.mul<T>(a, b), c);
  }

  @inline
  static zero(): v128 {
    return i64x2.splat(0);
  }

  /**
   * The larger lanes; NaN where one is. pmax takes its first operand unless that is less, so one of the two has the NaN, and `or`
   * keeps it; of two equal lanes it changes nothing, but makes -0 of zeros of both signs. Three instructions of x86, where v128.max has eight.
   */
  @inline
  static max<T>(a: v128, b: v128): v128 {
    return v128.or(v128.pmax<T>(a, b), v128.pmax<T>(b, a));
  }

  /**
   * v between the limits, lower <= upper. NaN stays NaN, and as a limit it is none: pmax and pmin take their second operand only where
   * it compares beyond. One instruction of x86 each, where v128.max and v128.min have eight.
   */
  @inline
  static clamp<T>(v: v128, lower: v128, upper: v128): v128 {
    return v128.pmin<T>(v128.pmax<T>(v, lower), upper);
  }

  /** All bits of a lane where lower < v < upper; NaN as upper is no limit. */
  @inline
  static between<T>(v: v128, lower: v128, upper: v128): v128 {
    return v128.andnot(v128.gt<T>(v, lower), v128.ge<T>(v, upper));
  }

  /** The sum of the lanes, lane 0 first. */
  @inline
  static sum<T>(v: v128): T {
    if (sizeof<T>() == 8) return <T>(f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1));
    return <T>(
      (f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3)))
    );
  }

  /** sum, of f64 lanes, + the lanes of v. */
  @inline
  static addWide<T>(sum: v128, v: v128): v128 {
    if (sizeof<T>() == 8) return f64x2.add(sum, v);
    const high = v128.shuffle<f64>(v, v, 1, 1);
    return f64x2.add(sum, f64x2.add(f64x2.promote_low_f32x4(v), f64x2.promote_low_f32x4(high)));
  }

  /** The largest lane; NaN if a lane is NaN. */
  @inline
  static largest<T>(v: v128): T {
    if (sizeof<T>() == 8) return <T>max<f64>(f64x2.extract_lane(v, 0), f64x2.extract_lane(v, 1));
    return <T>(
      max<f32>(
        max<f32>(f32x4.extract_lane(v, 0), f32x4.extract_lane(v, 1)),
        max<f32>(f32x4.extract_lane(v, 2), f32x4.extract_lane(v, 3)),
      )
    );
  }

  /** Two elements as f64. */
  @inline
  static loadPair<T>(address: usize): v128 {
    if (sizeof<T>() == 8) return v128.load(address);
    return f64x2.promote_low_f32x4(v128.load_zero<u64>(address));
  }

  /** The first `count` elements at `address` (1 <= count), lanes past them from `fill`. Reads nothing past them. */
  @inline
  static loadPartial<T>(address: usize, count: i32, fill: v128): v128 {
    if (count >= Simd.lanes<T>()) return v128.load(address);
    return Simd.loadTail<T>(address, count, fill);
  }

  static loadTail<T>(address: usize, count: i32, fill: v128): v128 {
    if (sizeof<T>() == 8) return v128.load_lane<f64>(address, fill, 0);
    let v = v128.load_lane<f32>(address, fill, 0);
    if (count > 1) v = v128.load_lane<f32>(address, v, 1, 4);
    if (count > 2) v = v128.load_lane<f32>(address, v, 2, 8);
    return v;
  }

  /** Writes the first `count` lanes (nothing where count <= 0, at most a whole vector). */
  @inline
  static storePartial<T>(address: usize, v: v128, count: i32): void {
    if (count >= Simd.lanes<T>()) v128.store(address, v);
    else Simd.storeTail<T>(address, v, count);
  }

  static storeTail<T>(address: usize, v: v128, count: i32): void {
    if (count <= 0) return;
    if (sizeof<T>() == 8) {
      v128.store_lane<f64>(address, v, 0);
      return;
    }
    v128.store_lane<f32>(address, v, 0);
    if (count > 1) v128.store_lane<f32>(address, v, 1, 4);
    if (count > 2) v128.store_lane<f32>(address, v, 2, 8);
  }

  /**
   * Transposes a square block of lanes x lanes elements from memory to memory. `sourceBytes` and `targetBytes` are the distances
   * between rows.
   */
  @inline
  static transposeBlock<T>(source: usize, sourceBytes: usize, target: usize, targetBytes: usize): void {
    if (sizeof<T>() == 8) {
      const r0 = v128.load(source);
      const r1 = v128.load(source + sourceBytes);
      v128.store(target, v128.shuffle<f64>(r0, r1, 0, 2));
      v128.store(target + targetBytes, v128.shuffle<f64>(r0, r1, 1, 3));
      return;
    }
    const r0 = v128.load(source);
    const r1 = v128.load(source + sourceBytes);
    const r2 = v128.load(source + 2 * sourceBytes);
    const r3 = v128.load(source + 3 * sourceBytes);
    const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
    const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
    const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
    const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
    v128.store(target, v128.shuffle<f64>(low01, low23, 0, 2));
    v128.store(target + targetBytes, v128.shuffle<f64>(low01, low23, 1, 3));
    v128.store(target + 2 * targetBytes, v128.shuffle<f64>(high01, high23, 0, 2));
    v128.store(target + 3 * targetBytes, v128.shuffle<f64>(high01, high23, 1, 3));
  }
}
