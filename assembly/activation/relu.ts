import { ELEMENTWISE_BLOCK } from '../jobs';
import { Simd } from '../simd';

/**
 * Forward: y[i] = max(x[i], 0). Backward: dx[i] = 0 < x[i] < upper ? dy[i] : 0 (ReLU: upper is NaN, no limit). NaN stays NaN forward.
 * `target` may
 * be `x` or `dy`.
 */
@unmanaged
export class ReluArgs {
  x: usize;
  /** Read by the gradient only. */
  dy: usize;
  target: usize;
  count: i32;
  /** Read by the gradient only. */
  upper: f64;
}

/** One block of work: ELEMENTWISE_BLOCK elements. */
export function relu<T>(args: ReluArgs, first: i32, last: i32): void {
  const shift = alignof<T>();
  const lanes = Simd.lanes<T>();
  const end = min<i32>(last * ELEMENTWISE_BLOCK, args.count);
  const zero = Simd.zero();
  for (let i = first * ELEMENTWISE_BLOCK; i < end; i += lanes) {
    const offset = (<usize>i) << shift;
    const x = Simd.loadPartial<T>(args.x + offset, end - i, zero);
    Simd.storePartial<T>(args.target + offset, v128.max<T>(x, zero), end - i);
  }
}

/** One block of work: ELEMENTWISE_BLOCK elements. */
export function reluGrad<T>(args: ReluArgs, first: i32, last: i32): void {
  const shift = alignof<T>();
  const lanes = Simd.lanes<T>();
  const end = min<i32>(last * ELEMENTWISE_BLOCK, args.count);
  const zero = Simd.zero();
  const upper = v128.splat<T>(<T>args.upper);
  for (let i = first * ELEMENTWISE_BLOCK; i < end; i += lanes) {
    const offset = (<usize>i) << shift;
    const x = Simd.loadPartial<T>(args.x + offset, end - i, zero);
    const dy = Simd.loadPartial<T>(args.dy + offset, end - i, zero);
    Simd.storePartial<T>(args.target + offset, v128.and(dy, Simd.between<T>(x, zero, upper)), end - i);
  }
}
