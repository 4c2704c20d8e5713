import { Elementary } from '../loss/exp';
import { Simd } from '../simd';

const SQRT_HALF_32: i32 = 0x3f3504f3;
const SQRT_HALF: i64 = 0x3fe6a09e667f3bcd;
/** Bits of 1. */
const BIAS: i64 = 0x3ff0000000000000;
/** 2^52: with bits in its lower half it is that and their number. */
const COUNTER: f64 = 4503599627370496;
/** What is added to it is rounded to a whole number, which stands in its lower bits. */
const ROUNDER: f64 = 6755399441055744;
const LOG2E: f64 = 1.4426950408889634;
const LN2: f64 = 0.6931471805599453;
const LN2_HIGH: f32 = 0.693359375;
const LN2_LOW: f32 = -2.12194440054690583e-4;

/** Exponentials and logarithms over the whole range of f32. test/tfjs/kernels/elementary.test.ts holds them to their bounds. */
export abstract class Exponential {
  /** e^x of f32 lanes, subnormal results too: 2 ulp. */
  @inline
  static exp(x: v128): v128 {
    const limited = Simd.clamp<f32>(x, f32x4.splat(-104), f32x4.splat(89));
    const counted = Elementary.counted<f32>(limited);
    const r = Elementary.remainder<f32>(limited, Elementary.multiple<f32>(counted));
    const one = f32x4.splat(1);
    const p = Simd.fma<f32>(Simd.fma<f32>(Elementary.series<f32>(r), r, one), r, one);
    // In two steps, since 2^n may be too large or too small for an f32. A power's exponent is biased by 127: n / 2 and what is left.
    const half = i32x4.add(i32x4.shr_s(counted, 1), i32x4.splat(64));
    const rest = i32x4.add(i32x4.sub(counted, half), i32x4.splat(127));
    return f32x4.mul(f32x4.mul(p, Elementary.power<f32>(half)), Elementary.power<f32>(rest));
  }

  /** (e^x - 1) / 2 of f32 lanes, infinite from 89.5 on, with the precision of the result near 0, too: 2 ulp. */
  @inline
  static halfExpm1(x: v128): v128 {
    const limited = Simd.clamp<f32>(x, f32x4.splat(-80), f32x4.splat(89.7));
    const counted = Elementary.counted<f32>(limited);
    const r = Elementary.remainder<f32>(limited, Elementary.multiple<f32>(counted));
    const q = Simd.fma<f32>(f32x4.mul(Elementary.series<f32>(r), r), r, r);
    // Of a quarter, which is finite for all.
    const scale = Elementary.power<f32>(i32x4.sub(counted, i32x4.splat(2)));
    const quarter = Simd.fma<f32>(q, scale, f32x4.sub(scale, f32x4.splat(0.25)));
    return f32x4.add(quarter, quarter);
  }

  /** e^x of f64 lanes to 6e-9, for |x| <= 700 (others as the nearest of these); NaN for NaN. */
  @inline
  static wideExp(x: v128): v128 {
    const limited = Simd.clamp<f64>(x, f64x2.splat(-700), f64x2.splat(700));
    // n + 1023 in the lower bits: half the instructions of a conversion.
    const counted = f64x2.add(f64x2.mul(limited, f64x2.splat(LOG2E)), f64x2.splat(ROUNDER + 1023));
    const n = f64x2.sub(counted, f64x2.splat(ROUNDER + 1023));
    // One part of ln 2 is enough: what is lost of n ln 2 is 2^-43.
    const r = f64x2.sub(limited, f64x2.mul(n, f64x2.splat(LN2)));
    const one = f64x2.splat(1);
    // As in f32: to degree 7.
    const p = Simd.fma<f64>(Simd.fma<f64>(Exponential.series(r), r, one), r, one);
    return f64x2.mul(p, i64x2.shl(counted, 52));
  }

  /** (e^r - 1 - r) / r^2 of f64 lanes, as Elementary.series<f32>. */
  @inline
  static series(r: v128): v128 {
    let p = f64x2.splat(1.0 / 5040.0);
    p = Simd.fma<f64>(p, r, f64x2.splat(1.0 / 720.0));
    p = Simd.fma<f64>(p, r, f64x2.splat(1.0 / 120.0));
    p = Simd.fma<f64>(p, r, f64x2.splat(1.0 / 24.0));
    p = Simd.fma<f64>(p, r, f64x2.splat(1.0 / 6.0));
    return Simd.fma<f64>(p, r, f64x2.splat(0.5));
  }

  /**
   * ln x of f32 lanes: 2 ulp. With x = m 2^n, m in [sqrt 1/2, sqrt 2): ln m = 2 artanh(s), s = (m - 1) / (m + 1), |s| < 0.172, as its
   * series to s^9.
   */
  @inline
  static log(x: v128): v128 {
    const one = f32x4.splat(1);
    const tiny = f32x4.lt(x, f32x4.splat(1.1754943508222875e-38));
    const normal = v128.bitselect(f32x4.mul(x, f32x4.splat(8388608)), x, tiny);
    const shifted = i32x4.shr_s(i32x4.sub(normal, i32x4.splat(SQRT_HALF_32)), 23);
    const m = i32x4.sub(normal, i32x4.shl(shifted, 23));
    const n = f32x4.sub(f32x4.convert_i32x4_s(shifted), v128.and(tiny, f32x4.splat(23)));
    const s = f32x4.div(f32x4.sub(m, one), f32x4.add(m, one));
    return Exponential.ends<f32>(x, Exponential.logOf(s, n));
  }

  /**
   * ln(1 + x) of f32 lanes: 2 ulp. As `log`, of u = 1 + x, m 2^n; what u has lost of x is added to m again.
   */
  @inline
  static log1p(x: v128): v128 {
    const one = f32x4.splat(1);
    const u = f32x4.add(x, one);
    const large = f32x4.ge(x, one);
    const lost = v128.bitselect(f32x4.sub(one, f32x4.sub(u, x)), f32x4.sub(x, f32x4.sub(u, one)), large);
    const shifted = i32x4.shr_s(i32x4.sub(u, i32x4.splat(SQRT_HALF_32)), 23);
    const m = i32x4.sub(u, i32x4.shl(shifted, 23));
    const n = f32x4.convert_i32x4_s(shifted);
    // 2^-n; at most 2^-127, which stands for 0, has nothing to add.
    const scale = i32x4.shl(i32x4.max_s(i32x4.sub(i32x4.splat(127), shifted), Simd.zero()), 23);
    const rest = f32x4.mul(lost, scale);
    const above = f32x4.add(f32x4.sub(m, one), rest);
    const s = f32x4.div(above, f32x4.add(f32x4.add(m, one), rest));
    const y = Exponential.logOf(s, n);
    // Of -0, too; x < -1 is NaN.
    return v128.bitselect(x, Exponential.ends<f32>(u, y), v128.and(f32x4.splat(-0.0), f32x4.eq(y, y)));
  }

  /** n ln 2 + 2 artanh(s) of f32 lanes. */
  @inline
  static logOf(s: v128, n: v128): v128 {
    const z = f32x4.mul(s, s);
    let series = Simd.fma<f32>(f32x4.splat(<f32>(1.0 / 9.0)), z, f32x4.splat(<f32>(1.0 / 7.0)));
    series = Simd.fma<f32>(series, z, f32x4.splat(<f32>(1.0 / 5.0)));
    series = Simd.fma<f32>(series, z, f32x4.splat(<f32>(1.0 / 3.0)));
    const twice = f32x4.add(s, s);
    const rest = Simd.fma<f32>(f32x4.mul(twice, z), series, f32x4.mul(n, f32x4.splat(LN2_LOW)));
    return f32x4.add(f32x4.mul(n, f32x4.splat(LN2_HIGH)), f32x4.add(twice, rest));
  }

  /** ln x of f64 lanes that are 0 or normal, to 2e-12. As `log`, to s^13. */
  @inline
  static wideLog(x: v128): v128 {
    const one = f64x2.splat(1);
    const biased = i64x2.add(x, i64x2.splat(BIAS - SQRT_HALF));
    const m = i64x2.add(v128.and(biased, i64x2.splat(0x000fffffffffffff)), i64x2.splat(SQRT_HALF));
    const exponent = v128.or(i64x2.shr_u(biased, 52), f64x2.splat(COUNTER));
    const n = f64x2.sub(exponent, f64x2.splat(COUNTER + 1023));
    const s = f64x2.div(f64x2.sub(m, one), f64x2.add(m, one));
    const z = f64x2.mul(s, s);
    let series = Simd.fma<f64>(f64x2.splat(1.0 / 13.0), z, f64x2.splat(1.0 / 11.0));
    series = Simd.fma<f64>(series, z, f64x2.splat(1.0 / 9.0));
    series = Simd.fma<f64>(series, z, f64x2.splat(1.0 / 7.0));
    series = Simd.fma<f64>(series, z, f64x2.splat(1.0 / 5.0));
    series = Simd.fma<f64>(series, z, f64x2.splat(1.0 / 3.0));
    series = Simd.fma<f64>(series, z, one);
    const y = Simd.fma<f64>(f64x2.add(s, s), series, f64x2.mul(n, f64x2.splat(LN2)));
    return Exponential.ends<f64>(x, y);
  }

  /** What a logarithm is where it is not y: -infinity of 0, NaN below and of NaN, infinity of infinity. */
  @inline
  static ends<T>(x: v128, y: v128): v128 {
    const infinity = v128.splat<T>(<T>Infinity);
    const zero = Simd.zero();
    const open = v128.bitselect(y, x, v128.lt<T>(x, infinity));
    const below = v128.bitselect(v128.neg<T>(infinity), open, v128.eq<T>(x, zero));
    // All bits set are a NaN.
    return v128.or(below, v128.lt<T>(x, zero));
  }
}
