import { ELEMENTWISE_BLOCK } from '../jobs';
import { Simd } from '../simd';

/** target[i] += factor * source[i] (weight decay). */
@unmanaged
export class AddScaledArgs {
  source: usize;
  target: usize;
  count: i32;
  factor: f64;
}

/** One block of work: ELEMENTWISE_BLOCK elements. */
export function addScaled<T>(args: AddScaledArgs, first: i32, last: i32): void {
  const shift = alignof<T>();
  const lanes = Simd.lanes<T>();
  const end = min<i32>(last * ELEMENTWISE_BLOCK, args.count);
  const zero = Simd.zero();
  const factor = v128.splat<T>(<T>args.factor);
  for (let i = first * ELEMENTWISE_BLOCK; i < end; i += lanes) {
    const offset = (<usize>i) << shift;
    const source = Simd.loadPartial<T>(args.source + offset, end - i, zero);
    const target = Simd.loadPartial<T>(args.target + offset, end - i, zero);
    Simd.storePartial<T>(args.target + offset, Simd.fma<T>(factor, source, target), end - i);
  }
}
