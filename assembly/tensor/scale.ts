import { ELEMENTWISE_BLOCK } from '../jobs';
import { Simd } from '../simd';

/** target[i] *= factor. */
@unmanaged
export class ScaleArgs {
  target: usize;
  count: i32;
  factor: f64;
}

/** One block of work: ELEMENTWISE_BLOCK elements. */
export function scale<T>(args: ScaleArgs, first: i32, last: i32): void {
  const lanes = Simd.lanes<T>();
  const end = min<i32>(last * ELEMENTWISE_BLOCK, args.count);
  const factor = v128.splat<T>(<T>args.factor);
  let i = first * ELEMENTWISE_BLOCK;
  let target = args.target + ((<usize>i) << alignof<T>());
  for (; i <= end - lanes; i += lanes) {
    v128.store(target, v128.mul<T>(v128.load(target), factor));
    target += 16;
  }
  if (i >= end) return;
  const tail = v128.mul<T>(Simd.loadTail<T>(target, end - i, Simd.zero()), factor);
  Simd.storeTail<T>(target, tail, end - i);
}
