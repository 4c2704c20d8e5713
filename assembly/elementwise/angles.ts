import { Simd } from '../simd';

const TWO_OVER_PI: f64 = 0.6366197723675814;
/** pi / 2 in two parts, the first of 25 bits: its product with a whole number below 2^28 is exact. */
const HALF_PI_HIGH: f64 = 1.5707963109016418;
const HALF_PI_LOW: f64 = 1.5893254773528197e-8;
/** What is added to it is rounded to a whole number, which stands in its lower bits. */
const ROUNDER: f64 = 6755399441055744;
/** From it on, quarters of turns are counted with more bits. */
const LARGE: f32 = 268435456;
/** pi / 2 as a part of 2^64. */
const HALF_PI_64: f64 = 8.515303950216386e-20;

/**
 * Sines and cosines of f32 lanes, and tangents. x = q pi / 2 + r with |r| <= pi / 4, as f64 until r is there: close to a zero r is small, and
 * has to keep its precision. Polynomials of r to 2^-28.
 */
export abstract class Angles {
  /** q, as whole numbers. */
  @inline
  static quarters(x: v128): v128 {
    if (Angles.anyLarge(x)) return largeQuarters(x);
    return v128.shuffle<i32>(Angles.counted(Angles.low(x)), Angles.counted(Angles.high(x)), 0, 2, 4, 6);
  }

  @inline
  static remainder(x: v128): v128 {
    if (Angles.anyLarge(x)) return largeRemainders(x);
    const low = f32x4.demote_f64x2_zero(Angles.rest(Angles.low(x)));
    return v128.shuffle<i64>(low, f32x4.demote_f64x2_zero(Angles.rest(Angles.high(x))), 0, 2);
  }

  @inline
  static low(x: v128): v128 {
    return f64x2.promote_low_f32x4(x);
  }

  @inline
  static high(x: v128): v128 {
    return f64x2.promote_low_f32x4(v128.shuffle<i64>(x, x, 1, 1));
  }

  /** ROUNDER + q of f64 lanes. */
  @inline
  static counted(x: v128): v128 {
    return f64x2.add(f64x2.mul(x, f64x2.splat(TWO_OVER_PI)), f64x2.splat(ROUNDER));
  }

  /** -0 of -0, since q is 0. */
  @inline
  static rest(x: v128): v128 {
    const q = f64x2.sub(Angles.counted(x), f64x2.splat(ROUNDER));
    const high = f64x2.sub(x, f64x2.mul(q, f64x2.splat(HALF_PI_HIGH)));
    return f64x2.sub(high, f64x2.mul(q, f64x2.splat(HALF_PI_LOW)));
  }

  /** NaN is not. */
  @inline
  static anyLarge(x: v128): bool {
    return v128.any_true(f32x4.ge(f32x4.abs(x), f32x4.splat(LARGE)));
  }

  @inline
  static sine(r: v128): v128 {
    const z = f32x4.mul(r, r);
    let p = Simd.fma<f32>(f32x4.splat(-0.00019516976463104162), z, f32x4.splat(0.008332175836939345));
    p = Simd.fma<f32>(p, z, f32x4.splat(-0.16666654908428954));
    // With the sign of r, which a sum of zeros has lost.
    return v128.or(Simd.fma<f32>(f32x4.mul(z, p), r, r), v128.and(r, f32x4.splat(-0.0)));
  }

  @inline
  static cosine(r: v128): v128 {
    const z = f32x4.mul(r, r);
    let p = Simd.fma<f32>(f32x4.splat(0.0000244380891322523), z, f32x4.splat(-0.001388736446714042));
    p = Simd.fma<f32>(p, z, f32x4.splat(0.04166664680674573));
    const half = f32x4.mul(z, f32x4.splat(0.5));
    return Simd.fma<f32>(f32x4.mul(z, z), p, f32x4.sub(f32x4.splat(1), half));
  }

  /** sin(x + turn pi / 2). */
  @inline
  static turned(x: v128, turn: i32): v128 {
    const r = Angles.remainder(x);
    const q = i32x4.add(Angles.quarters(x), i32x4.splat(turn));
    const y = v128.bitselect(Angles.cosine(r), Angles.sine(r), Angles.odd(q));
    // Bit 1 of the quarters is the sign.
    return v128.xor(y, v128.and(i32x4.shl(q, 30), f32x4.splat(-0.0)));
  }

  /**
   * The tangent of f64 lanes that were f32, to 2^-34: as f64 to the end, since that of f32 would be 4 ulp off. The polynomials are those
   * of musl's sinf and cosf.
   */
  @inline
  static tangent(x: v128): v128 {
    let count = Angles.counted(x);
    let r = Angles.rest(x);
    if (v128.any_true(f64x2.ge(f64x2.abs(x), f64x2.splat(LARGE)))) {
      count = largeCounts(x);
      r = largeRests(x);
    }
    const z = f64x2.mul(r, r);
    let sine = Simd.fma<f64>(f64x2.splat(2.7183114939898219e-6), z, f64x2.splat(-1.9839334836096632e-4));
    sine = Simd.fma<f64>(sine, z, f64x2.splat(8.3333293858894632e-3));
    sine = Simd.fma<f64>(sine, z, f64x2.splat(-0.16666666641626524));
    sine = f64x2.mul(Simd.fma<f64>(sine, z, f64x2.splat(1)), r);
    let cosine = Simd.fma<f64>(f64x2.splat(2.4390448796277409e-5), z, f64x2.splat(-1.3886763774609929e-3));
    cosine = Simd.fma<f64>(cosine, z, f64x2.splat(4.1666623323739063e-2));
    cosine = Simd.fma<f64>(cosine, z, f64x2.splat(-0.499999997251031));
    cosine = Simd.fma<f64>(cosine, z, f64x2.splat(1));
    const odd = i64x2.neg(v128.and(count, i64x2.splat(1)));
    const y = f64x2.div(v128.bitselect(cosine, sine, odd), v128.bitselect(sine, cosine, odd));
    return v128.xor(y, v128.and(odd, f64x2.splat(-0.0)));
  }

  /** All bits of lanes that are odd. */
  @inline
  static odd(q: v128): v128 {
    return i32x4.shr_s(i32x4.shl(q, 31), 31);
  }
}

function largeQuarters(x: v128): v128 {
  return i32x4(
    quarters(f32x4.extract_lane(x, 0)),
    quarters(f32x4.extract_lane(x, 1)),
    quarters(f32x4.extract_lane(x, 2)),
    quarters(f32x4.extract_lane(x, 3)),
  );
}

function largeRemainders(x: v128): v128 {
  return f32x4(
    <f32>remainder(f32x4.extract_lane(x, 0)),
    <f32>remainder(f32x4.extract_lane(x, 1)),
    <f32>remainder(f32x4.extract_lane(x, 2)),
    <f32>remainder(f32x4.extract_lane(x, 3)),
  );
}

function largeCounts(x: v128): v128 {
  return i64x2(quarters(<f32>f64x2.extract_lane(x, 0)), quarters(<f32>f64x2.extract_lane(x, 1)));
}

function largeRests(x: v128): v128 {
  return f64x2(remainder(<f32>f64x2.extract_lane(x, 0)), remainder(<f32>f64x2.extract_lane(x, 1)));
}

/** Modulo 4; anything for infinity and NaN. */
function quarters(x: f32): i32 {
  const size = abs<f32>(x);
  if (!(size < Infinity)) return 0;
  if (size < LARGE) return <i32>nearest<f64>(<f64>x * TWO_OVER_PI);
  const turns = turnsOf(size);
  const count = <i32>(turns >> 62) + (<i32>(turns >> 61) & 1);
  return x < 0 ? -count : count;
}

function remainder(x: f32): f64 {
  const size = abs<f32>(x);
  if (!(size < Infinity)) return NaN;
  if (size < LARGE) {
    const q = nearest<f64>(<f64>x * TWO_OVER_PI);
    return <f64>x - q * HALF_PI_HIGH - q * HALF_PI_LOW;
  }
  // What is over a half stands for a quarter more.
  return copysign<f64>(HALF_PI_64, <f64>x) * <f64>(<i64>(turnsOf(size) << 2));
}

/** The fraction of x / (2 pi) in units of 2^-64, for a large x: 24 bits times those of 2 / pi that come to fractions of 4. */
function turnsOf(x: f32): u64 {
  const bits = reinterpret<u32>(x);
  const mantissa = <u64>((bits & 0x007fffff) | 0x00800000);
  const place = (bits >> 23) - 152;
  return mantissa * twoOverPi(place) + ((mantissa * (twoOverPi(place + 32) & 0xffffffff)) >> 32);
}

/** 64 bits of 2 / pi from a place on. */
function twoOverPi(place: u32): u64 {
  const word = place >> 6;
  const shift = <u64>(place & 63);
  const first = wordOfTwoOverPi(word) << shift;
  return shift == 0 ? first : first | (wordOfTwoOverPi(word + 1) >> (64 - shift));
}

function wordOfTwoOverPi(word: u32): u64 {
  if (word == 0) return 0xa2f9836e4e441529;
  if (word == 1) return 0xfc2757d1f534ddc0;
  return word == 2 ? 0xdb6295993c439041 : 0xfe5163abdebbc561;
}
