// Whole numbers as JavaScript stores them in an Int32Array.

/** `x` without its fraction, modulo 2^32; 0 for NaN and infinities. */
function wrapped(x: f64): i32 {
  const whole = trunc<f64>(x);
  const rest = whole - floor<f64>(whole * (1.0 / 4294967296.0)) * 4294967296.0;
  return rest >= 0 ? <i32>(<u32>rest) : 0;
}

export abstract class Whole {
  /** f32 lanes as whole numbers. */
  @inline
  static ofFloats(x: v128): v128 {
    const y = i32x4.trunc_sat_f32x4_s(x);
    if (v128.any_true(f32x4.ge(f32x4.abs(x), f32x4.splat(2147483648)))) return wrappedFloats(x);
    return y;
  }

  /** Two f64 lanes as whole numbers, in the first lanes. */
  @inline
  static ofDoubles(x: v128): v128 {
    if (v128.any_true(f64x2.ge(f64x2.abs(x), f64x2.splat(2147483648)))) return wrappedDoubles(x);
    return i32x4.trunc_sat_f64x2_s_zero(x);
  }

  /** Whether all lanes of both are so small that their product, and that of their difference, is exact in an f64. */
  @inline
  static small(a: v128, b: v128): bool {
    const large = v128.or(i32x4.abs(a), i32x4.abs(b));
    return !v128.any_true(i32x4.ge_u(large, i32x4.splat(1 << 25)));
  }

  /** Products of i32 lanes: rounded as f64, then wrapped. */
  @inline
  static product(a: v128, b: v128): v128 {
    return Whole.small(a, b) ? i32x4.mul(a, b) : wrappedProduct(a, b);
  }

  /** Two i32 lanes as f64. */
  @inline
  static high(x: v128): v128 {
    return f64x2.convert_low_i32x4_s(v128.shuffle<i64>(x, x, 1, 1));
  }
}

function wrappedFloats(x: v128): v128 {
  const low = wrappedDoubles(f64x2.promote_low_f32x4(x));
  return v128.shuffle<i64>(low, wrappedDoubles(f64x2.promote_low_f32x4(v128.shuffle<i64>(x, x, 1, 1))), 0, 2);
}

function wrappedDoubles(x: v128): v128 {
  return i32x4(wrapped(f64x2.extract_lane(x, 0)), wrapped(f64x2.extract_lane(x, 1)), 0, 0);
}

function wrappedProduct(a: v128, b: v128): v128 {
  const low = f64x2.mul(f64x2.convert_low_i32x4_s(a), f64x2.convert_low_i32x4_s(b));
  const high = f64x2.mul(Whole.high(a), Whole.high(b));
  return v128.shuffle<i64>(wrappedDoubles(low), wrappedDoubles(high), 0, 2);
}

/** Squares of differences of i32 lanes: rounded as f64, then wrapped. */
export function wrappedSquares(a: v128, b: v128): v128 {
  const low = f64x2.sub(f64x2.convert_low_i32x4_s(a), f64x2.convert_low_i32x4_s(b));
  const high = f64x2.sub(Whole.high(a), Whole.high(b));
  return v128.shuffle<i64>(wrappedDoubles(f64x2.mul(low, low)), wrappedDoubles(f64x2.mul(high, high)), 0, 2);
}
