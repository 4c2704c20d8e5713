import { Jobs } from '../jobs';
import { Simd } from '../simd';
import { GRADIENT_CHANNELS, PoolArgs } from './args';

/** y = the largest value of each window; NaN if there is one. One block of work: one output row of one image. */
export function maxPool<T>(args: PoolArgs, first: i32, last: i32): void {
  const shift = alignof<T>();
  const pixelBytes = (<usize>args.channels) << shift;
  for (let block = first; block < last; ++block) {
    const image = block / args.outHeight;
    const start = (block % args.outHeight) * args.strideHeight - args.top;
    const y0 = max<i32>(start, 0);
    const y1 = min<i32>(start + args.kernelHeight, args.height);
    let target = args.y + <usize>block * <usize>args.outWidth * pixelBytes;
    for (let ox = 0; ox < args.outWidth; ++ox) {
      const left = ox * args.strideWidth - args.left;
      const x0 = max<i32>(left, 0);
      const x1 = min<i32>(left + args.kernelWidth, args.width);
      maxWindow<T>(
        args,
        args.x + <usize>((image * args.height + y0) * args.width + x0) * pixelBytes,
        target,
        y1 - y0,
        x1 - x0,
      );
      target += pixelBytes;
    }
  }
}

function maxWindow<T>(args: PoolArgs, source: usize, target: usize, height: i32, width: i32): void {
  const shift = alignof<T>();
  const lanes = Simd.lanes<T>();
  const pixelBytes = (<usize>args.channels) << shift;
  const rowBytes = <usize>args.width * pixelBytes;
  for (let channel = 0; channel < args.channels; channel += lanes) {
    const offset = (<usize>channel) << shift;
    const count = args.channels - channel;
    let best = Simd.loadPartial<T>(source + offset, count, Simd.zero());
    let row = source + offset;
    for (let y = height; y > 0; --y) {
      let pixel = row;
      for (let x = width; x > 0; --x) {
        best = v128.max<T>(best, Simd.loadPartial<T>(pixel, count, Simd.zero()));
        pixel += pixelBytes;
      }
      row += rowBytes;
    }
    Simd.storePartial<T>(target + offset, best, count);
  }
}

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
    for (let channel = start; channel < end; channel += lanes) {
      maxGradChannels<T>(args, image, (origin + channel) << shift, args.channels - channel);
    }
  }
}

/** One vector of channels of one image. `origin`: bytes to the first pixel's channel in x and dx. */
function maxGradChannels<T>(args: PoolArgs, image: i32, origin: usize, count: i32): void {
  const shift = alignof<T>();
  const pixelBytes = (<usize>args.channels) << shift;
  const rowBytes = <usize>args.width * pixelBytes;
  const zero = Simd.zero();
  let pixel = args.dx + origin;
  for (let i = args.height * args.width; i > 0; --i) {
    Simd.storePartial<T>(pixel, zero, count);
    pixel += pixelBytes;
  }
  const channel = origin % pixelBytes;
  let dyPixel = args.y + <usize>image * <usize>(args.outHeight * args.outWidth) * pixelBytes + channel;
  for (let oy = 0; oy < args.outHeight; ++oy) {
    const top = oy * args.strideHeight - args.top;
    const y0 = max<i32>(top, 0);
    const height = min<i32>(top + args.kernelHeight, args.height) - y0;
    for (let ox = 0; ox < args.outWidth; ++ox) {
      const left = ox * args.strideWidth - args.left;
      const x0 = max<i32>(left, 0);
      const width = min<i32>(left + args.kernelWidth, args.width) - x0;
      const window = origin + <usize>y0 * rowBytes + <usize>x0 * pixelBytes;
      const dy = Simd.loadPartial<T>(dyPixel, count, zero);
      scatterToLargest<T>(args, window, height, width, dy, count);
      dyPixel += pixelBytes;
    }
  }
}

function scatterToLargest<T>(args: PoolArgs, window: usize, height: i32, width: i32, dy: v128, count: i32): void {
  const pixelBytes = (<usize>args.channels) << alignof<T>();
  const jump = <usize>(args.width - width) * pixelBytes;
  const one = v128.splat<T>(1);
  const zero = Simd.zero();
  // The number of the pixel within the window is kept as a float of the same width: exact, and one compare selects.
  let place = zero;
  let where = zero;
  let x = args.x + window;
  let best = Simd.loadPartial<T>(x, count, zero);
  for (let i = height; i > 0; --i) {
    for (let j = width; j > 0; --j) {
      const value = Simd.loadPartial<T>(x, count, zero);
      // Larger, or the first NaN: best is still a number and value is none.
      const isNaN = v128.and(v128.ne<T>(value, value), v128.eq<T>(best, best));
      const larger = v128.or(v128.gt<T>(value, best), isNaN);
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
      Simd.storePartial<T>(dx, v128.add<T>(Simd.loadPartial<T>(dx, count, zero), share), count);
      place = v128.add<T>(place, one);
      dx += pixelBytes;
    }
    dx += jump;
  }
}
