import { Simd } from '../simd';
import { PlanarArgs } from './args';

/**
 * Stores `count` vectors, `fromBytes` apart at `from`, `toBytes` apart at `to`: as much of each as a row has, the elements
 * yColumn apart.
 *
 * By way of memory: with calls that take vectors, V8 keeps a tile's sums in memory from the first step on, and the tile takes four
 * times as long (31 channels to one, 4x4 with stride 2, input gradient).
 */
export function scatter<T>(
  args: PlanarArgs,
  from: usize,
  fromBytes: usize,
  to: usize,
  toBytes: usize,
  count: i32,
): void {
  const stride = (<usize>args.yColumn) << alignof<T>();
  for (; count > 0; --count) {
    const v = v128.load(from);
    if (args.yColumn == 1) Simd.storePartial<T>(to, v, args.outWidth);
    else Lane.storeApart<T>(to, v, args.outWidth, stride);
    from += fromBytes;
    to += toBytes;
  }
}

abstract class Lane {
  /** Stores the first `count` lanes (at most all), `stride` bytes apart. */
  @inline
  static storeApart<T>(address: usize, v: v128, count: i32, stride: usize): void {
    v128.store_lane<T>(address, v, 0);
    if (count > 1) v128.store_lane<T>(address + stride, v, 1);
    if (sizeof<T>() == 4) {
      if (count > 2) v128.store_lane<f32>(address + 2 * stride, v, 2);
      if (count > 3) v128.store_lane<f32>(address + 3 * stride, v, 3);
    }
  }
}
