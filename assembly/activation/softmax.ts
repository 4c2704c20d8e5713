import { Elementary } from '../loss/exp';
import { Simd } from '../simd';

/**
 * Softmax over rows of `classes` elements, and its gradient:
 *
 *     y[row][j] = e^(x[row][j] - largest) / sum over k of e^(x[row][k] - largest)
 *     dx[row][j] = y[row][j] (dy[row][j] - sum over k of y[row][k] dy[row][k])
 *
 * All rows x classes, contiguous; `dx` may be `dy`.
 */
@unmanaged
export class SoftmaxArgs {
  /** Read forward only. */
  x: usize;
  y: usize;
  /** This and `dx`: backward only. */
  dy: usize;
  dx: usize;
  rows: i32;
  classes: i32;
}

export const ROW_BLOCK: i32 = 32;

/** One block of work: ROW_BLOCK rows. */
export function softmax<T>(args: SoftmaxArgs, first: i32, last: i32): void {
  const end = min<i32>(last * ROW_BLOCK, args.rows);
  for (let row = first * ROW_BLOCK; row < end; ++row) {
    const offset = (<usize>row * <usize>args.classes) << alignof<T>();
    const x = args.x + offset;
    const sum = exponentials<T>(x, args.y + offset, args.classes, largest<T>(x, args.classes));
    scale<T>(args.y + offset, args.classes, <T>(<T>1 / sum));
  }
}

/** One block of work: ROW_BLOCK rows. */
export function softmaxGrad<T>(args: SoftmaxArgs, first: i32, last: i32): void {
  const lanes = Simd.lanes<T>();
  const zero = Simd.zero();
  const end = min<i32>(last * ROW_BLOCK, args.rows);
  for (let row = first * ROW_BLOCK; row < end; ++row) {
    const offset = (<usize>row * <usize>args.classes) << alignof<T>();
    const mean = v128.splat<T>(inner<T>(args.y + offset, args.dy + offset, args.classes));
    let y = args.y + offset;
    let dy = args.dy + offset;
    let dx = args.dx + offset;
    for (let count = args.classes; count > 0; count -= lanes) {
      const difference = v128.sub<T>(Simd.loadPartial<T>(dy, count, zero), mean);
      Simd.storePartial<T>(dx, v128.mul<T>(Simd.loadPartial<T>(y, count, zero), difference), count);
      y += 16;
      dy += 16;
      dx += 16;
    }
  }
}

function inner<T>(a: usize, b: usize, count: i32): T {
  const lanes = Simd.lanes<T>();
  const zero = Simd.zero();
  let sum = zero;
  for (; count > 0; count -= lanes) {
    sum = Simd.fma<T>(Simd.loadPartial<T>(a, count, zero), Simd.loadPartial<T>(b, count, zero), sum);
    a += 16;
    b += 16;
  }
  return Simd.sum<T>(sum);
}

/** The largest of `count` elements; NaN if one is NaN. */
export function largest<T>(source: usize, count: i32): T {
  const lanes = Simd.lanes<T>();
  let best = v128.splat<T>(load<T>(source));
  let other = best;
  for (; count >= 2 * lanes; count -= 2 * lanes) {
    best = Simd.max<T>(best, v128.load(source));
    other = Simd.max<T>(other, v128.load(source, 16));
    source += 32;
  }
  best = Simd.max<T>(best, other);
  for (; count > 0; count -= lanes) {
    best = Simd.max<T>(best, Simd.loadPartial<T>(source, count, best));
    source += 16;
  }
  return Simd.largest<T>(best);
}

/** target = e^(source - top); returns the sum. */
export function exponentials<T>(source: usize, target: usize, count: i32, top: T): T {
  const lanes = Simd.lanes<T>();
  const shift = v128.splat<T>(top);
  let sum = Simd.zero();
  for (; count >= lanes; count -= lanes) {
    const e = Elementary.exp<T>(v128.sub<T>(v128.load(source), shift));
    sum = v128.add<T>(sum, e);
    v128.store(target, e);
    source += 16;
    target += 16;
  }
  if (count > 0) {
    const x = Simd.loadTail<T>(source, count, v128.splat<T>(<T>-Infinity));
    const e = Elementary.exp<T>(v128.sub<T>(x, shift));
    sum = v128.add<T>(sum, e);
    Simd.storeTail<T>(target, e, count);
  }
  return Simd.sum<T>(sum);
}

/** target *= factor. */
export function scale<T>(target: usize, count: i32, factor: T): void {
  const lanes = Simd.lanes<T>();
  const v = v128.splat<T>(factor);
  for (; count >= lanes; count -= lanes) {
    v128.store(target, v128.mul<T>(v128.load(target), v));
    target += 16;
  }
  if (count > 0) Simd.storeTail<T>(target, v128.mul<T>(Simd.loadTail<T>(target, count, v), v), count);
}
