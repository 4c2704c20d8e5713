import { Simd } from '../simd';

// Own exp and log: AssemblyScript's read tables, and a kernel binary has no data section.

const LOG2E: f64 = 1.4426950408889634;
// ln 2 in two parts; the first has few enough bits that n * LN2_HIGH is exact (n below 2^11, in f32 below 2^8).
const LN2_HIGH_32: f32 = 0.693359375;
const LN2_LOW_32: f32 = -2.12194440054690583e-4;
const LN2_HIGH_64: f64 = 0.69314718036912381649;
const LN2_LOW_64: f64 = 1.90821492927058770002e-10;

/**
 * e^x for x <= 0, lane by lane: 0 where the result would be subnormal, NaN for NaN. Range reduction x = n ln 2 + r with
 * |r| <= ln(2)/2, then the Taylor polynomial of e^r: of degree 7 in f32 (next term 5e-9), 13 in f64 (4e-18).
 */
export function exp<T>(x: v128): v128 {
  if (sizeof<T>() == 8) {
    const n = f64x2.nearest(f64x2.mul(x, f64x2.splat(LOG2E)));
    let r = f64x2.sub(x, f64x2.mul(n, f64x2.splat(LN2_HIGH_64)));
    r = f64x2.sub(r, f64x2.mul(n, f64x2.splat(LN2_LOW_64)));
    let p = f64x2.splat(1.0 / 6227020800.0);
    p = Simd.fma<T>(p, r, f64x2.splat(1.0 / 479001600.0));
    p = Simd.fma<T>(p, r, f64x2.splat(1.0 / 39916800.0));
    p = Simd.fma<T>(p, r, f64x2.splat(1.0 / 3628800.0));
    p = Simd.fma<T>(p, r, f64x2.splat(1.0 / 362880.0));
    p = Simd.fma<T>(p, r, f64x2.splat(1.0 / 40320.0));
    p = Simd.fma<T>(p, r, f64x2.splat(1.0 / 5040.0));
    p = Simd.fma<T>(p, r, f64x2.splat(1.0 / 720.0));
    p = Simd.fma<T>(p, r, f64x2.splat(1.0 / 120.0));
    p = Simd.fma<T>(p, r, f64x2.splat(1.0 / 24.0));
    p = Simd.fma<T>(p, r, f64x2.splat(1.0 / 6.0));
    p = Simd.fma<T>(p, r, f64x2.splat(0.5));
    p = Simd.fma<T>(p, r, f64x2.splat(1.0));
    p = Simd.fma<T>(p, r, f64x2.splat(1.0));
    const exponent = i64x2.extend_low_i32x4_s(i32x4.trunc_sat_f64x2_s_zero(n));
    const power = i64x2.shl(i64x2.add(exponent, i64x2.splat(1023)), 52);
    return v128.andnot(f64x2.mul(p, power), f64x2.lt(x, f64x2.splat(-708.0)));
  }
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(<f32>LOG2E)));
  let r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(LN2_HIGH_32)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(LN2_LOW_32)));
  let p = f32x4.splat(1.0 / 5040.0);
  p = Simd.fma<T>(p, r, f32x4.splat(1.0 / 720.0));
  p = Simd.fma<T>(p, r, f32x4.splat(1.0 / 120.0));
  p = Simd.fma<T>(p, r, f32x4.splat(1.0 / 24.0));
  p = Simd.fma<T>(p, r, f32x4.splat(1.0 / 6.0));
  p = Simd.fma<T>(p, r, f32x4.splat(0.5));
  p = Simd.fma<T>(p, r, f32x4.splat(1.0));
  p = Simd.fma<T>(p, r, f32x4.splat(1.0));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return v128.andnot(f32x4.mul(p, power), f32x4.lt(x, f32x4.splat(-87.0)));
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
  if (m > 1.4142135623730951) {
    m *= 0.5;
    n += 1;
  }
  const s = (m - 1) / (m + 1);
  const z = s * s;
  let series: f64 = 1.0 / 21.0;
  for (let k = 19; k > 0; k -= 2) series = series * z + 1.0 / <f64>k;
  return <f64>n * LN2_HIGH_64 + (2 * s * series + <f64>n * LN2_LOW_64);
}
