import { Simd } from '../simd';

/**
 * Copies images into a channels-last frame with a border of zeros, transposing on the way where the source is not channels-last:
 *
 *     target[image][y][x][channel] = source[image][channel][y - top][x - left], zero outside
 *
 * Target: images x paddedHeight x paddedWidth pixels, `pixelStride` >= channels elements apart (what lies between is not
 * written). Source strides are free. All in elements. Reads existing elements only.
 */
@unmanaged
export class PadArgs {
  source: usize;
  target: usize;
  images: i32;
  channels: i32;
  height: i32;
  width: i32;
  imageStride: i32;
  channelStride: i32;
  rowStride: i32;
  columnStride: i32;
  top: i32;
  left: i32;
  paddedHeight: i32;
  paddedWidth: i32;
  pixelStride: i32;
}

/** One block of work: one row of one padded image. */
export function pad<T>(args: PadArgs, first: i32, last: i32): void {
  const shift = alignof<T>();
  const rowBytes = (<usize>(args.paddedWidth * args.pixelStride)) << shift;
  const right = args.paddedWidth - args.left - args.width;
  for (let block = first; block < last; ++block) {
    const image = block / args.paddedHeight;
    const y = (block % args.paddedHeight) - args.top;
    let target = args.target + <usize>block * rowBytes;
    if (y < 0 || y >= args.height) {
      memory.fill(target, 0, rowBytes);
      continue;
    }
    const source = args.source + ((<usize>(image * args.imageStride + y * args.rowStride)) << shift);
    const leftBytes = (<usize>(args.left * args.pixelStride)) << shift;
    if (leftBytes) memory.fill(target, 0, leftBytes);
    target += leftBytes;
    copyRow<T>(args, source, target);
    if (right > 0) {
      target += (<usize>(args.width * args.pixelStride)) << shift;
      memory.fill(target, 0, (<usize>(right * args.pixelStride)) << shift);
    }
  }
}

function copyRow<T>(args: PadArgs, source: usize, target: usize): void {
  const shift = alignof<T>();
  const channels = args.channels;
  const pixelBytes = (<usize>args.pixelStride) << shift;
  if (args.channelStride == 1 && args.columnStride == args.pixelStride && channels == args.pixelStride) {
    memory.copy(target, source, <usize>args.width * pixelBytes);
    return;
  }
  const columnBytes = (<usize>args.columnStride) << shift;
  if (args.channelStride == 1) {
    for (let x = args.width; x > 0; --x) {
      copyRun<T>(source, target, channels);
      source += columnBytes;
      target += pixelBytes;
    }
    return;
  }
  const channelBytes = (<usize>args.channelStride) << shift;
  const lanes = Simd.lanes<T>();
  let channel = 0;
  if (args.columnStride == 1) {
    for (; channel <= channels - lanes; channel += lanes) {
      let from = source + <usize>channel * channelBytes;
      let to = target + ((<usize>channel) << shift);
      let x = 0;
      for (; x <= args.width - lanes; x += lanes) {
        Simd.transposeBlock<T>(from, channelBytes, to, pixelBytes);
        from += 16;
        to += pixelBytes * lanes;
      }
      for (; x < args.width; ++x) {
        for (let lane = 0; lane < lanes; ++lane) {
          store<T>(to + ((<usize>lane) << shift), load<T>(from + <usize>lane * channelBytes));
        }
        from += sizeof<T>();
        to += pixelBytes;
      }
    }
  }
  for (; channel < channels; ++channel) {
    let from = source + <usize>channel * channelBytes;
    let to = target + ((<usize>channel) << shift);
    for (let x = args.width; x > 0; --x) {
      store<T>(to, load<T>(from));
      from += columnBytes;
      to += pixelBytes;
    }
  }
}

/** `count` contiguous elements; memory.copy costs more than it moves at this size. */
function copyRun<T>(source: usize, target: usize, count: i32): void {
  const lanes = Simd.lanes<T>();
  for (; count >= lanes; count -= lanes) {
    v128.store(target, v128.load(source));
    source += 16;
    target += 16;
  }
  for (; count > 0; --count) {
    store<T>(target, load<T>(source));
    source += sizeof<T>();
    target += sizeof<T>();
  }
}
