import { Lanes } from '../lanes';
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
    else Lanes.storeApart<T>(to, v, stride, args.outWidth);
    from += fromBytes;
    to += toBytes;
  }
}
