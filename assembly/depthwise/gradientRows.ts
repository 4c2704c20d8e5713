import { Simd } from '../simd';
import { DepthwisePlanesArgs } from './args';
import { Lanes } from './lanes';

/**
 * The input gradient of a 3x3 convolution with stride 2. With h counted from the padding's edge, an even row h = 2m takes
 * from rows m (tap 0) and m - 1 (tap 2) of dy, an odd one h = 2m + 1 from row m (tap 1); columns likewise. So two rows of dy give two
 * rows of dx, and a vector of dy two vectors of each.
 *
 * Frame row k and its neighbour are what the pair of dx rows 2k and 2k + 1 takes from; `rowParity` and `columnParity` say whether dx
 * begins with an odd row or column (that is, the padding is odd). The band in scratch begins with frame row `begin`.
 */
export function gradientRows<T>(
  args: DepthwisePlanesArgs,
  plane: usize,
  w: usize,
  begin: i32,
  first: i32,
  last: i32,
): void {
  const shift = alignof<T>();
  const pitchBytes = (<usize>args.pitch) << shift;
  const targetBytes = (<usize>args.targetWidth) << shift;
  let x = args.scratch + <usize>(first - begin) * pitchBytes + ((<usize>args.inset) << shift);
  for (let k = first; k < last; ++k) {
    const target = plane + <usize>(2 * k) * targetBytes;
    // Where the second row does not exist, it is written to the first, before that.
    const next = 2 * k + 1 < args.targetHeight ? target + targetBytes : target;
    gradientRow<T>(args, x, pitchBytes, w, target, next);
    x += pitchBytes;
  }
}

/** Rows `target` and `next` of dx from frame row `x` and the one after it. */
function gradientRow<T>(
  args: DepthwisePlanesArgs,
  x: usize,
  pitchBytes: usize,
  w: usize,
  target: usize,
  next: usize,
): void {
  const w00 = v128.load_splat<T>(w);
  const w01 = v128.load_splat<T>(w, 1 * sizeof<T>());
  const w02 = v128.load_splat<T>(w, 2 * sizeof<T>());
  const w10 = v128.load_splat<T>(w, 3 * sizeof<T>());
  const w11 = v128.load_splat<T>(w, 4 * sizeof<T>());
  const w12 = v128.load_splat<T>(w, 5 * sizeof<T>());
  const w20 = v128.load_splat<T>(w, 6 * sizeof<T>());
  const w21 = v128.load_splat<T>(w, 7 * sizeof<T>());
  const w22 = v128.load_splat<T>(w, 8 * sizeof<T>());
  const oddRow: usize = args.rowParity ? 0 : pitchBytes;
  const oddColumn: usize = args.columnParity ? 0 : sizeof<T>();
  for (let columns = args.targetWidth; columns > 0; columns -= 2 * Simd.lanes<T>()) {
    const upper = x + pitchBytes;
    const odd = x + oddRow;
    let v = v128.load(upper, sizeof<T>());
    let evenEven = v128.mul<T>(v, w00);
    v = v128.load(upper);
    evenEven = Simd.fma<T>(v, w02, evenEven);
    v = v128.load(x, sizeof<T>());
    evenEven = Simd.fma<T>(v, w20, evenEven);
    v = v128.load(x);
    evenEven = Simd.fma<T>(v, w22, evenEven);
    v = v128.load(upper + oddColumn);
    let evenOdd = v128.mul<T>(v, w01);
    v = v128.load(x + oddColumn);
    evenOdd = Simd.fma<T>(v, w21, evenOdd);
    v = v128.load(odd, sizeof<T>());
    let oddEven = v128.mul<T>(v, w10);
    v = v128.load(odd);
    oddEven = Simd.fma<T>(v, w12, oddEven);
    v = v128.load(odd + oddColumn);
    const oddOdd = v128.mul<T>(v, w11);
    if (args.rowParity) {
      storePair<T>(args, next, evenEven, evenOdd, columns);
      storePair<T>(args, target, oddEven, oddOdd, columns);
    } else {
      storePair<T>(args, next, oddEven, oddOdd, columns);
      storePair<T>(args, target, evenEven, evenOdd, columns);
    }
    x += 16;
    target += 32;
    next += 32;
  }
}

/** Even and odd columns of dx into one row of which `columns` are left. */
function storePair<T>(args: DepthwisePlanesArgs, target: usize, even: v128, odd: v128, columns: i32): void {
  const lanes = Simd.lanes<T>();
  const first = args.columnParity ? odd : even;
  const second = args.columnParity ? even : odd;
  const low = Lanes.zipLow<T>(first, second);
  const high = Lanes.zipHigh<T>(first, second);
  if (columns >= 2 * lanes) {
    v128.store(target, low);
    v128.store(target, high, 16);
  } else {
    Simd.storePartial<T>(target, low, columns);
    Simd.storePartial<T>(target + 16, high, columns - lanes);
  }
}
