import { Lanes } from '../lanes';
import { Simd } from '../simd';
import { PoolArgs } from './args';
import { Mean } from './reduce';
import { Windows } from './windows';

/** On planes: dx = dy / (what its window was divided by), summed over the windows of a pixel. One block of work: one plane. */
export function averagePoolPlanesGrad<T>(args: PoolArgs, first: i32, last: i32): void {
  const shift = alignof<T>();
  const planeBytes = (<usize>(args.height * args.width)) << shift;
  const outBytes = (<usize>(args.outHeight * args.outWidth)) << shift;
  const inPairs = Windows.are2x2(args) && args.outWidth >= Simd.lanes<T>();
  for (let block = first; block < last; ++block) {
    const dy = args.y + <usize>block * outBytes;
    const dx = args.dx + <usize>block * planeBytes;
    // What no window reaches stays zero.
    memory.fill(dx, 0, planeBytes);
    if (inPairs) spreadPairs<T>(args, dy, dx);
    else addWindows<T>(args, dy, dx);
  }
}

/** Windows of 2 x 2 side by side, a vector of them or more in a row; the last vector goes back to end with the row. */
function spreadPairs<T>(args: PoolArgs, dy: usize, dx: usize): void {
  const shift = alignof<T>();
  const rowBytes = (<usize>args.width) << shift;
  const last = (<usize>(args.outWidth - Simd.lanes<T>())) << shift;
  const weight = Mean.weight<T>(args, 2, 2);
  for (let rows = args.outHeight; rows > 0; --rows) {
    for (let at: usize = 0; ; at = min<usize>(at + 16, last)) {
      const share = v128.mul<T>(v128.load(dy + at), weight);
      const low = Lanes.zipLow<T>(share, share);
      const high = Lanes.zipHigh<T>(share, share);
      const upper = dx + 2 * at;
      const lower = upper + rowBytes;
      v128.store(upper, low);
      v128.store(upper, high, 16);
      v128.store(lower, low);
      v128.store(lower, high, 16);
      if (at == last) break;
    }
    dy += (<usize>args.outWidth) << shift;
    dx += 2 * rowBytes;
  }
}

/**
 * Any windows, one after the other. (Vectors of windows, column by column, take longer: each would load what two before it have
 * stored, 3x3 with stride 1: 1.4 times as long.)
 */
function addWindows<T>(args: PoolArgs, dy: usize, plane: usize): void {
  const shift = alignof<T>();
  const lanes = Simd.lanes<T>();
  for (let oy = 0; oy < args.outHeight; ++oy) {
    const y0 = Windows.firstRow(args, oy);
    const height = Windows.endRow(args, oy) - y0;
    for (let ox = 0; ox < args.outWidth; ++ox) {
      const x0 = Windows.firstColumn(args, ox);
      const width = Windows.endColumn(args, ox) - x0;
      const jump = (<usize>(args.width - width)) << shift;
      const share = v128.mul<T>(v128.load_splat<T>(dy), Mean.weight<T>(args, height, width));
      let dx = plane + ((<usize>(y0 * args.width + x0)) << shift);
      for (let i = height; i > 0; --i) {
        let left = width;
        for (; left >= lanes; left -= lanes) {
          v128.store(dx, v128.add<T>(v128.load(dx), share));
          dx += 16;
        }
        for (; left > 0; --left) {
          v128.store_lane<T>(dx, v128.add<T>(v128.load_splat<T>(dx), share), 0);
          dx += sizeof<T>();
        }
        dx += jump;
      }
      dy += sizeof<T>();
    }
  }
}
