import { Lanes } from '../lanes';
import { Simd } from '../simd';
import { PoolArgs } from './args';

// What a pool makes of a window, one vector at a time: `start`, joined with pixel after pixel in row-major order, then `finish`.
// A class without fields each, so that the loops are compiled for each with nothing called.

/** The largest; NaN if there is one. */
@unmanaged
export class Largest {
  @inline
  start<T>(): v128 {
    return v128.splat<T>(<T>-Infinity);
  }

  @inline
  join<T>(best: v128, x: v128): v128 {
    return Simd.max<T>(best, x);
  }

  @inline
  finish<_T>(best: v128, _weight: v128): v128 {
    return best;
  }

  /** A window of 2 x 2. */
  @inline
  of2x2<T>(a: v128, b: v128, c: v128, d: v128, _weight: v128): v128 {
    return Simd.max<T>(Simd.max<T>(a, b), Simd.max<T>(c, d));
  }

  /** Vectors of windows of 2 x 2 side by side: the two vectors of their upper rows and those of the lower ones. */
  @inline
  ofPairs<T>(upper0: v128, upper1: v128, lower0: v128, lower1: v128, _weight: v128): v128 {
    const column0 = Simd.max<T>(upper0, lower0);
    const column1 = Simd.max<T>(upper1, lower1);
    return Simd.max<T>(Lanes.even<T>(column0, column1), Lanes.odd<T>(column0, column1));
  }
}

/** The largest of those that are numbers: one instruction of x86, since pmax takes its second operand only where it compares beyond. */
@unmanaged
export class LargestNumber {
  @inline
  start<T>(): v128 {
    return v128.splat<T>(<T>-Infinity);
  }

  @inline
  join<T>(best: v128, x: v128): v128 {
    return v128.pmax<T>(best, x);
  }

  @inline
  finish<_T>(best: v128, _weight: v128): v128 {
    return best;
  }

  @inline
  of2x2<T>(a: v128, b: v128, c: v128, d: v128, _weight: v128): v128 {
    const best = v128.pmax<T>(v128.pmax<T>(this.start<T>(), a), b);
    return v128.pmax<T>(v128.pmax<T>(best, c), d);
  }
}

/** The sum, times `weight`. */
@unmanaged
export class Mean {
  /** 1 / what a window of height x width pixels inside the image is divided by. */
  @inline
  static weight<T>(args: PoolArgs, height: i32, width: i32): v128 {
    const pixels = args.countIncludePad ? args.kernelHeight * args.kernelWidth : height * width;
    return v128.splat<T>(<T>(<T>1 / <T>pixels));
  }

  @inline
  start<_T>(): v128 {
    return Simd.zero();
  }

  @inline
  join<T>(sum: v128, x: v128): v128 {
    return v128.add<T>(sum, x);
  }

  @inline
  finish<T>(sum: v128, weight: v128): v128 {
    return v128.mul<T>(sum, weight);
  }

  @inline
  of2x2<T>(a: v128, b: v128, c: v128, d: v128, weight: v128): v128 {
    let sum = v128.add<T>(Simd.zero(), a);
    sum = v128.add<T>(sum, b);
    sum = v128.add<T>(sum, c);
    sum = v128.add<T>(sum, d);
    return v128.mul<T>(sum, weight);
  }

  @inline
  ofPairs<T>(upper0: v128, upper1: v128, lower0: v128, lower1: v128, weight: v128): v128 {
    return this.of2x2<T>(
      Lanes.even<T>(upper0, upper1),
      Lanes.odd<T>(upper0, upper1),
      Lanes.even<T>(lower0, lower1),
      Lanes.odd<T>(lower0, lower1),
      weight,
    );
  }
}
