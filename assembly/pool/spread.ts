import { Simd } from '../simd';

/**
 * The gradient of a mean over all pixels: target[image][pixel][channel] = scale * source[image][channel], channels-last. (As a window of
 * averagePoolGrad, which adds to what it has cleared: 512 channels @7, batch 32: 190 us, so 70.)
 */
@unmanaged
export class SpreadArgs {
  source: usize;
  target: usize;
  images: i32;
  channels: i32;
  pixels: i32;
  scale: f64;
}

/** One block of work: an image. */
export function spread<T>(args: SpreadArgs, first: i32, last: i32): void {
  const lanes = Simd.lanes<T>();
  const rowBytes = (<usize>args.channels) << alignof<T>();
  const factor = <T>args.scale;
  const scale = v128.splat<T>(factor);
  let target = args.target + <usize>first * <usize>args.pixels * rowBytes;
  for (let image = first; image < last; ++image) {
    for (let pixel = args.pixels; pixel > 0; --pixel) {
      let source = args.source + <usize>image * rowBytes;
      let left = args.channels;
      for (; left >= lanes; left -= lanes) {
        v128.store(target, v128.mul<T>(v128.load(source), scale));
        source += 16;
        target += 16;
      }
      for (; left > 0; --left) {
        store<T>(target, <T>(load<T>(source) * factor));
        source += sizeof<T>();
        target += sizeof<T>();
      }
    }
  }
}
