import { Simd } from '../simd';
import { Exponential } from './exponential';
import { Arc } from './functions';
import { Whole, wrappedSquares } from './whole';

// The functions of binary.ts, one vector at a time. A class without fields each, so that the loop is compiled for each with nothing
// called.

/** Of f32 or i32 lanes. */
@unmanaged
export class Sum {
  @inline
  of<T>(a: v128, b: v128): v128 {
    return v128.add<T>(a, b);
  }
}

/** Of f32 or i32 lanes. */
@unmanaged
export class Difference {
  @inline
  of<T>(a: v128, b: v128): v128 {
    return v128.sub<T>(a, b);
  }
}

/** Of f32 or i32 lanes. */
@unmanaged
export class Product {
  @inline
  of<T>(a: v128, b: v128): v128 {
    return isFloat<T>() ? f32x4.mul(a, b) : Whole.product(a, b);
  }
}

@unmanaged
export class Quotient {
  @inline
  of<_T>(a: v128, b: v128): v128 {
    return f32x4.div(a, b);
  }
}

/** Of f32 or i32 lanes; NaN where there is one. */
@unmanaged
export class Larger {
  @inline
  of<T>(a: v128, b: v128): v128 {
    return v128.max<T>(a, b);
  }
}

/** Of f32 or i32 lanes; NaN where there is one. */
@unmanaged
export class Smaller {
  @inline
  of<T>(a: v128, b: v128): v128 {
    return v128.min<T>(a, b);
  }
}

/** Of f32 or i32 lanes. */
@unmanaged
export class SquaredDifference {
  @inline
  of<T>(a: v128, b: v128): v128 {
    const difference = v128.sub<T>(a, b);
    if (isFloat<T>()) return f32x4.mul(difference, difference);
    return Whole.small(a, b) ? i32x4.mul(difference, difference) : wrappedSquares(a, b);
  }
}

@unmanaged
export class Bits {
  @inline
  of<_T>(a: v128, b: v128): v128 {
    return v128.and(a, b);
  }
}

/** a, below 0 times b. */
@unmanaged
export class Prelu {
  @inline
  of<_T>(a: v128, b: v128): v128 {
    return v128.bitselect(f32x4.mul(a, b), a, f32x4.lt(a, Simd.zero()));
  }
}

/** The gradient a behind the output b of ELU. */
@unmanaged
export class EluGrad {
  @inline
  of<_T>(a: v128, b: v128): v128 {
    const below = f32x4.mul(a, f32x4.add(b, f32x4.splat(1)));
    return v128.bitselect(a, below, f32x4.ge(b, Simd.zero()));
  }
}

/** The angle of (b, a): of the smaller over the larger, unfolded. Of two infinities as of two ones, of two zeros 0 or pi. */
@unmanaged
export class Angle {
  @inline
  of<_T>(a: v128, b: v128): v128 {
    const sign = f32x4.splat(-0.0);
    const infinity = f32x4.splat(Infinity);
    const x = f32x4.abs(b);
    const y = f32x4.abs(a);
    const steep = f32x4.gt(y, x);
    const above = v128.bitselect(x, y, steep);
    const below = v128.bitselect(y, x, steep);
    const ratio = f32x4.div(above, below);
    const equal = v128.and(f32x4.eq(above, infinity), f32x4.splat(1));
    // 0 / 0 and infinity / infinity.
    const defined = v128.and(f32x4.gt(below, Simd.zero()), f32x4.lt(above, infinity));
    const t = Arc.tangent(v128.bitselect(ratio, equal, defined));
    const turned = f32x4.add(f32x4.sub(Arc.quarter(), t), Arc.quarterRest());
    const right = v128.bitselect(turned, t, steep);
    const left = f32x4.add(
      f32x4.sub(f32x4.add(Arc.quarter(), Arc.quarter()), right),
      f32x4.add(Arc.quarterRest(), Arc.quarterRest()),
    );
    // The sign of b as a mask: -0 stands on the left, too.
    const size = v128.bitselect(left, right, i32x4.shr_s(b, 31));
    const signed = v128.bitselect(a, size, sign);
    return v128.or(signed, v128.or(f32x4.ne(a, a), f32x4.ne(b, b)));
  }
}

/** The mask of lanes of any type. */
@unmanaged
export class Equal {
  @inline
  of<T>(a: v128, b: v128): v128 {
    return v128.eq<T>(a, b);
  }
}

/** The mask of lanes of any type. */
@unmanaged
export class Other {
  @inline
  of<T>(a: v128, b: v128): v128 {
    return v128.ne<T>(a, b);
  }
}

/** The mask of lanes of any type. */
@unmanaged
export class Less {
  @inline
  of<T>(a: v128, b: v128): v128 {
    return v128.lt<T>(a, b);
  }
}

/** The mask of lanes of any type. */
@unmanaged
export class LessOrEqual {
  @inline
  of<T>(a: v128, b: v128): v128 {
    return v128.le<T>(a, b);
  }
}

/** Of bytes, as JavaScript's operator has it. */
@unmanaged
export class Both {
  @inline
  of<_T>(a: v128, b: v128): v128 {
    return v128.and(b, i8x16.ne(a, Simd.zero()));
  }
}

/** Of bytes, as JavaScript's operator has it. */
@unmanaged
export class Either {
  @inline
  of<_T>(a: v128, b: v128): v128 {
    return v128.bitselect(a, b, i8x16.ne(a, Simd.zero()));
  }
}

/** The whole part of quotients, of two f64 lanes. */
@unmanaged
export class FloorQuotient {
  @inline
  of(a: v128, b: v128): v128 {
    return f64x2.floor(f64x2.div(a, b));
  }
}

/**
 * What is left of a by b, with the sign of b, of two f64 lanes that were f32 or i32. A quotient below 2^29 is rounded to a whole number
 * only where it is one, and times b exact.
 */
@unmanaged
export class Remainder {
  @inline
  of(a: v128, b: v128): v128 {
    const sign = f64x2.splat(-0.0);
    const q = f64x2.trunc(f64x2.div(a, b));
    let rest = f64x2.sub(a, f64x2.mul(q, b));
    const exact = v128.and(
      f64x2.lt(f64x2.abs(q), f64x2.splat(536870912)),
      f64x2.lt(f64x2.abs(b), f64x2.splat(Infinity)),
    );
    if (!i64x2.all_true(exact)) rest = remainders(a, b);
    rest = v128.bitselect(a, rest, sign);
    const zero = Simd.zero();
    const negative = v128.and(f64x2.lt(a, zero), f64x2.lt(b, zero));
    const positive = v128.and(f64x2.ge(a, zero), f64x2.ge(b, zero));
    const sum = f64x2.add(rest, b);
    // (rest + b) % b: 0 with its sign where the sum is b again, NaN of infinities.
    const whole = f64x2.eq(sum, b);
    const left = v128.bitselect(f64x2.mul(b, zero), sum, whole);
    return v128.bitselect(rest, left, v128.or(negative, positive));
  }
}

function remainders(a: v128, b: v128): v128 {
  return f64x2(
    f64x2.extract_lane(a, 0) % f64x2.extract_lane(b, 0),
    f64x2.extract_lane(a, 1) % f64x2.extract_lane(b, 1),
  );
}

/** a to the power of b as Math.pow has it, of two f64 lanes that were f32. */
@unmanaged
export class Power {
  @inline
  of(a: v128, b: v128): v128 {
    const size = f64x2.abs(a);
    const infinity = f64x2.splat(Infinity);
    const y = Exponential.wideExp(f64x2.mul(b, Exponential.wideLog(size)));
    const plain = v128.and(v128.and(f64x2.gt(a, Simd.zero()), f64x2.lt(a, infinity)), f64x2.lt(f64x2.abs(b), infinity));
    return i64x2.all_true(plain) ? y : powers(a, b, y);
  }
}

function powers(a: v128, b: v128, y: v128): v128 {
  return f64x2(
    power(f64x2.extract_lane(a, 0), f64x2.extract_lane(b, 0), f64x2.extract_lane(y, 0)),
    power(f64x2.extract_lane(a, 1), f64x2.extract_lane(b, 1), f64x2.extract_lane(y, 1)),
  );
}

/** @param y |a| to the power of b, where both are finite and a is not 0 */
function power(a: f64, b: f64, y: f64): f64 {
  if (b == 0) return 1;
  const size = abs<f64>(a);
  // One is NaN.
  if (!(size <= Infinity && abs<f64>(b) <= Infinity)) return NaN;
  if (abs<f64>(b) == Infinity) {
    if (size == 1) return NaN;
    return size > 1 == b > 0 ? Infinity : 0;
  }
  const whole = floor<f64>(b) == b;
  const odd = whole && floor<f64>(b * 0.5) * 2 != b;
  let result = y;
  if (size == 0 || size == Infinity) result = (size == 0) == b < 0 ? Infinity : 0;
  else if (a < 0 && !whole) return NaN;
  return odd ? copysign<f64>(result, a) : result;
}
