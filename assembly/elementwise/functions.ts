import { Elementary } from '../loss/exp';
import { Simd } from '../simd';
import { Angles } from './angles';
import { Exponential } from './exponential';
import { Whole } from './whole';

// The functions of unary.ts, one vector at a time. A class without fields each, so that the loop is compiled for each with nothing
// called. `low` and `high` are the attributes of those that have some.

@unmanaged
export class Square {
  @inline
  of(x: v128, _low: v128, _high: v128): v128 {
    return f32x4.mul(x, x);
  }
}

@unmanaged
export class Root {
  @inline
  of(x: v128, _low: v128, _high: v128): v128 {
    return f32x4.sqrt(x);
  }
}

@unmanaged
export class InverseRoot {
  @inline
  of(x: v128, _low: v128, _high: v128): v128 {
    return f32x4.div(f32x4.splat(1), f32x4.sqrt(x));
  }
}

@unmanaged
export class Inverse {
  @inline
  of(x: v128, _low: v128, _high: v128): v128 {
    return f32x4.div(f32x4.splat(1), x);
  }
}

/** `high` is -0, here and for the next one: V8 would load it anew for every vector. */
@unmanaged
export class Negative {
  @inline
  of(x: v128, _low: v128, high: v128): v128 {
    return v128.xor(x, high);
  }
}

@unmanaged
export class Absolute {
  @inline
  of(x: v128, _low: v128, high: v128): v128 {
    return v128.andnot(x, high);
  }
}

/** `high`, which is 1, above 0, `low` elsewhere; NaN stays NaN. */
@unmanaged
export class Step {
  @inline
  of(x: v128, low: v128, high: v128): v128 {
    const y = v128.bitselect(high, low, f32x4.gt(x, Simd.zero()));
    return v128.bitselect(y, x, f32x4.eq(x, x));
  }
}

@unmanaged
export class Floor {
  @inline
  of(x: v128, _low: v128, _high: v128): v128 {
    return f32x4.floor(x);
  }
}

@unmanaged
export class Ceiling {
  @inline
  of(x: v128, _low: v128, _high: v128): v128 {
    return f32x4.ceil(x);
  }
}

/** Halves to the even neighbour; 0 of -1/2, though -0 of what is between. */
@unmanaged
export class Nearest {
  @inline
  of(x: v128, _low: v128, _high: v128): v128 {
    return v128.andnot(f32x4.nearest(x), f32x4.eq(x, f32x4.splat(-0.5)));
  }
}

/** 0 of NaN. */
@unmanaged
export class Sign {
  @inline
  of(x: v128, _low: v128, _high: v128): v128 {
    const above = v128.and(f32x4.gt(x, Simd.zero()), f32x4.splat(1));
    return v128.or(above, v128.and(f32x4.lt(x, Simd.zero()), f32x4.splat(-1)));
  }
}

/** NaN stays NaN. */
@unmanaged
export class Between {
  @inline
  of(x: v128, low: v128, high: v128): v128 {
    return Simd.clamp<f32>(x, low, high);
  }
}

@unmanaged
export class Exp {
  @inline
  of(x: v128, _low: v128, _high: v128): v128 {
    return Exponential.exp(x);
  }
}

/** -0 stays -0. */
@unmanaged
export class Expm1 {
  @inline
  of(x: v128, _low: v128, _high: v128): v128 {
    const half = Exponential.halfExpm1(x);
    return v128.bitselect(x, f32x4.add(half, half), f32x4.eq(x, Simd.zero()));
  }
}

/** `high` times x from 0 on, `low` times e^x - 1 below: ELU, SELU. */
@unmanaged
export class Elu {
  @inline
  of(x: v128, low: v128, high: v128): v128 {
    const below = f32x4.mul(Elementary.expm1<f32>(x), low);
    return v128.bitselect(f32x4.mul(x, high), below, f32x4.ge(x, Simd.zero()));
  }
}

@unmanaged
export class Log {
  @inline
  of(x: v128, _low: v128, _high: v128): v128 {
    return Exponential.log(x);
  }
}

/** With h = (e^|x| - 1) / 2: h + h / (2 h + 1), and the sign of x. */
@unmanaged
export class Sinh {
  @inline
  of(x: v128, _low: v128, _high: v128): v128 {
    const h = Exponential.halfExpm1(f32x4.abs(x));
    const y = f32x4.add(h, f32x4.div(h, f32x4.add(f32x4.add(h, h), f32x4.splat(1))));
    // Infinity over infinity is that.
    const open = v128.bitselect(h, y, f32x4.gt(h, f32x4.splat(1e30)));
    return v128.bitselect(x, open, f32x4.splat(-0.0));
  }
}

/** With e = e^|x| / 2: e + 1 / (4 e). */
@unmanaged
export class Cosh {
  @inline
  of(x: v128, _low: v128, _high: v128): v128 {
    const e = f32x4.add(Exponential.halfExpm1(f32x4.abs(x)), f32x4.splat(0.5));
    return f32x4.add(e, f32x4.div(f32x4.splat(0.25), e));
  }
}

const HALF_PI: f32 = 1.5707963705062866;
/** pi / 2 - HALF_PI. */
const HALF_PI_REST: f32 = -4.371139000186241e-8;

export abstract class Arc {
  /** pi / 2 of f32 lanes, as a sum of two. */
  @inline
  static quarter(): v128 {
    return f32x4.splat(HALF_PI);
  }

  @inline
  static quarterRest(): v128 {
    return f32x4.splat(HALF_PI_REST);
  }

  @inline
  static half(x: v128): v128 {
    return f32x4.gt(x, f32x4.splat(0.5));
  }

  /** asin of |x| <= 1/2, half of acos above, where s is the root of (1 - |x|) / 2: s + s z P(z), z = s^2. */
  @inline
  static sine(x: v128, above: v128): v128 {
    const one = f32x4.splat(1);
    const folded = f32x4.mul(f32x4.sub(one, x), f32x4.splat(0.5));
    const s = v128.bitselect(f32x4.sqrt(folded), x, above);
    const z = v128.bitselect(folded, f32x4.mul(x, x), above);
    let p = Simd.fma<f32>(f32x4.splat(0.04221854614712212), z, f32x4.splat(0.024147611857592895));
    p = Simd.fma<f32>(p, z, f32x4.splat(0.04547709711438622));
    p = Simd.fma<f32>(p, z, f32x4.splat(0.0749524177748079));
    p = Simd.fma<f32>(p, z, f32x4.splat(0.16666753928108577));
    return Simd.fma<f32>(f32x4.mul(s, z), p, s);
  }

  /** atan of lanes from 0 to infinity: above sqrt 2 + 1 as pi / 2 + atan(-1 / x), above sqrt 2 - 1 as pi / 4 + atan((x - 1) / (x + 1)). */
  @inline
  static tangent(x: v128): v128 {
    const one = f32x4.splat(1);
    const far = f32x4.gt(x, f32x4.splat(2.414213562373095));
    const middle = f32x4.gt(x, f32x4.splat(0.4142135623730951));
    const above = v128.bitselect(f32x4.splat(-1), v128.bitselect(f32x4.sub(x, one), x, middle), far);
    const below = v128.bitselect(x, v128.bitselect(f32x4.add(x, one), one, middle), far);
    const t = f32x4.div(above, below);
    const z = f32x4.mul(t, t);
    let p = Simd.fma<f32>(f32x4.splat(0.08059913618954276), z, f32x4.splat(-0.13879735940169596));
    p = Simd.fma<f32>(p, z, f32x4.splat(0.19977916346822974));
    p = Simd.fma<f32>(p, z, f32x4.splat(-0.3333295502343589));
    const half = v128.bitselect(one, v128.and(middle, f32x4.splat(0.5)), far);
    const rest = Simd.fma<f32>(f32x4.mul(t, z), p, f32x4.mul(half, f32x4.splat(HALF_PI_REST)));
    return f32x4.add(f32x4.mul(half, f32x4.splat(HALF_PI)), f32x4.add(t, rest));
  }
}

@unmanaged
export class Asin {
  @inline
  of(x: v128, _low: v128, _high: v128): v128 {
    const size = f32x4.abs(x);
    const above = Arc.half(size);
    const s = Arc.sine(size, above);
    const folded = f32x4.sub(f32x4.splat(HALF_PI), f32x4.sub(f32x4.add(s, s), f32x4.splat(HALF_PI_REST)));
    return v128.bitselect(x, v128.bitselect(folded, s, above), f32x4.splat(-0.0));
  }
}

@unmanaged
export class Acos {
  @inline
  of(x: v128, _low: v128, _high: v128): v128 {
    const size = f32x4.abs(x);
    const above = Arc.half(size);
    const s = Arc.sine(size, above);
    const signed = v128.xor(s, v128.and(x, f32x4.splat(-0.0)));
    const near = f32x4.sub(f32x4.splat(HALF_PI), f32x4.sub(signed, f32x4.splat(HALF_PI_REST)));
    const twice = f32x4.add(s, s);
    const rest = f32x4.sub(twice, f32x4.splat(2 * HALF_PI_REST));
    const far = v128.bitselect(f32x4.sub(f32x4.splat(2 * HALF_PI), rest), twice, f32x4.lt(x, Simd.zero()));
    return v128.bitselect(far, near, above);
  }
}

@unmanaged
export class Atan {
  @inline
  of(x: v128, _low: v128, _high: v128): v128 {
    return v128.bitselect(x, Arc.tangent(f32x4.abs(x)), f32x4.splat(-0.0));
  }
}

@unmanaged
export class Sine {
  @inline
  of(x: v128, _low: v128, _high: v128): v128 {
    return Angles.turned(x, 0);
  }
}

@unmanaged
export class Cosine {
  @inline
  of(x: v128, _low: v128, _high: v128): v128 {
    return Angles.turned(x, 1);
  }
}

/** Two f64 lanes. */
@unmanaged
export class Tangent {
  @inline
  of(x: v128): v128 {
    return Angles.tangent(x);
  }
}

/** Logarithms of what is made of f64 lanes; near 0, where that has lost the small ones, by the first terms of the series. */
abstract class Logarithm {
  @inline
  static near(x: v128): v128 {
    return f64x2.lt(f64x2.abs(x), f64x2.splat(0.000244140625));
  }
}

@unmanaged
export class Log1p {
  @inline
  of(x: v128, _low: v128, _high: v128): v128 {
    return Exponential.log1p(x);
  }
}

/** Two f64 lanes. */
@unmanaged
export class Asinh {
  @inline
  of(x: v128): v128 {
    const one = f64x2.splat(1);
    const size = f64x2.abs(x);
    const z = f64x2.mul(x, x);
    const y = Exponential.wideLog(f64x2.add(size, f64x2.sqrt(f64x2.add(z, one))));
    const small = f64x2.mul(x, f64x2.sub(one, f64x2.mul(z, f64x2.splat(1.0 / 6.0))));
    return v128.bitselect(x, v128.bitselect(small, y, Logarithm.near(x)), f64x2.splat(-0.0));
  }
}

/** Two f64 lanes. */
@unmanaged
export class Acosh {
  @inline
  of(x: v128): v128 {
    const root = f64x2.sqrt(f64x2.sub(f64x2.mul(x, x), f64x2.splat(1)));
    // Below 1 the root is NaN, or lost in x.
    return Exponential.wideLog(v128.or(f64x2.add(x, root), f64x2.lt(x, Simd.zero())));
  }
}

/** Two f64 lanes. */
@unmanaged
export class Atanh {
  @inline
  of(x: v128): v128 {
    const one = f64x2.splat(1);
    const size = f64x2.abs(x);
    const log = Exponential.wideLog(f64x2.div(f64x2.add(one, size), f64x2.sub(one, size)));
    const y = f64x2.mul(log, f64x2.splat(0.5));
    const small = f64x2.mul(x, Simd.fma<f64>(f64x2.mul(x, x), f64x2.splat(1.0 / 3.0), one));
    return v128.bitselect(x, v128.bitselect(small, y, Logarithm.near(x)), f64x2.splat(-0.0));
  }
}

/** Two f64 lanes: 1 - P(t) e^(-x^2), t = 1 / (1 + p |x|) (Abramowitz and Stegun 7.1.26, right to 1.5e-7), and the sign of x. */
@unmanaged
export class Erf {
  @inline
  of(x: v128): v128 {
    const one = f64x2.splat(1);
    const t = f64x2.div(one, Simd.fma<f64>(f64x2.abs(x), f64x2.splat(0.3275911), one));
    let p = Simd.fma<f64>(f64x2.splat(1.061405429), t, f64x2.splat(-1.453152027));
    p = Simd.fma<f64>(p, t, f64x2.splat(1.421413741));
    p = Simd.fma<f64>(p, t, f64x2.splat(-0.284496736));
    p = Simd.fma<f64>(p, t, f64x2.splat(0.254829592));
    const e = Exponential.wideExp(f64x2.neg(f64x2.mul(x, x)));
    const y = f64x2.sub(one, f64x2.mul(f64x2.mul(p, t), e));
    const signed = v128.bitselect(x, y, f64x2.splat(-0.0));
    return v128.bitselect(x, signed, f64x2.eq(x, Simd.zero()));
  }
}

/** ln 2^-23 + 2: below it e^x, above its opposite x. */
const SOFTPLUS_EDGE: f64 = -13.942385152878742;

/** Two f64 lanes: ln(1 + e^x). */
@unmanaged
export class Softplus {
  @inline
  of(x: v128): v128 {
    const e = Exponential.wideExp(x);
    const y = Exponential.wideLog(f64x2.add(e, f64x2.splat(1)));
    const above = v128.bitselect(x, y, f64x2.gt(x, f64x2.splat(-SOFTPLUS_EDGE)));
    return v128.bitselect(e, above, f64x2.lt(x, f64x2.splat(SOFTPLUS_EDGE)));
  }
}

@unmanaged
export class IsNan {
  @inline
  of(x: v128): v128 {
    return f32x4.ne(x, x);
  }
}

@unmanaged
export class IsInfinite {
  @inline
  of(x: v128): v128 {
    return f32x4.eq(f32x4.abs(x), f32x4.splat(Infinity));
  }
}

@unmanaged
export class IsFinite {
  @inline
  of(x: v128): v128 {
    return f32x4.lt(f32x4.abs(x), f32x4.splat(Infinity));
  }
}

/** Of NaN, too. */
@unmanaged
export class IsTrue {
  @inline
  of(x: v128): v128 {
    return f32x4.ne(x, Simd.zero());
  }
}

@unmanaged
export class WholeIsZero {
  @inline
  of(x: v128): v128 {
    return i32x4.eq(x, Simd.zero());
  }
}

@unmanaged
export class ToWhole {
  @inline
  of(x: v128, _low: v128, _high: v128): v128 {
    return Whole.ofFloats(x);
  }
}

@unmanaged
export class ToFloat {
  @inline
  of(x: v128, _low: v128, _high: v128): v128 {
    return f32x4.convert_i32x4_s(x);
  }
}

@unmanaged
export class Same {
  @inline
  of(x: v128, _low: v128, _high: v128): v128 {
    return x;
  }
}

@unmanaged
export class WholeNegative {
  @inline
  of(x: v128, _low: v128, _high: v128): v128 {
    return i32x4.neg(x);
  }
}

@unmanaged
export class WholeAbsolute {
  @inline
  of(x: v128, _low: v128, _high: v128): v128 {
    return i32x4.abs(x);
  }
}

/** Both limits are whole. */
@unmanaged
export class WholeBetween {
  @inline
  of(x: v128, low: v128, high: v128): v128 {
    return i32x4.max_s(i32x4.min_s(x, high), low);
  }
}
