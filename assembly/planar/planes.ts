import { Simd } from '../simd';

/**
 * Copies images into planes with a border of zeros, one for each channel, whatever the order of the source:
 *
 *     target[image][channel][y][part][i] = source[image][channel][y - top][i * split + part - left], zero outside
 *
 * With `split` > 1 the columns of a row are dealt out to that many parts, so that every split-th column stands side by side: what a
 * strided window reads is contiguous then. Target: images x channels x paddedHeight rows of `split` parts of `pitch` elements, all
 * written. Source strides are free. All in elements. Reads existing elements only.
 */
@unmanaged
export class PlanesArgs {
  source: usize;
  target: usize;
  images: i32;
  channels: i32;
  /** The part of an image that is copied, from its first row and column. */
  height: i32;
  width: i32;
  imageStride: i32;
  channelStride: i32;
  rowStride: i32;
  columnStride: i32;
  top: i32;
  left: i32;
  paddedHeight: i32;
  split: i32;
  pitch: i32;
}

/** One block of work: one row of all planes of one image. */
export function planes<T>(args: PlanesArgs, first: i32, last: i32): void {
  const shift = alignof<T>();
  const rowBytes = (<usize>(args.split * args.pitch)) << shift;
  const planeBytes = <usize>args.paddedHeight * rowBytes;
  for (let block = first; block < last; ++block) {
    const image = block / args.paddedHeight;
    const row = block % args.paddedHeight;
    const y = row - args.top;
    let target = args.target + <usize>(image * args.channels) * planeBytes + <usize>row * rowBytes;
    if (y < 0 || y >= args.height) {
      for (let channel = args.channels; channel > 0; --channel) {
        clear<T>(target, args.split * args.pitch);
        target += planeBytes;
      }
      continue;
    }
    const source = args.source + ((<usize>(image * args.imageStride + y * args.rowStride)) << shift);
    copyRows<T>(args, source, target, planeBytes);
  }
}

/** One row of all channels. */
function copyRows<T>(args: PlanesArgs, source: usize, target: usize, planeBytes: usize): void {
  const shift = alignof<T>();
  const lanes = Simd.lanes<T>();
  const channelBytes = (<usize>args.channelStride) << shift;
  let channel = 0;
  if (args.channelStride == 1 && args.split == 1) {
    for (; channel <= args.channels - lanes; channel += lanes) {
      transposeRow<T>(args, source, target, planeBytes);
      source += 16;
      target += planeBytes * lanes;
    }
  }
  for (; channel < args.channels; ++channel) {
    for (let part = 0; part < args.split; ++part) copyPart<T>(args, source, target, part);
    source += channelBytes;
    target += planeBytes;
  }
}

/** A vector of channels of one row, channels-last, to as many planes. */
function transposeRow<T>(args: PlanesArgs, source: usize, target: usize, planeBytes: usize): void {
  const shift = alignof<T>();
  const lanes = Simd.lanes<T>();
  const columnBytes = (<usize>args.columnStride) << shift;
  const end = args.left + args.width;
  for (let lane = 0; lane < lanes; ++lane) {
    const plane = target + <usize>lane * planeBytes;
    clear<T>(plane, args.left);
    clear<T>(plane + ((<usize>end) << shift), args.pitch - end);
  }
  target += (<usize>args.left) << shift;
  let x = args.width;
  for (; x >= lanes; x -= lanes) {
    Simd.transposeBlock<T>(source, columnBytes, target, planeBytes);
    source += columnBytes * lanes;
    target += 16;
  }
  for (; x > 0; --x) {
    for (let lane = 0; lane < lanes; ++lane) {
      store<T>(target + <usize>lane * planeBytes, load<T>(source + ((<usize>lane) << shift)));
    }
    source += columnBytes;
    target += sizeof<T>();
  }
}

/** One part of one row of one channel. */
function copyPart<T>(args: PlanesArgs, source: usize, target: usize, part: i32): void {
  const shift = alignof<T>();
  const split = args.split;
  target += (<usize>(part * args.pitch)) << shift;
  // The part's first column that lies in the image, and how many do.
  const before = max<i32>(0, (args.left - part + split - 1) / split);
  const x = before * split + part - args.left;
  const count = x < args.width ? (args.width - x + split - 1) / split : 0;
  clear<T>(target, before);
  target += (<usize>before) << shift;
  copyColumns<T>(source + ((<usize>(x * args.columnStride)) << shift), split * args.columnStride, target, count);
  clear<T>(target + ((<usize>count) << shift), args.pitch - before - count);
}

/** `count` elements, `stride` apart, to contiguous ones. */
function copyColumns<T>(source: usize, stride: i32, target: usize, count: i32): void {
  const shift = alignof<T>();
  const lanes = Simd.lanes<T>();
  const strideBytes = (<usize>stride) << shift;
  if (stride == 1) {
    for (; count >= lanes; count -= lanes) {
      v128.store(target, v128.load(source));
      source += 16;
      target += 16;
    }
  } else if (stride == 2) {
    // Not for the last ones: the vectors read an element past them.
    for (; count > lanes; count -= lanes) {
      const low = v128.load(source);
      const high = v128.load(source, 16);
      if (sizeof<T>() == 8) v128.store(target, v128.shuffle<f64>(low, high, 0, 2));
      else v128.store(target, v128.shuffle<f32>(low, high, 0, 2, 4, 6));
      source += 32;
      target += 16;
    }
  }
  for (; count > 0; --count) {
    store<T>(target, load<T>(source));
    source += strideBytes;
    target += sizeof<T>();
  }
}

/** Zeros; memory.fill costs more than it writes at this size. */
function clear<T>(target: usize, count: i32): void {
  const lanes = Simd.lanes<T>();
  for (; count >= lanes; count -= lanes) {
    v128.store(target, Simd.zero());
    target += 16;
  }
  for (; count > 0; --count) {
    store<T>(target, 0);
    target += sizeof<T>();
  }
}
