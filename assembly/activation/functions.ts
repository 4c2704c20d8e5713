import { Elementary } from '../loss/exp';
import { Simd } from '../simd';

// The activations one vector at a time: `value` of x, and `gradient`: dy times the derivative, by the forward pass's input or
// output, whichever is cheaper (`from`). A class each, so that the loop of activation.ts is compiled for each with nothing called.
// Nothing overflows: limits are met at infinity, and NaN stays NaN.

export abstract class Logistic {
  /** sigmoid(x), by e^-|x|. */
  @inline
  static sigmoid<T>(x: v128): v128 {
    const one = v128.splat<T>(<T>1);
    const e = Logistic.exponential<T>(x);
    const above = v128.bitselect(e, one, v128.lt<T>(x, Simd.zero()));
    return v128.div<T>(above, v128.add<T>(one, e));
  }

  /** sigmoid(-|x|): the half that keeps its precision as it goes to 0. */
  @inline
  static lower<T>(x: v128): v128 {
    const e = Logistic.exponential<T>(x);
    return v128.div<T>(e, v128.add<T>(v128.splat<T>(<T>1), e));
  }

  /** e^-|x|. */
  @inline
  static exponential<T>(x: v128): v128 {
    return Elementary.exp<T>(v128.neg<T>(v128.abs<T>(x)));
  }
}

/** y = x > 0 ? x : slope x. From x, or from y where slope > 0. */
@unmanaged
export class LeakyRelu {
  @inline
  value<T>(x: v128, slope: v128): v128 {
    return v128.bitselect(x, v128.mul<T>(x, slope), v128.gt<T>(x, Simd.zero()));
  }

  @inline
  gradient<T>(dy: v128, from: v128, slope: v128): v128 {
    return v128.bitselect(dy, v128.mul<T>(dy, slope), v128.gt<T>(from, Simd.zero()));
  }
}

/** y = x (x + 3) / 6 between -3 and 3, 0 below, x above. From x: x / 3 + 1/2 between, 0 below, 1 above. */
@unmanaged
export class HardSwish {
  @inline
  value<T>(x: v128, _slope: v128): v128 {
    const three = v128.splat<T>(<T>3);
    const y = v128.mul<T>(x, v128.mul<T>(v128.add<T>(x, three), v128.splat<T>(<T>(1.0 / 6.0))));
    const open = v128.bitselect(x, y, v128.ge<T>(x, three));
    return v128.andnot(open, v128.le<T>(x, v128.splat<T>(<T>-3)));
  }

  @inline
  gradient<T>(dy: v128, from: v128, _slope: v128): v128 {
    const three = v128.splat<T>(<T>3);
    const slope = Simd.fma<T>(from, v128.splat<T>(<T>(1.0 / 3.0)), v128.splat<T>(<T>0.5));
    const open = v128.bitselect(dy, v128.mul<T>(dy, slope), v128.ge<T>(from, three));
    return v128.andnot(open, v128.le<T>(from, v128.splat<T>(<T>-3)));
  }
}

/** y = 1 / (1 + e^-x). From y: y (1 - y). */
@unmanaged
export class Sigmoid {
  @inline
  value<T>(x: v128, _slope: v128): v128 {
    return Logistic.sigmoid<T>(x);
  }

  @inline
  gradient<T>(dy: v128, from: v128, _slope: v128): v128 {
    return v128.mul<T>(dy, v128.mul<T>(from, v128.sub<T>(v128.splat<T>(<T>1), from)));
  }
}

/** y = -m / (2 + m) with m = e^(-2 |x|) - 1, and the sign of x. From y: (1 - y) (1 + y). */
@unmanaged
export class Tanh {
  @inline
  value<T>(x: v128, _slope: v128): v128 {
    const m = Elementary.expm1<T>(v128.mul<T>(v128.abs<T>(x), v128.splat<T>(<T>-2)));
    const y = v128.div<T>(m, v128.add<T>(m, v128.splat<T>(<T>2)));
    return v128.bitselect(x, y, v128.splat<T>(<T>-0.0));
  }

  @inline
  gradient<T>(dy: v128, from: v128, _slope: v128): v128 {
    const one = v128.splat<T>(<T>1);
    return v128.mul<T>(dy, v128.mul<T>(v128.sub<T>(one, from), v128.add<T>(one, from)));
  }
}

/**
 * y = x s with s = sigmoid(x). From x: s (1 + x (1 - s)). Where a factor is 0 already, x is held to -1000 and 1000, since infinity
 * times 0 would be NaN; pmax and pmin keep NaN.
 */
@unmanaged
export class Silu {
  @inline
  value<T>(x: v128, _slope: v128): v128 {
    return v128.mul<T>(v128.pmax<T>(x, v128.splat<T>(<T>-1000)), Logistic.sigmoid<T>(x));
  }

  @inline
  gradient<T>(dy: v128, from: v128, _slope: v128): v128 {
    const one = v128.splat<T>(<T>1);
    const negative = v128.lt<T>(from, Simd.zero());
    const e = Logistic.exponential<T>(from);
    const reciprocal = v128.div<T>(one, v128.add<T>(one, e));
    const lower = v128.mul<T>(e, reciprocal);
    const s = v128.bitselect(lower, reciprocal, negative);
    const rest = v128.bitselect(reciprocal, lower, negative);
    const x = v128.pmin<T>(v128.pmax<T>(from, v128.splat<T>(<T>-1000)), v128.splat<T>(<T>1000));
    return v128.mul<T>(dy, v128.mul<T>(s, Simd.fma<T>(x, rest, one)));
  }
}
