import { ELEMENTWISE_BLOCK } from '../jobs';
import { Simd } from '../simd';
import { Clamp } from './clamp';

/**
 * Forward: y[i] = min(max(x[i], 0), upper). Backward: dx[i] = 0 < x[i] < upper ? dy[i] : 0. ReLU: upper is NaN, no limit; ReLU6: 6.
 * NaN stays NaN forward. `target` may be `x` or `dy`.
 */
@unmanaged
export class ReluArgs {
  x: usize;
  /** Read by the gradient only. */
  dy: usize;
  target: usize;
  count: i32;
  upper: f64;
}

/** One block of work: ELEMENTWISE_BLOCK elements. */
export function relu<T>(args: ReluArgs, first: i32, last: i32): void {
  const shift = alignof<T>();
  const lanes = Simd.lanes<T>();
  const start = first * ELEMENTWISE_BLOCK;
  const count = min<i32>(last * ELEMENTWISE_BLOCK, args.count) - start;
  const zero = Simd.zero();
  const upper = v128.splat<T>(<T>args.upper);
  let x = args.x + ((<usize>start) << shift);
  let target = args.target + ((<usize>start) << shift);
  // Pointers alone: a counter beside them costs a sixth. The comparison makes 0 of -0, too, and keeps NaN.
  const end = target + ((<usize>(count & -(2 * lanes))) << shift);
  while (target < end) {
    const a = v128.load(x);
    const b = v128.load(x, 16);
    v128.store(target, v128.andnot(v128.pmin<T>(a, upper), v128.le<T>(a, zero)));
    v128.store(target, v128.andnot(v128.pmin<T>(b, upper), v128.le<T>(b, zero)), 16);
    x += 32;
    target += 32;
  }
  for (let left = count & (2 * lanes - 1); left > 0; left -= lanes) {
    Simd.storePartial<T>(target, Clamp.of<T>(Simd.loadPartial<T>(x, left, zero), zero, upper, zero), left);
    x += 16;
    target += 16;
  }
}

/** One block of work: ELEMENTWISE_BLOCK elements. */
export function reluGrad<T>(args: ReluArgs, first: i32, last: i32): void {
  const shift = alignof<T>();
  const lanes = Simd.lanes<T>();
  const end = min<i32>(last * ELEMENTWISE_BLOCK, args.count);
  const zero = Simd.zero();
  const upper = v128.splat<T>(<T>args.upper);
  let i = first * ELEMENTWISE_BLOCK;
  let x = args.x + ((<usize>i) << shift);
  let dy = args.dy + ((<usize>i) << shift);
  let target = args.target + ((<usize>i) << shift);
  for (; i <= end - 2 * lanes; i += 2 * lanes) {
    const a = v128.and(v128.load(dy), Simd.between<T>(v128.load(x), zero, upper));
    const b = v128.and(v128.load(dy, 16), Simd.between<T>(v128.load(x, 16), zero, upper));
    v128.store(target, a);
    v128.store(target, b, 16);
    x += 32;
    dy += 32;
    target += 32;
  }
  for (; i < end; i += lanes) {
    const open = Simd.between<T>(Simd.loadPartial<T>(x, end - i, zero), zero, upper);
    Simd.storePartial<T>(target, v128.and(Simd.loadPartial<T>(dy, end - i, zero), open), end - i);
    x += 16;
    dy += 16;
    target += 16;
  }
}
