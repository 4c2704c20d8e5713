import { Simd } from '../simd';

const TWO_OVER_PI: f64 = 0.6366197723675814;
/** pi / 2 in two parts, the first of 25 bits: its product with a whole number below 2^28 is exact. */
const HALF_PI_HIGH: f64 = 1.5707963109016418;
const HALF_PI_LOW: f64 = 1.5893254773528197e-8;
const HALF_PI: f64 = 1.5707963267948966;
/** Above it, quarters of turns are counted with more bits. */
const LARGE: f64 = 268435456;
/** pi / 2 as a part of 2^64. */
const HALF_PI_64: f64 = 8.515303950216386e-20;

/**
 * Sines, cosines and tangents of f64 lanes that were f32, right to half an ulp of f32 and a bit; polynomials of r, |r| <= pi / 4, to
 * 2^-37 (those of musl's sinf and cosf).
 */
export abstract class Angles {
  /** The quarters of turns nearest to x, as f64. */
  @inline
  static quarters(x: v128): v128 {
    if (Angles.anyLarge(x)) return largeQuarters(x);
    // 0 instead of -0, of which nothing would be left of -0.
    return f64x2.add(f64x2.nearest(f64x2.mul(x, f64x2.splat(TWO_OVER_PI))), Simd.zero());
  }

  /** x without them. */
  @inline
  static remainder(x: v128, n: v128): v128 {
    if (Angles.anyLarge(x)) return largeRemainders(x);
    const high = f64x2.sub(x, f64x2.mul(n, f64x2.splat(HALF_PI_HIGH)));
    return f64x2.sub(high, f64x2.mul(n, f64x2.splat(HALF_PI_LOW)));
  }

  /** NaN is not. */
  @inline
  static anyLarge(x: v128): bool {
    return v128.any_true(f64x2.ge(f64x2.abs(x), f64x2.splat(LARGE)));
  }

  @inline
  static sine(r: v128): v128 {
    const z = f64x2.mul(r, r);
    let p = Simd.fma<f64>(f64x2.splat(2.7183114939898219e-6), z, f64x2.splat(-1.9839334836096632e-4));
    p = Simd.fma<f64>(p, z, f64x2.splat(8.3333293858894632e-3));
    p = Simd.fma<f64>(p, z, f64x2.splat(-0.16666666641626524));
    return f64x2.mul(Simd.fma<f64>(p, z, f64x2.splat(1)), r);
  }

  @inline
  static cosine(r: v128): v128 {
    const z = f64x2.mul(r, r);
    let p = Simd.fma<f64>(f64x2.splat(2.4390448796277409e-5), z, f64x2.splat(-1.3886763774609929e-3));
    p = Simd.fma<f64>(p, z, f64x2.splat(4.1666623323739063e-2));
    p = Simd.fma<f64>(p, z, f64x2.splat(-0.499999997251031));
    return Simd.fma<f64>(p, z, f64x2.splat(1));
  }

  /** sin(x + turn pi / 2). */
  @inline
  static turned(x: v128, turn: f64): v128 {
    const n = Angles.quarters(x);
    const r = Angles.remainder(x, n);
    const q = f64x2.add(n, f64x2.splat(turn));
    const odd = Angles.odd(q);
    const y = v128.bitselect(Angles.cosine(r), Angles.sine(r), odd);
    // Bit 1 of the quarters is the sign: they are odd after half of them, too, or one less.
    const half = f64x2.floor(f64x2.mul(q, f64x2.splat(0.5)));
    return v128.xor(y, v128.and(Angles.odd(half), f64x2.splat(-0.0)));
  }

  @inline
  static tangent(x: v128): v128 {
    const n = Angles.quarters(x);
    const r = Angles.remainder(x, n);
    const odd = Angles.odd(n);
    const sine = Angles.sine(r);
    const cosine = Angles.cosine(r);
    const above = v128.bitselect(cosine, sine, odd);
    return f64x2.div(above, v128.bitselect(f64x2.neg(sine), cosine, odd));
  }

  /** All bits of lanes that are odd whole numbers. */
  @inline
  static odd(n: v128): v128 {
    const half = f64x2.mul(n, f64x2.splat(0.5));
    return f64x2.ne(f64x2.floor(half), half);
  }
}

function largeQuarters(x: v128): v128 {
  return f64x2(quarters(f64x2.extract_lane(x, 0)), quarters(f64x2.extract_lane(x, 1)));
}

function largeRemainders(x: v128): v128 {
  return f64x2(remainder(f64x2.extract_lane(x, 0)), remainder(f64x2.extract_lane(x, 1)));
}

/** Modulo 4, with the sign of x, where x is large. */
function quarters(x: f64): f64 {
  const size = abs<f64>(x);
  if (!(size >= LARGE && size < Infinity)) return nearest<f64>(x * TWO_OVER_PI);
  const turns = turnsOf(size);
  return copysign<f64>(<f64>((turns >> 62) + ((turns >> 61) & 1)), x);
}

function remainder(x: f64): f64 {
  const size = abs<f64>(x);
  if (!(size < Infinity)) return NaN;
  if (size < LARGE) {
    const n = nearest<f64>(x * TWO_OVER_PI);
    return x - n * HALF_PI_HIGH - n * HALF_PI_LOW;
  }
  // What is over a half stands for a quarter more.
  return copysign<f64>(HALF_PI_64, x) * <f64>(<i64>(turnsOf(size) << 2));
}

/** The fraction of x / (2 pi) in units of 2^-64, for a large f32: 24 bits times those of 2 / pi that come to fractions of 4. */
function turnsOf(x: f64): u64 {
  const bits = reinterpret<u32>(<f32>x);
  const mantissa = <u64>((bits & 0x007fffff) | 0x00800000);
  const place = (bits >> 23) - 152;
  const high = twoOverPi(place);
  return mantissa * high + ((mantissa * (twoOverPi(place + 32) & 0xffffffff)) >> 32);
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
