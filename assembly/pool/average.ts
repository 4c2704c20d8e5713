import { Jobs } from '../jobs';
import { Simd } from '../simd';
import { GRADIENT_CHANNELS, PoolArgs } from './args';

/** 1 / what a window of height x width pixels inside the image is divided by. */
function weight<T>(args: PoolArgs, height: i32, width: i32): v128 {
  const pixels = args.countIncludePad ? args.kernelHeight * args.kernelWidth : height * width;
  return v128.splat<T>(<T>(<T>1 / <T>pixels));
}

/** y = the mean of each window. One block of work: one output row of one image. */
export function averagePool<T>(args: PoolArgs, first: i32, last: i32): void {
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
      meanWindow<T>(
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

function meanWindow<T>(args: PoolArgs, source: usize, target: usize, height: i32, width: i32): void {
  const shift = alignof<T>();
  const lanes = Simd.lanes<T>();
  const pixelBytes = (<usize>args.channels) << shift;
  const rowBytes = <usize>args.width * pixelBytes;
  const factor = weight<T>(args, height, width);
  for (let channel = 0; channel < args.channels; channel += lanes) {
    const offset = (<usize>channel) << shift;
    const count = args.channels - channel;
    let sum = Simd.zero();
    let row = source + offset;
    for (let y = height; y > 0; --y) {
      let pixel = row;
      for (let x = width; x > 0; --x) {
        sum = v128.add<T>(sum, Simd.loadPartial<T>(pixel, count, Simd.zero()));
        pixel += pixelBytes;
      }
      row += rowBytes;
    }
    Simd.storePartial<T>(target + offset, v128.mul<T>(sum, factor), count);
  }
}

/**
 * dx = dy / (what its window was divided by), summed over the windows of a pixel.
 * One block of work: GRADIENT_CHANNELS channels of one image.
 */
export function averagePoolGrad<T>(args: PoolArgs, first: i32, last: i32): void {
  const shift = alignof<T>();
  const strips = Jobs.pieces(args.channels, GRADIENT_CHANNELS);
  const lanes = Simd.lanes<T>();
  for (let block = first; block < last; ++block) {
    const image = block / strips;
    const start = (block % strips) * GRADIENT_CHANNELS;
    const end = Jobs.end(start, GRADIENT_CHANNELS, args.channels);
    for (let channel = start; channel < end; channel += lanes) {
      averageGradChannels<T>(args, image, (<usize>channel) << shift, args.channels - channel);
    }
  }
}

/** One vector of channels of one image. `channel`: bytes from a pixel to its channel. */
function averageGradChannels<T>(args: PoolArgs, image: i32, channel: usize, count: i32): void {
  const pixelBytes = (<usize>args.channels) << alignof<T>();
  const rowBytes = <usize>args.width * pixelBytes;
  const zero = Simd.zero();
  const origin = args.dx + <usize>(image * args.height) * rowBytes + channel;
  let pixel = origin;
  for (let i = args.height * args.width; i > 0; --i) {
    Simd.storePartial<T>(pixel, zero, count);
    pixel += pixelBytes;
  }
  let dyPixel = args.y + <usize>(image * args.outHeight * args.outWidth) * pixelBytes + channel;
  for (let oy = 0; oy < args.outHeight; ++oy) {
    const top = oy * args.strideHeight - args.top;
    const y0 = max<i32>(top, 0);
    const height = min<i32>(top + args.kernelHeight, args.height) - y0;
    for (let ox = 0; ox < args.outWidth; ++ox) {
      const left = ox * args.strideWidth - args.left;
      const x0 = max<i32>(left, 0);
      const width = min<i32>(left + args.kernelWidth, args.width) - x0;
      const dy = Simd.loadPartial<T>(dyPixel, count, zero);
      const share = v128.mul<T>(dy, weight<T>(args, height, width));
      let dx = origin + <usize>y0 * rowBytes + <usize>x0 * pixelBytes;
      for (let i = height; i > 0; --i) {
        for (let j = width; j > 0; --j) {
          Simd.storePartial<T>(dx, v128.add<T>(Simd.loadPartial<T>(dx, count, zero), share), count);
          dx += pixelBytes;
        }
        dx += rowBytes - <usize>width * pixelBytes;
      }
      dyPixel += pixelBytes;
    }
  }
}
