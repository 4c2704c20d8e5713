import { ELEMENTWISE_BLOCK } from '../jobs';
import { Simd } from '../simd';

/** target[i] = f(source[i]); `target` may be `source`. */
@unmanaged
export class UnaryArgs {
  source: usize;
  target: usize;
  count: i32;
  /** One of KIND_*. */
  kind: i32;
  /** Of KIND_STEP at 0 and below. */
  low: f64;
}

const KIND_SQUARE: i32 = 0;
const KIND_SQRT: i32 = 1;
const KIND_RSQRT: i32 = 2;
const KIND_NEG: i32 = 3;
const KIND_ABS: i32 = 4;
const KIND_STEP: i32 = 5;

// A class without fields for each function, so that the loop is compiled for each with nothing called.

@unmanaged
class Square {
  @inline
  of<T>(x: v128, _low: v128): v128 {
    return v128.mul<T>(x, x);
  }
}

@unmanaged
class Root {
  @inline
  of<T>(x: v128, _low: v128): v128 {
    return v128.sqrt<T>(x);
  }
}

@unmanaged
class InverseRoot {
  @inline
  of<T>(x: v128, _low: v128): v128 {
    return v128.div<T>(v128.splat<T>(<T>1), v128.sqrt<T>(x));
  }
}

@unmanaged
class Negative {
  @inline
  of<T>(x: v128, _low: v128): v128 {
    return v128.neg<T>(x);
  }
}

@unmanaged
class Absolute {
  @inline
  of<T>(x: v128, _low: v128): v128 {
    return v128.abs<T>(x);
  }
}

/** 1 above 0, `low` elsewhere; NaN stays NaN. */
@unmanaged
class Step {
  @inline
  of<T>(x: v128, low: v128): v128 {
    const y = v128.bitselect(v128.splat<T>(<T>1), low, v128.gt<T>(x, Simd.zero()));
    return v128.bitselect(y, x, v128.eq<T>(x, x));
  }
}

/** One block of work: ELEMENTWISE_BLOCK elements. */
export function unary<T>(args: UnaryArgs, first: i32, last: i32): void {
  if (args.kind == KIND_SQUARE) values<T, Square>(args, first, last);
  else if (args.kind == KIND_SQRT) values<T, Root>(args, first, last);
  else if (args.kind == KIND_RSQRT) values<T, InverseRoot>(args, first, last);
  else if (args.kind == KIND_NEG) values<T, Negative>(args, first, last);
  else if (args.kind == KIND_ABS) values<T, Absolute>(args, first, last);
  else if (args.kind == KIND_STEP) values<T, Step>(args, first, last);
}

function values<T, F>(args: UnaryArgs, first: i32, last: i32): void {
  const shift = alignof<T>();
  const lanes = Simd.lanes<T>();
  // Nothing is read through it: F has no fields.
  const f = changetype<F>(0);
  const end = min<i32>(last * ELEMENTWISE_BLOCK, args.count);
  const low = v128.splat<T>(<T>args.low);
  let i = first * ELEMENTWISE_BLOCK;
  let source = args.source + ((<usize>i) << shift);
  let target = args.target + ((<usize>i) << shift);
  for (; i <= end - lanes; i += lanes) {
    v128.store(target, f.of<T>(v128.load(source), low));
    source += 16;
    target += 16;
  }
  if (i < end) Simd.storeTail<T>(target, f.of<T>(Simd.loadTail<T>(source, end - i, low), low), end - i);
}
