import { Jobs } from '../jobs';
import { Simd } from '../simd';

/**
 * The bias gradient: target[channel] = scale * sum over images and pixels of source[image][channel][pixel].
 *
 * One of channelStride and pixelStride is 1 (channels-last or contiguous). Strides in elements. Reads existing elements only.
 */
@unmanaged
export class SumPixelsArgs {
  source: usize;
  target: usize;
  images: i32;
  channels: i32;
  pixels: i32;
  imageStride: i32;
  channelStride: i32;
  pixelStride: i32;
  scale: f64;
}

/** Channels in a block: two vectors of f32, so that two chains of additions overlap. */
const CHANNEL_BLOCK: i32 = 8;

/** One block of work: CHANNEL_BLOCK channels. */
export function sumPixels<T>(args: SumPixelsArgs, first: i32, last: i32): void {
  for (let block = first; block < last; ++block) {
    let channel = block * CHANNEL_BLOCK;
    const end = Jobs.end(channel, CHANNEL_BLOCK, args.channels);
    if (args.channelStride == 1) {
      for (; channel < end; channel += Simd.lanes<T>()) sumVector<T>(args, channel);
    } else {
      for (; channel < end; ++channel) sumPlane<T>(args, channel);
    }
  }
}

/** Channels-last: a vector of neighbouring channels, pixel by pixel, in two alternating sums. */
function sumVector<T>(args: SumPixelsArgs, channel: i32): void {
  const shift = alignof<T>();
  const count = min<i32>(args.channels - channel, Simd.lanes<T>());
  const pixelBytes = (<usize>args.pixelStride) << shift;
  let even = Simd.zero();
  let odd = Simd.zero();
  for (let image = 0; image < args.images; ++image) {
    let source = args.source + ((<usize>(image * args.imageStride + channel)) << shift);
    let pixel = args.pixels;
    for (; pixel >= 2; pixel -= 2) {
      even = v128.add<T>(even, Simd.loadPartial<T>(source, count, Simd.zero()));
      odd = v128.add<T>(odd, Simd.loadPartial<T>(source + pixelBytes, count, Simd.zero()));
      source += 2 * pixelBytes;
    }
    if (pixel) even = v128.add<T>(even, Simd.loadPartial<T>(source, count, Simd.zero()));
  }
  const total = v128.mul<T>(v128.add<T>(even, odd), v128.splat<T>(<T>args.scale));
  Simd.storePartial<T>(args.target + ((<usize>channel) << shift), total, count);
}

/** Contiguous: the plane of one channel in each image. */
function sumPlane<T>(args: SumPixelsArgs, channel: i32): void {
  const shift = alignof<T>();
  const lanes = Simd.lanes<T>();
  let sum = Simd.zero();
  let tail: T = 0;
  for (let image = 0; image < args.images; ++image) {
    let source = args.source + ((<usize>(image * args.imageStride + channel * args.channelStride)) << shift);
    let pixel = args.pixels;
    for (; pixel >= lanes; pixel -= lanes) {
      sum = v128.add<T>(sum, v128.load(source));
      source += 16;
    }
    for (; pixel > 0; --pixel) {
      tail = <T>(tail + load<T>(source));
      source += sizeof<T>();
    }
  }
  store<T>(args.target + ((<usize>channel) << shift), <T>(<T>args.scale * <T>(Simd.sum<T>(sum) + tail)));
}
