import { Simd } from '../simd';

/** Stores the first `count` lanes (at most all), `stride` bytes apart. */
export function storeApart<T>(address: usize, v: v128, count: i32, stride: usize): void {
  if (stride == sizeof<T>()) {
    Simd.storePartial<T>(address, v, count);
    return;
  }
  v128.store_lane<T>(address, v, 0);
  if (count > 1) v128.store_lane<T>(address + stride, v, 1);
  if (sizeof<T>() == 8) return;
  if (count > 2) v128.store_lane<T>(address + 2 * stride, v, 2);
  if (count > 3) v128.store_lane<T>(address + 3 * stride, v, 3);
}
