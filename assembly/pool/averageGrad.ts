import { Jobs } from '../jobs';
import { Simd } from '../simd';
import { GRADIENT_CHANNELS, PoolArgs } from './args';
import { Mean } from './reduce';
import { Windows } from './windows';

/**
 * dx = dy / (what its window was divided by), summed over the windows of a pixel.
 * One block of work: GRADIENT_CHANNELS channels of one image.
 */
export function averagePoolGrad<T>(args: PoolArgs, first: i32, last: i32): void {
  const lanes = Simd.lanes<T>();
  const strips = Jobs.pieces(args.channels, GRADIENT_CHANNELS);
  for (let block = first; block < last; ++block) {
    const image = block / strips;
    let channel = (block % strips) * GRADIENT_CHANNELS;
    const end = Jobs.end(channel, GRADIENT_CHANNELS, args.channels);
    for (; channel <= end - 4 * lanes; channel += 4 * lanes) addLines<T>(args, image, channel);
    for (; channel <= end - lanes; channel += lanes) Share.channels<T>(args, image, channel, false);
    for (; channel < end; ++channel) Share.channels<T>(args, image, channel, true);
  }
}

/** Four vectors of channels, a cache line, of one image. */
function addLines<T>(args: PoolArgs, image: i32, channel: i32): void {
  const shift = alignof<T>();
  const pixelBytes = (<usize>args.channels) << shift;
  const origin = args.dx + <usize>(image * args.height * args.width) * pixelBytes + ((<usize>channel) << shift);
  const zero = Simd.zero();
  let pixel = origin;
  for (let i = args.height * args.width; i > 0; --i) {
    v128.store(pixel, zero);
    v128.store(pixel, zero, 16);
    v128.store(pixel, zero, 32);
    v128.store(pixel, zero, 48);
    pixel += pixelBytes;
  }
  let dy = args.y + <usize>(image * args.outHeight * args.outWidth) * pixelBytes + ((<usize>channel) << shift);
  for (let oy = 0; oy < args.outHeight; ++oy) {
    const y0 = Windows.firstRow(args, oy);
    const height = Windows.endRow(args, oy) - y0;
    for (let ox = 0; ox < args.outWidth; ++ox) {
      const x0 = Windows.firstColumn(args, ox);
      const width = Windows.endColumn(args, ox) - x0;
      const jump = <usize>(args.width - width) * pixelBytes;
      const weight = Mean.weight<T>(args, height, width);
      const s0 = v128.mul<T>(v128.load(dy), weight);
      const s1 = v128.mul<T>(v128.load(dy, 16), weight);
      const s2 = v128.mul<T>(v128.load(dy, 32), weight);
      const s3 = v128.mul<T>(v128.load(dy, 48), weight);
      let dx = origin + <usize>(y0 * args.width + x0) * pixelBytes;
      for (let i = height; i > 0; --i) {
        for (let j = width; j > 0; --j) {
          v128.store(dx, v128.add<T>(v128.load(dx), s0));
          v128.store(dx, v128.add<T>(v128.load(dx, 16), s1), 16);
          v128.store(dx, v128.add<T>(v128.load(dx, 32), s2), 32);
          v128.store(dx, v128.add<T>(v128.load(dx, 48), s3), 48);
          dx += pixelBytes;
        }
        dx += jump;
      }
      dy += pixelBytes;
    }
  }
}

abstract class Share {
  /** A vector of channels of one image, or one channel where `single`, a constant, says so. */
  @inline
  static channels<T>(args: PoolArgs, image: i32, channel: i32, single: bool): void {
    const shift = alignof<T>();
    const pixelBytes = (<usize>args.channels) << shift;
    const origin = args.dx + <usize>(image * args.height * args.width) * pixelBytes + ((<usize>channel) << shift);
    const zero = Simd.zero();
    let pixel = origin;
    for (let i = args.height * args.width; i > 0; --i) {
      if (single) v128.store_lane<T>(pixel, zero, 0);
      else v128.store(pixel, zero);
      pixel += pixelBytes;
    }
    let dy = args.y + <usize>(image * args.outHeight * args.outWidth) * pixelBytes + ((<usize>channel) << shift);
    for (let oy = 0; oy < args.outHeight; ++oy) {
      const y0 = Windows.firstRow(args, oy);
      const height = Windows.endRow(args, oy) - y0;
      for (let ox = 0; ox < args.outWidth; ++ox) {
        const x0 = Windows.firstColumn(args, ox);
        const width = Windows.endColumn(args, ox) - x0;
        const jump = <usize>(args.width - width) * pixelBytes;
        const gradient = single ? v128.load_splat<T>(dy) : v128.load(dy);
        const share = v128.mul<T>(gradient, Mean.weight<T>(args, height, width));
        let dx = origin + <usize>(y0 * args.width + x0) * pixelBytes;
        for (let i = height; i > 0; --i) {
          for (let j = width; j > 0; --j) {
            if (single) v128.store_lane<T>(dx, v128.add<T>(v128.load_splat<T>(dx), share), 0);
            else v128.store(dx, v128.add<T>(v128.load(dx), share));
            dx += pixelBytes;
          }
          dx += jump;
        }
        dy += pixelBytes;
      }
    }
  }
}
