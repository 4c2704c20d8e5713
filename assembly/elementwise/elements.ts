/** Four elements in a vector of 32-bit lanes. */
export abstract class Elements {
  /** Booleans as whole numbers. */
  @inline
  static load<S>(source: usize): v128 {
    if (sizeof<S>() == 4) return v128.load(source);
    return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load_zero<u32>(source)));
  }

  /** Lanes with all bits set as 1, others, which have none, as 0. */
  @inline
  static storeTruths(target: usize, mask: v128): void {
    const words = i16x8.narrow_i32x4_s(mask, mask);
    const bytes = i8x16.narrow_i16x8_s(words, words);
    v128.store_lane<u32>(target, v128.and(bytes, i8x16.splat(1)), 0);
  }
}
