import { Lanes } from '../lanes';
import { Simd } from '../simd';
import { DepthwisePlanesArgs } from './args';

/**
 * The input gradient of a 3x3 convolution with stride 2. With h counted from the padding's edge, an even row h = 2m takes
 * from rows m (tap 0) and m - 1 (tap 2) of dy, an odd one h = 2m + 1 from row m (tap 1); columns likewise. So two rows of dy give two
 * rows of dx, and a vector of dy two vectors of each.
 *
 * Frame row k and its neighbour are what the pair of dx rows 2k and 2k + 1 takes from; `rowParity` and `columnParity` say whether dx
 * begins with an odd row or column (that is, the padding is odd). The band in scratch begins with frame row `first`.
 */
export function gradientRows<T>(args: DepthwisePlanesArgs, plane: usize, w: usize, first: i32, last: i32): void {
  const shift = alignof<T>();
  const pitchBytes = (<usize>args.pitch) << shift;
  const targetBytes = (<usize>args.targetWidth) << shift;
  let x = args.scratch + ((<usize>args.inset) << shift);
  for (let k = first; k < last; ++k) {
    const target = plane + <usize>(2 * k) * targetBytes;
    const next = 2 * k + 1 < args.targetHeight ? target + targetBytes : args.spare;
    if (args.rowParity) gradientRow<T>(args, x, pitchBytes, w, next, target);
    else gradientRow<T>(args, x, pitchBytes, w, target, next);
    x += pitchBytes;
  }
}

/** Rows `even` and `odd` of dx from frame row `x` and the one after it. */
function gradientRow<T>(
  args: DepthwisePlanesArgs,
  x: usize,
  pitchBytes: usize,
  w: usize,
  even: usize,
  odd: usize,
): void {
  const shift = alignof<T>();
  const lanes = Simd.lanes<T>();
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
  let columns = args.targetWidth;
  for (;;) {
    const upper = x + pitchBytes;
    const middle = x + oddRow;
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
    v = v128.load(middle, sizeof<T>());
    let oddEven = v128.mul<T>(v, w10);
    v = v128.load(middle);
    oddEven = Simd.fma<T>(v, w12, oddEven);
    v = v128.load(middle + oddColumn);
    let oddOdd = v128.mul<T>(v, w11);
    if (args.columnParity) {
      v = evenEven;
      evenEven = evenOdd;
      evenOdd = v;
      v = oddEven;
      oddEven = oddOdd;
      oddOdd = v;
    }
    if (columns < 2 * lanes) {
      // A call on the loop's way takes the weights out of their registers: 210 us instead of 82 (144 channels, 56x56).
      storeTail<T>(even, evenEven, evenOdd, columns);
      storeTail<T>(odd, oddEven, oddOdd, columns);
      return;
    }
    v128.store(even, Lanes.zipLow<T>(evenEven, evenOdd));
    v128.store(even, Lanes.zipHigh<T>(evenEven, evenOdd), 16);
    v128.store(odd, Lanes.zipLow<T>(oddEven, oddOdd));
    v128.store(odd, Lanes.zipHigh<T>(oddEven, oddOdd), 16);
    x += 16;
    even += 32;
    odd += 32;
    columns -= 2 * lanes;
    if (columns == 0) return;
    if (columns < 2 * lanes && !(columns & 1)) {
      // An even number of columns back, to end with the row.
      const back = (<usize>(2 * lanes - columns)) << shift;
      x -= back >> 1;
      even -= back;
      odd -= back;
      columns = 2 * lanes;
    }
  }
}

/** The first `columns` of two vectors whose lanes take turns. */
function storeTail<T>(target: usize, a: v128, b: v128, columns: i32): void {
  Simd.storePartial<T>(target, Lanes.zipLow<T>(a, b), columns);
  Simd.storePartial<T>(target + 16, Lanes.zipHigh<T>(a, b), columns - Simd.lanes<T>());
}
