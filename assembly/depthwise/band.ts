import { Simd } from '../simd';
import { FrameArgs } from './args';
import { Lanes } from './lanes';

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

/** Rows of `count` elements; the last vector goes back to end with the row. */
function copyWhole<T>(source: usize, sourceBytes: usize, target: usize, rowBytes: usize, count: i32, rows: i32): void {
  const lanes = Simd.lanes<T>();
  const shift = alignof<T>();
  if (count < lanes) {
    for (; rows > 0; --rows) {
      for (let i = 0; i < count; ++i) {
        const at = (<usize>i) << shift;
        store<T>(target + at, load<T>(source + at));
      }
      source += sourceBytes;
      target += rowBytes;
    }
    return;
  }
  const last = (<usize>(count - lanes)) << shift;
  for (; rows > 0; --rows) {
    for (let at: usize = 0; at < last; at += 16) v128.store(target + at, v128.load(source + at));
    v128.store(target + last, v128.load(source + last));
    source += sourceBytes;
    target += rowBytes;
  }
}

/** Rows of `count` elements, those of even and of odd index apart; the last pair of vectors goes back to end with the pairs. */
function copyApart<T>(
  source: usize,
  sourceBytes: usize,
  even: usize,
  odd: usize,
  rowBytes: usize,
  count: i32,
  rows: i32,
): void {
  const lanes = Simd.lanes<T>();
  const shift = alignof<T>();
  const pairs = count >> 1;
  const last = (<usize>(pairs - lanes)) << shift;
  for (; rows > 0; --rows) {
    if (pairs >= lanes) {
      for (let at: usize = 0; ; at = min<usize>(at + 16, last)) {
        const x = source + 2 * at;
        const a = v128.load(x);
        const b = v128.load(x, 16);
        v128.store(even + at, Lanes.even<T>(a, b));
        v128.store(odd + at, Lanes.odd<T>(a, b));
        if (at == last) break;
      }
    } else {
      for (let i = 0; i < pairs; ++i) {
        const at = (<usize>i) << shift;
        store<T>(even + at, load<T>(source + 2 * at));
        store<T>(odd + at, load<T>(source + 2 * at, sizeof<T>()));
      }
    }
    if (count & 1) {
      const at = (<usize>pairs) << shift;
      store<T>(even + at, load<T>(source + 2 * at));
    }
    source += sourceBytes;
    even += rowBytes;
    odd += rowBytes;
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
