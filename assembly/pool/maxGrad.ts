import { Jobs } from '../jobs';
import { Simd } from '../simd';
import { GRADIENT_CHANNELS, PoolArgs } from './args';
import { Place } from './place';
import { Windows } from './windows';

/**
 * dx = dy at the first largest pixel (in row-major order) of each window, summed over windows; the first NaN counts as the
 * largest. The place is found again from x, so that the forward pass has nothing to keep.
 * One block of work: GRADIENT_CHANNELS channels of one image.
 */
export function maxPoolGrad<T>(args: PoolArgs, first: i32, last: i32): void {
  const shift = alignof<T>();
  const strips = Jobs.pieces(args.channels, GRADIENT_CHANNELS);
  const lanes = Simd.lanes<T>();
  const imageElements = args.height * args.width * args.channels;
  for (let block = first; block < last; ++block) {
    const image = block / strips;
    const start = (block % strips) * GRADIENT_CHANNELS;
    const end = Jobs.end(start, GRADIENT_CHANNELS, args.channels);
    const origin = <usize>image * <usize>imageElements;
    let channel = start;
    if (Windows.are2x2(args)) {
      for (; channel <= end - lanes; channel += lanes) maxGrad2x2<T>(args, image, (origin + channel) << shift);
    }
    for (; channel <= end - lanes; channel += lanes) {
      Channels.scatter<T>(args, image, (origin + channel) << shift, false);
    }
    for (; channel < end; ++channel) Channels.scatter<T>(args, image, (origin + channel) << shift, true);
  }
}

/**
 * One vector of channels of one image, windows of 2 x 2 side by side: every pixel is written once, with no sum and nothing to
 * clear (32 images of 8 channels, 28x28: 336 us in general, 95 so). `origin`: bytes to the first pixel's channel in x and dx.
 */
function maxGrad2x2<T>(args: PoolArgs, image: i32, origin: usize): void {
  const pixelBytes = (<usize>args.channels) << alignof<T>();
  const rowBytes = <usize>args.width * pixelBytes;
  const zero = Simd.zero();
  let dy = args.y + <usize>image * <usize>(args.outHeight * args.outWidth) * pixelBytes + (origin % pixelBytes);
  let x = args.x + origin;
  let dx = args.dx + origin;
  for (let oy = 0; oy < args.outHeight; ++oy) {
    let at: usize = 0;
    for (let ox = 0; ox < args.outWidth; ++ox) {
      const a = v128.load(x + at);
      const b = v128.load(x + at + pixelBytes);
      const c = v128.load(x + at + rowBytes);
      const d = v128.load(x + at + rowBytes + pixelBytes);
      const isB = Place.larger<T>(b, a);
      let best = v128.bitselect(b, a, isB);
      const isC = Place.larger<T>(c, best);
      best = v128.bitselect(c, best, isC);
      const isD = Place.larger<T>(d, best);
      const below = v128.or(isC, isD);
      const gradient = v128.load(dy);
      v128.store(dx + at, v128.andnot(gradient, v128.or(isB, below)));
      v128.store(dx + at + pixelBytes, v128.andnot(v128.and(gradient, isB), below));
      v128.store(dx + at + rowBytes, v128.andnot(v128.and(gradient, isC), isD));
      v128.store(dx + at + rowBytes + pixelBytes, v128.and(gradient, isD));
      at += 2 * pixelBytes;
      dy += pixelBytes;
    }
    if (args.width & 1) {
      v128.store(dx + at, zero);
      v128.store(dx + at + rowBytes, zero);
    }
    x += 2 * rowBytes;
    dx += 2 * rowBytes;
  }
  if (args.height & 1) {
    for (let i = args.width; i > 0; --i) {
      v128.store(dx, zero);
      dx += pixelBytes;
    }
  }
}

abstract class Channels {
  /**
   * A vector of channels of one image, or one channel where `single`, a constant, says so. `origin`: bytes to the first pixel's channel
   * in x and dx.
   */
  @inline
  static scatter<T>(args: PoolArgs, image: i32, origin: usize, single: bool): void {
    const shift = alignof<T>();
    const pixelBytes = (<usize>args.channels) << shift;
    const rowBytes = <usize>args.width * pixelBytes;
    const zero = Simd.zero();
    let pixel = args.dx + origin;
    for (let i = args.height * args.width; i > 0; --i) {
      if (single) v128.store_lane<T>(pixel, zero, 0);
      else v128.store(pixel, zero);
      pixel += pixelBytes;
    }
    const channel = origin % pixelBytes;
    let dyPixel = args.y + <usize>image * <usize>(args.outHeight * args.outWidth) * pixelBytes + channel;
    for (let oy = 0; oy < args.outHeight; ++oy) {
      const y0 = Windows.firstRow(args, oy);
      const height = Windows.endRow(args, oy) - y0;
      for (let ox = 0; ox < args.outWidth; ++ox) {
        const x0 = Windows.firstColumn(args, ox);
        const width = Windows.endColumn(args, ox) - x0;
        const window = origin + <usize>y0 * rowBytes + <usize>x0 * pixelBytes;
        const dy = single ? v128.load_splat<T>(dyPixel) : v128.load(dyPixel);
        Channels.window<T>(args, window, height, width, dy, single);
        dyPixel += pixelBytes;
      }
    }
  }

  /** One window of them. */
  @inline
  static window<T>(args: PoolArgs, window: usize, height: i32, width: i32, dy: v128, single: bool): void {
    const pixelBytes = (<usize>args.channels) << alignof<T>();
    const jump = <usize>(args.width - width) * pixelBytes;
    const one = v128.splat<T>(1);
    const zero = Simd.zero();
    // The number of the pixel within the window is kept as a float of the same width: exact, and one compare selects.
    let place = zero;
    let where = zero;
    let x = args.x + window;
    let best = single ? v128.load_splat<T>(x) : v128.load(x);
    for (let i = height; i > 0; --i) {
      for (let j = width; j > 0; --j) {
        const value = single ? v128.load_splat<T>(x) : v128.load(x);
        const larger = Place.larger<T>(value, best);
        best = v128.bitselect(value, best, larger);
        where = v128.bitselect(place, where, larger);
        place = v128.add<T>(place, one);
        x += pixelBytes;
      }
      x += jump;
    }
    let dx = args.dx + window;
    place = zero;
    for (let i = height; i > 0; --i) {
      for (let j = width; j > 0; --j) {
        const share = v128.and(dy, v128.eq<T>(place, where));
        if (single) v128.store_lane<T>(dx, v128.add<T>(v128.load_splat<T>(dx), share), 0);
        else v128.store(dx, v128.add<T>(v128.load(dx), share));
        place = v128.add<T>(place, one);
        dx += pixelBytes;
      }
      dx += jump;
    }
  }
}
