import { copyApart, copyWhole } from '../rows';
import { Simd } from '../simd';
import { FrameArgs } from './args';

/**
 * Copies frame rows `first` to `last` - 1 of the plane at `source` to `target`. Columns that are not the plane's are left as they
 * are, zero; rows that are not are filled with zeros.
 */
export function copyRows<T>(args: FrameArgs, source: usize, target: usize, first: i32, last: i32): void {
  const shift = alignof<T>();
  const rowBytes = (<usize>(args.split * args.pitch)) << shift;
  const sourceBytes = (<usize>args.rowStride) << shift;
  const top = min<i32>(last, args.top);
  for (; first < top; ++first) {
    clear(target, rowBytes);
    target += rowBytes;
  }
  const bottom = min<i32>(last, args.top + args.height);
  if (first < bottom) {
    const rows = bottom - first;
    copyInside<T>(args, source + <usize>(first - args.top) * sourceBytes, target, rows);
    target += <usize>rows * rowBytes;
    first = bottom;
  }
  for (; first < last; ++first) {
    clear(target, rowBytes);
    target += rowBytes;
  }
}

/** `bytes` zeros, a multiple of 16; memory.fill is a call out of wasm. */
export function clear(target: usize, bytes: usize): void {
  for (const end = target + bytes; target < end; target += 16) v128.store(target, Simd.zero());
}

function copyInside<T>(args: FrameArgs, source: usize, target: usize, rows: i32): void {
  const shift = alignof<T>();
  const pitchBytes = (<usize>args.pitch) << shift;
  const rowBytes = <usize>args.split * pitchBytes;
  const sourceBytes = (<usize>args.rowStride) << shift;
  target += (<usize>args.inset) << shift;
  if (args.columnStride == 1 && args.split == 1) {
    copyWhole<T>(source, sourceBytes, target + ((<usize>args.left) << shift), rowBytes, args.width, rows);
    return;
  }
  if (args.columnStride == 1 && args.split == 2) {
    // The plane's even columns are the frame's even ones, or its odd ones.
    const even = target + (args.left & 1 ? pitchBytes : 0) + ((<usize>(args.left >> 1)) << shift);
    const odd = target + (args.left & 1 ? 0 : pitchBytes) + ((<usize>((args.left + 1) >> 1)) << shift);
    copyApart<T>(source, sourceBytes, even, odd, rowBytes, args.width, rows);
    return;
  }
  for (; rows > 0; --rows) {
    scatterRow<T>(args, source, target);
    source += sourceBytes;
    target += rowBytes;
  }
}

/** One row of any column stride, into any number of segments. */
function scatterRow<T>(args: FrameArgs, source: usize, target: usize): void {
  const shift = alignof<T>();
  const columnBytes = (<usize>args.columnStride) << shift;
  let segment = args.left % args.split;
  let column = args.left / args.split;
  for (let x = args.width; x > 0; --x) {
    store<T>(target + ((<usize>(segment * args.pitch + column)) << shift), load<T>(source));
    source += columnBytes;
    if (++segment == args.split) {
      segment = 0;
      ++column;
    }
  }
}
