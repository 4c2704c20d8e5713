import { Simd } from '../simd';

// Own exp and log: AssemblyScript's read tables, and a kernel binary has no data section. Those of f32 vectors are inlined, since a
// loop that calls with vectors keeps its own in memory; those of f64 are called: inlined they made the binaries 5 % larger.

const LOG2E: f64 = 1.4426950408889634;
// ln 2 in two parts; the first has few enough bits that n * LN2_HIGH is exact (n below 2^11, in f32 below 2^8).
const LN2_HIGH_32: f32 = 0.693359375;
const LN2_LOW_32: f32 = -2.12194440054690583e-4;
const LN2_HIGH_64: f64 = 0.69314718036912381649;
const LN2_LOW_64: f64 = 1.90821492927058770002e-10;
const LN2: f64 = 0.6931471805599453;
const SQRT2: f64 = 1.4142135623730951;

// 1.5 2^23 and 1.5 2^52: what is added to them is rounded to a whole number, which stands in the lower bits; with the bias of exponents.
const COUNTER_32: f32 = 12582912 + 127;
const COUNTER_64: f64 = 6755399441055744 + 1023;

export abstract class Elementary {
  /** n of x = n ln 2 + r with |r| <= ln(2)/2, counted: in the lower bits, with the bias of exponents. */
  @inline
  static counted<T>(x: v128): v128 {
    return Simd.fma<T>(x, v128.splat<T>(<T>LOG2E), Elementary.counter<T>());
  }

  @inline
  static counter<T>(): v128 {
    return v128.splat<T>(sizeof<T>() == 8 ? <T>COUNTER_64 : <T>COUNTER_32);
  }

  /** n itself. */
  @inline
  static multiple<T>(counted: v128): v128 {
    return v128.sub<T>(counted, Elementary.counter<T>());
  }

  /** r of x = n ln 2 + r. */
  @inline
  static remainder<T>(x: v128, n: v128): v128 {
    const high = sizeof<T>() == 8 ? <T>LN2_HIGH_64 : <T>LN2_HIGH_32;
    const low = sizeof<T>() == 8 ? <T>LN2_LOW_64 : <T>LN2_LOW_32;
    return Simd.fma<T>(n, v128.splat<T>(-low), Simd.fma<T>(n, v128.splat<T>(-high), x));
  }

  /**
   * (e^r - 1 - r) / r^2 as a polynomial: in f32 of degree 4, which leaves 5e-9 of e^r and 1.4e-8 of e^r - 1 (XNNPACK's, of least
   * error); in f64 Taylor's, e^r to degree 13 (next term 4e-18).
   */
  @inline
  static series<T>(r: v128): v128 {
    let p = v128.splat<T>(<T>0.0013864520005881786);
    if (sizeof<T>() == 8) {
      p = v128.splat<T>(<T>(1.0 / 6227020800.0));
      p = Simd.fma<T>(p, r, v128.splat<T>(<T>(1.0 / 479001600.0)));
      p = Simd.fma<T>(p, r, v128.splat<T>(<T>(1.0 / 39916800.0)));
      p = Simd.fma<T>(p, r, v128.splat<T>(<T>(1.0 / 3628800.0)));
      p = Simd.fma<T>(p, r, v128.splat<T>(<T>(1.0 / 362880.0)));
      p = Simd.fma<T>(p, r, v128.splat<T>(<T>(1.0 / 40320.0)));
      p = Simd.fma<T>(p, r, v128.splat<T>(<T>(1.0 / 5040.0)));
      p = Simd.fma<T>(p, r, v128.splat<T>(<T>(1.0 / 720.0)));
    }
    const wide = sizeof<T>() == 8;
    p = Simd.fma<T>(p, r, v128.splat<T>(wide ? <T>(1.0 / 120.0) : <T>0.008366531692445278));
    p = Simd.fma<T>(p, r, v128.splat<T>(wide ? <T>(1.0 / 24.0) : <T>0.041667502373456955));
    p = Simd.fma<T>(p, r, v128.splat<T>(wide ? <T>(1.0 / 6.0) : <T>0.1666654348373413));
    return Simd.fma<T>(p, r, v128.splat<T>(wide ? <T>0.5 : <T>0.4999999701976776));
  }

  /** 2^n of n as counted, where that is a normal number. */
  @inline
  static power<T>(counted: v128): v128 {
    return sizeof<T>() == 8 ? i64x2.shl(counted, 52) : i32x4.shl(counted, 23);
  }

  /** e^x for x <= 0, lane by lane: 0 where the result would be subnormal, NaN for NaN. */
  @inline
  static exp<T>(x: v128): v128 {
    return sizeof<T>() == 8 ? exp64(x) : Elementary.expOf<f32>(x);
  }

  @inline
  static expOf<T>(x: v128): v128 {
    const counted = Elementary.counted<T>(x);
    const r = Elementary.remainder<T>(x, Elementary.multiple<T>(counted));
    const one = v128.splat<T>(<T>1);
    const p = Simd.fma<T>(Simd.fma<T>(Elementary.series<T>(r), r, one), r, one);
    const least = v128.splat<T>(sizeof<T>() == 8 ? <T>-708.0 : <T>-87.0);
    return v128.andnot(v128.mul<T>(p, Elementary.power<T>(counted)), v128.lt<T>(x, least));
  }

  /** e^x - 1 for x <= 0, lane by lane, with the precision of the result near 0, too; NaN for NaN. */
  @inline
  static expm1<T>(x: v128): v128 {
    return sizeof<T>() == 8 ? expm164(x) : Elementary.expm1Of<f32>(x);
  }

  @inline
  static expm1Of<T>(x: v128): v128 {
    // -80 and below give -1; pmax keeps NaN.
    const limited = v128.pmax<T>(x, v128.splat<T>(<T>-80.0));
    const counted = Elementary.counted<T>(limited);
    const r = Elementary.remainder<T>(limited, Elementary.multiple<T>(counted));
    const q = Simd.fma<T>(v128.mul<T>(Elementary.series<T>(r), r), r, r);
    const scale = Elementary.power<T>(counted);
    return Simd.fma<T>(q, scale, v128.sub<T>(scale, v128.splat<T>(<T>1)));
  }

  /**
   * ln(1 + x) for 0 <= x <= 1, lane by lane, with the precision of the result near 0, too; NaN for NaN. As `log`: 1 + x above sqrt 2
   * is halved, and s = x / (2 + x), of the halved (x - 1) / (x + 3). Series to s^9 in f32, s^21 in f64.
   */
  @inline
  static log1p<T>(x: v128): v128 {
    return sizeof<T>() == 8 ? log1p64(x) : Elementary.log1pOf<f32>(x);
  }

  @inline
  static log1pOf<T>(x: v128): v128 {
    const one = v128.splat<T>(<T>1);
    const two = v128.splat<T>(<T>2);
    const halved = v128.gt<T>(x, v128.splat<T>(<T>(SQRT2 - 1)));
    const above = v128.sub<T>(x, v128.and(one, halved));
    const below = v128.add<T>(v128.add<T>(x, two), v128.and(one, halved));
    const s = v128.div<T>(above, below);
    const z = v128.mul<T>(s, s);
    let series = v128.splat<T>(<T>(1.0 / 9.0));
    if (sizeof<T>() == 8) {
      series = v128.splat<T>(<T>(1.0 / 21.0));
      series = Simd.fma<T>(series, z, v128.splat<T>(<T>(1.0 / 19.0)));
      series = Simd.fma<T>(series, z, v128.splat<T>(<T>(1.0 / 17.0)));
      series = Simd.fma<T>(series, z, v128.splat<T>(<T>(1.0 / 15.0)));
      series = Simd.fma<T>(series, z, v128.splat<T>(<T>(1.0 / 13.0)));
      series = Simd.fma<T>(series, z, v128.splat<T>(<T>(1.0 / 11.0)));
      series = Simd.fma<T>(series, z, v128.splat<T>(<T>(1.0 / 9.0)));
    }
    series = Simd.fma<T>(series, z, v128.splat<T>(<T>(1.0 / 7.0)));
    series = Simd.fma<T>(series, z, v128.splat<T>(<T>(1.0 / 5.0)));
    series = Simd.fma<T>(series, z, v128.splat<T>(<T>(1.0 / 3.0)));
    series = Simd.fma<T>(series, z, one);
    return Simd.fma<T>(v128.add<T>(s, s), series, v128.and(v128.splat<T>(<T>LN2), halved));
  }
}

function exp64(x: v128): v128 {
  return Elementary.expOf<f64>(x);
}

function expm164(x: v128): v128 {
  return Elementary.expm1Of<f64>(x);
}

function log1p64(x: v128): v128 {
  return Elementary.log1pOf<f64>(x);
}

/**
 * ln x for finite x >= 1 (a sum of exponentials whose largest is 1); NaN and infinity come back as they are. With
 * x = m 2^n, m in [sqrt 1/2, sqrt 2): ln m = 2 artanh(s), s = (m - 1) / (m + 1), |s| < 0.172, as its series to s^21.
 */
export function log(x: f64): f64 {
  if (!(x < Infinity)) return x;
  const bits = reinterpret<u64>(x);
  let n = <i32>(bits >> 52) - 1023;
  let m = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
  if (m > SQRT2) {
    m *= 0.5;
    n += 1;
  }
  const s = (m - 1) / (m + 1);
  const z = s * s;
  let series: f64 = 1.0 / 21.0;
  for (let k = 19; k > 0; k -= 2) series = series * z + 1.0 / <f64>k;
  return <f64>n * LN2_HIGH_64 + (2 * s * series + <f64>n * LN2_LOW_64);
}
