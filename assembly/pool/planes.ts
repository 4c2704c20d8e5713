import { Jobs } from '../jobs';
import { Lanes } from '../lanes';
import { Simd } from '../simd';
import { PLANE_ROWS, PoolArgs } from './args';
import { Largest, Mean } from './reduce';
import { Windows } from './windows';

/** On planes: y = the largest value of each window; NaN if there is one. One block of work: PLANE_ROWS output rows of a plane. */
export function maxPoolPlanes<T>(args: PoolArgs, first: i32, last: i32): void {
  poolPlanes<T, Largest>(args, first, last);
}

/** On planes: y = the mean of each window. One block of work: PLANE_ROWS output rows of a plane. */
export function averagePoolPlanes<T>(args: PoolArgs, first: i32, last: i32): void {
  poolPlanes<T, Mean>(args, first, last);
}

/** Vectors are neighbouring windows of a row. */
function poolPlanes<T, R>(args: PoolArgs, first: i32, last: i32): void {
  const shift = alignof<T>();
  const strips = Jobs.pieces(args.outHeight, PLANE_ROWS);
  const rowBytes = (<usize>args.width) << shift;
  const targetBytes = (<usize>args.outWidth) << shift;
  const inPairs = Windows.are2x2(args);
  for (let block = first; block < last; ++block) {
    const plane = block / strips;
    const oy = (block % strips) * PLANE_ROWS;
    const end = Jobs.end(oy, PLANE_ROWS, args.outHeight);
    const x = args.x + <usize>(plane * args.height) * rowBytes;
    const y = args.y + <usize>(plane * args.outHeight + oy) * targetBytes;
    if (inPairs) pairs<T, R>(args, x + <usize>(2 * oy) * rowBytes, y, end - oy);
    else windows<T, R>(args, x, y, oy, end);
  }
}

/** Windows of 2 x 2 side by side. The last vector goes back to end with the row; shorter rows go one by one. */
function pairs<T, R>(args: PoolArgs, x: usize, y: usize, rows: i32): void {
  const shift = alignof<T>();
  const lanes = Simd.lanes<T>();
  const rowBytes = (<usize>args.width) << shift;
  const targetBytes = (<usize>args.outWidth) << shift;
  const last = targetBytes - 16;
  const reduce = changetype<R>(0);
  const weight = Mean.weight<T>(args, 2, 2);
  for (; rows > 0; --rows) {
    if (args.outWidth >= lanes) {
      for (let at: usize = 0; ; at = min<usize>(at + 16, last)) {
        const upper = x + 2 * at;
        const lower = upper + rowBytes;
        const upper0 = v128.load(upper);
        const upper1 = v128.load(upper, 16);
        const lower0 = v128.load(lower);
        const lower1 = v128.load(lower, 16);
        v128.store(y + at, reduce.ofPairs<T>(upper0, upper1, lower0, lower1, weight));
        if (at == last) break;
      }
    } else {
      for (let at: usize = 0; at < targetBytes; at += sizeof<T>()) {
        const upper = Lanes.loadPair<T>(x + 2 * at);
        const lower = Lanes.loadPair<T>(x + 2 * at + rowBytes);
        v128.store_lane<T>(y + at, reduce.ofPairs<T>(upper, upper, lower, lower, weight), 0);
      }
    }
    x += 2 * rowBytes;
    y += targetBytes;
  }
}

/**
 * Output rows oy to end - 1 of the plane x. The windows that are whole in width go by vectors, the last of which goes back to end with
 * them; those at the edges, and too few for a vector, one by one.
 */
function windows<T, R>(args: PoolArgs, x: usize, y: usize, oy: i32, end: i32): void {
  const shift = alignof<T>();
  const lanes = Simd.lanes<T>();
  const rowBytes = (<usize>args.width) << shift;
  const firstWhole = Windows.firstWhole(args);
  const lastVector = Windows.endWhole(args) - lanes;
  const reduce = changetype<R>(0);
  for (; oy < end; ++oy) {
    const y0 = Windows.firstRow(args, oy);
    const height = Windows.endRow(args, oy) - y0;
    const source = x + <usize>y0 * rowBytes;
    const weight = Mean.weight<T>(args, height, args.kernelWidth);
    for (let ox = 0; ox < args.outWidth; ) {
      if (ox >= firstWhole && ox < lastVector + lanes && firstWhole <= lastVector) {
        ox = min<i32>(ox, lastVector);
        const window = source + ((<usize>(ox * args.strideWidth - args.left)) << shift);
        const v = Planes.reduce<T, R>(window, rowBytes, height, args.kernelWidth, args.strideWidth);
        v128.store(y + ((<usize>ox) << shift), reduce.finish<T>(v, weight));
        ox += lanes;
      } else {
        const x0 = Windows.firstColumn(args, ox);
        const width = Windows.endColumn(args, ox) - x0;
        const v = Planes.reduce<T, R>(source + ((<usize>x0) << shift), rowBytes, height, width, 0);
        const result = reduce.finish<T>(v, Mean.weight<T>(args, height, width));
        v128.store_lane<T>(y + ((<usize>ox) << shift), result, 0);
        ++ox;
      }
    }
    y += (<usize>args.outWidth) << shift;
  }
}

abstract class Planes {
  /** A vector of windows `stride` columns apart; 0, a constant, is one window. */
  @inline
  static reduce<T, R>(window: usize, rowBytes: usize, height: i32, width: i32, stride: i32): v128 {
    const reduce = changetype<R>(0);
    const jump = rowBytes - ((<usize>width) << alignof<T>());
    let v = reduce.start<T>();
    for (let i = height; i > 0; --i) {
      for (let j = width; j > 0; --j) {
        v = reduce.join<T>(v, Lanes.loadApart<T>(window, stride));
        window += sizeof<T>();
      }
      window += jump;
    }
    return v;
  }
}
