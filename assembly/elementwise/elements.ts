/** Elements in vectors of 128 bits. */
export abstract class Elements {
  /**
   * What stands in the last vector of a target that ends at `end`, before whole vectors are written. A block of memory is whole cache
   * lines long, so that what is written behind the last element is nobody's; it is put back all the same.
   */
  @inline
  static before(end: usize): v128 {
    return v128.load((end - 1) & -16);
  }

  /** Puts back what stood behind `end`. */
  @inline
  static putBack(end: usize, before: v128): void {
    const kept = <u8>(end & 15);
    const places = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    if (kept == 0) return;
    const at = end & -16;
    v128.store(at, v128.bitselect(v128.load(at), before, i8x16.lt_u(places, i8x16.splat(kept))));
  }

  /** Four of them, booleans as whole numbers. */
  @inline
  static load<S>(source: usize): v128 {
    if (sizeof<S>() == 4) return v128.load(source);
    return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load_zero<u32>(source)));
  }

  /** Two of them, of four bytes, as f64. */
  @inline
  static loadWide<S>(source: usize): v128 {
    const pair = v128.load_zero<u64>(source);
    return isFloat<S>() ? f64x2.promote_low_f32x4(pair) : f64x2.convert_low_i32x4_s(pair);
  }

  /** Four lanes: those with all bits set as 1, others, which have none, as 0. */
  @inline
  static storeTruths(target: usize, mask: v128): void {
    const words = i16x8.narrow_i32x4_s(mask, mask);
    const bytes = i8x16.narrow_i16x8_s(words, words);
    v128.store_lane<u32>(target, v128.and(bytes, i8x16.splat(1)), 0);
  }
}
