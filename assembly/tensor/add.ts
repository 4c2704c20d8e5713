import { Clamp } from '../activation/clamp';
import { ELEMENTWISE_BLOCK } from '../jobs';
import { Simd } from '../simd';

/**
 * target[i] = min(max(a[i] + b[i], lower), upper) (a residual connection and its activation), or, where there is an `output`,
 * 0 < output[i] < upper ? a[i] + b[i] : 0 (the gradient of what was activated and went into both). NaN as `upper` is no limit, and a
 * sum that is NaN stays. `target` may be `a` or `b`.
 */
@unmanaged
export class AddArgs {
  a: usize;
  b: usize;
  target: usize;
  /** 0: none. */
  output: usize;
  count: i32;
  lower: f64;
  upper: f64;
}

/** One block of work: ELEMENTWISE_BLOCK elements. */
export function add<T>(args: AddArgs, first: i32, last: i32): void {
  if (args.output) maskedSums<T>(args, first, last);
  else sums<T>(args, first, last);
}

function sums<T>(args: AddArgs, first: i32, last: i32): void {
  const shift = alignof<T>();
  const lanes = Simd.lanes<T>();
  const end = min<i32>(last * ELEMENTWISE_BLOCK, args.count);
  const lower = v128.splat<T>(<T>args.lower);
  const upper = v128.splat<T>(<T>args.upper);
  const zero = Clamp.zero<T>(args.lower);
  let i = first * ELEMENTWISE_BLOCK;
  let a = args.a + ((<usize>i) << shift);
  let b = args.b + ((<usize>i) << shift);
  let target = args.target + ((<usize>i) << shift);
  for (; i <= end - 2 * lanes; i += 2 * lanes) {
    const low = v128.add<T>(v128.load(a), v128.load(b));
    const high = v128.add<T>(v128.load(a, 16), v128.load(b, 16));
    v128.store(target, Clamp.of<T>(low, lower, upper, zero));
    v128.store(target, Clamp.of<T>(high, lower, upper, zero), 16);
    a += 32;
    b += 32;
    target += 32;
  }
  for (; i < end; i += lanes) {
    const sum = v128.add<T>(Simd.loadPartial<T>(a, end - i, zero), Simd.loadPartial<T>(b, end - i, zero));
    Simd.storePartial<T>(target, Clamp.of<T>(sum, lower, upper, zero), end - i);
    a += 16;
    b += 16;
    target += 16;
  }
}

function maskedSums<T>(args: AddArgs, first: i32, last: i32): void {
  const shift = alignof<T>();
  const lanes = Simd.lanes<T>();
  const end = min<i32>(last * ELEMENTWISE_BLOCK, args.count);
  const zero = Simd.zero();
  const upper = v128.splat<T>(<T>args.upper);
  let i = first * ELEMENTWISE_BLOCK;
  let a = args.a + ((<usize>i) << shift);
  let b = args.b + ((<usize>i) << shift);
  let output = args.output + ((<usize>i) << shift);
  let target = args.target + ((<usize>i) << shift);
  for (; i < end; i += lanes) {
    const left = end - i;
    const sum = v128.add<T>(Simd.loadPartial<T>(a, left, zero), Simd.loadPartial<T>(b, left, zero));
    const open = Simd.between<T>(Simd.loadPartial<T>(output, left, zero), zero, upper);
    Simd.storePartial<T>(target, v128.and(sum, open), left);
    a += 16;
    b += 16;
    output += 16;
    target += 16;
  }
}
