import { Lanes } from '../lanes';
import { Simd } from '../simd';
import { PoolArgs } from './args';
import { Place } from './place';
import { Windows } from './windows';

/** On planes: what maxPoolGrad does. One block of work: one plane. */
export function maxPoolPlanesGrad<T>(args: PoolArgs, first: i32, last: i32): void {
  const shift = alignof<T>();
  const planeBytes = (<usize>(args.height * args.width)) << shift;
  const outBytes = (<usize>(args.outHeight * args.outWidth)) << shift;
  const inPairs = Windows.are2x2(args);
  for (let block = first; block < last; ++block) {
    const x = args.x + <usize>block * planeBytes;
    const dx = args.dx + <usize>block * planeBytes;
    const dy = args.y + <usize>block * outBytes;
    if (inPairs) {
      pairsToLargest<T>(args, x, dx, dy);
    } else {
      memory.fill(dx, 0, planeBytes);
      windowsToLargest<T>(args, x, dx, dy);
    }
  }
}

/**
 * Windows of 2 x 2 side by side: every pixel is written, with no sum and nothing to clear. The last vector goes back to end with the
 * row; shorter rows go one by one.
 */
function pairsToLargest<T>(args: PoolArgs, x: usize, dx: usize, dy: usize): void {
  const shift = alignof<T>();
  const rowBytes = (<usize>args.width) << shift;
  const outBytes = (<usize>args.outWidth) << shift;
  const last = outBytes - 16;
  const lastColumn = rowBytes - sizeof<T>();
  for (let rows = args.outHeight; rows > 0; --rows) {
    if (args.outWidth >= Simd.lanes<T>()) {
      for (let at: usize = 0; ; at = min<usize>(at + 16, last)) {
        Scatter.pair<T>(x + 2 * at, dx + 2 * at, rowBytes, dy + at, false);
        if (at == last) break;
      }
    } else {
      for (let at: usize = 0; at < outBytes; at += sizeof<T>()) {
        Scatter.pair<T>(x + 2 * at, dx + 2 * at, rowBytes, dy + at, true);
      }
    }
    if (args.width & 1) {
      store<T>(dx + lastColumn, <T>0);
      store<T>(dx + lastColumn + rowBytes, <T>0);
    }
    x += 2 * rowBytes;
    dx += 2 * rowBytes;
    dy += outBytes;
  }
  if (args.height & 1) memory.fill(dx, 0, rowBytes);
}

abstract class Scatter {
  /** A vector of windows, or one where `single`, a constant, says so. */
  @inline
  static pair<T>(x: usize, dx: usize, rowBytes: usize, dy: usize, single: bool): void {
    const upper0 = single ? Lanes.loadPair<T>(x) : v128.load(x);
    const upper1 = single ? upper0 : v128.load(x, 16);
    const lower0 = single ? Lanes.loadPair<T>(x + rowBytes) : v128.load(x + rowBytes);
    const lower1 = single ? lower0 : v128.load(x + rowBytes, 16);
    const a = Lanes.even<T>(upper0, upper1);
    const b = Lanes.odd<T>(upper0, upper1);
    const c = Lanes.even<T>(lower0, lower1);
    const d = Lanes.odd<T>(lower0, lower1);
    const isB = Place.larger<T>(b, a);
    let best = v128.bitselect(b, a, isB);
    const isC = Place.larger<T>(c, best);
    best = v128.bitselect(c, best, isC);
    const isD = Place.larger<T>(d, best);
    const below = v128.or(isC, isD);
    const gradient = single ? v128.load_splat<T>(dy) : v128.load(dy);
    const da = v128.andnot(gradient, v128.or(isB, below));
    const db = v128.andnot(v128.and(gradient, isB), below);
    const dc = v128.andnot(v128.and(gradient, isC), isD);
    const dd = v128.and(gradient, isD);
    if (single) {
      Lanes.storePair<T>(dx, Lanes.zipLow<T>(da, db));
      Lanes.storePair<T>(dx + rowBytes, Lanes.zipLow<T>(dc, dd));
      return;
    }
    v128.store(dx, Lanes.zipLow<T>(da, db));
    v128.store(dx, Lanes.zipHigh<T>(da, db), 16);
    v128.store(dx + rowBytes, Lanes.zipLow<T>(dc, dd));
    v128.store(dx + rowBytes, Lanes.zipHigh<T>(dc, dd), 16);
  }
}

/** Any windows: those that are whole in width by vectors, while there are enough, the others one by one. */
function windowsToLargest<T>(args: PoolArgs, x: usize, dx: usize, dy: usize): void {
  const shift = alignof<T>();
  const lanes = Simd.lanes<T>();
  const rowBytes = (<usize>args.width) << shift;
  const step = (<usize>args.strideWidth) << shift;
  const firstWhole = Windows.firstWhole(args);
  const lastVector = Windows.endWhole(args) - lanes;
  for (let oy = 0; oy < args.outHeight; ++oy) {
    const y0 = Windows.firstRow(args, oy);
    const height = Windows.endRow(args, oy) - y0;
    const row = <usize>y0 * rowBytes;
    for (let ox = 0; ox < args.outWidth; ) {
      if (ox >= firstWhole && ox <= lastVector) {
        const window = row + ((<usize>(ox * args.strideWidth - args.left)) << shift);
        const place = Search.largest<T>(x + window, rowBytes, height, args.kernelWidth, args.strideWidth);
        const target = dx + window;
        Place.addAt<T>(target + Place.lane<T>(place, 0), dy);
        Place.addAt<T>(target + step + Place.lane<T>(place, 1), dy + sizeof<T>());
        if (sizeof<T>() == 4) {
          Place.addAt<T>(target + 2 * step + Place.lane<T>(place, 2), dy + 2 * sizeof<T>());
          Place.addAt<T>(target + 3 * step + Place.lane<T>(place, 3), dy + 3 * sizeof<T>());
        }
        dy += 16;
        ox += lanes;
      } else {
        const x0 = Windows.firstColumn(args, ox);
        const window = row + ((<usize>x0) << shift);
        const place = Search.largest<T>(x + window, rowBytes, height, Windows.endColumn(args, ox) - x0, 0);
        Place.addAt<T>(dx + window + Place.lane<T>(place, 0), dy);
        dy += sizeof<T>();
        ++ox;
      }
    }
  }
}

abstract class Search {
  /** Bytes from the first pixel of a window to its first largest one, in a vector of windows `stride` columns apart. */
  @inline
  static largest<T>(window: usize, rowBytes: usize, height: i32, width: i32, stride: i32): v128 {
    const jump = rowBytes - ((<usize>width) << alignof<T>());
    let best = Lanes.loadApart<T>(window, stride);
    let place = Simd.zero();
    let at: usize = 0;
    for (let i = height; i > 0; --i) {
      for (let j = width; j > 0; --j) {
        const v = Lanes.loadApart<T>(window + at, stride);
        const larger = Place.larger<T>(v, best);
        best = v128.bitselect(v, best, larger);
        place = v128.bitselect(Place.splat<T>(at), place, larger);
        at += sizeof<T>();
      }
      at += jump;
    }
    return place;
  }
}
