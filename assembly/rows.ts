import { Lanes } from './lanes';
import { Simd } from './simd';

/*
 * Copies of rows of contiguous elements, one after another: from rows `sourceBytes` apart to rows `rowBytes` apart.
 */

/** Rows of `count` elements; the last vector goes back to end with the row. */
export function copyWhole<T>(
  source: usize,
  sourceBytes: usize,
  target: usize,
  rowBytes: usize,
  count: i32,
  rows: i32,
): void {
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
export function copyApart<T>(
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
