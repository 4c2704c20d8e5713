import { Jobs } from '../jobs';
import { copyApart, copyWhole } from '../rows';
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

/** Rows in a block of work. */
const ROW_BLOCK: i32 = 8;

/** One block of work: ROW_BLOCK rows of all planes of one image. */
export function planes<T>(args: PlanesArgs, first: i32, last: i32): void {
  const shift = alignof<T>();
  const rowBytes = (<usize>(args.split * args.pitch)) << shift;
  const planeBytes = <usize>args.paddedHeight * rowBytes;
  const blocks = Jobs.pieces(args.paddedHeight, ROW_BLOCK);
  for (let block = first; block < last; ++block) {
    const image = block / blocks;
    const start = (block % blocks) * ROW_BLOCK;
    const end = Jobs.end(start, ROW_BLOCK, args.paddedHeight);
    const target = args.target + <usize>(image * args.channels) * planeBytes + <usize>start * rowBytes;
    // The rows of the block that lie in the image.
    const top = min<i32>(end, max<i32>(start, args.top));
    const bottom = max<i32>(top, min<i32>(end, args.top + args.height));
    const inside = target + <usize>(top - start) * rowBytes;
    const below = target + <usize>(bottom - start) * rowBytes;
    for (let channel = 0; channel < args.channels; ++channel) {
      const plane = <usize>channel * planeBytes;
      clear<T>(target + plane, (top - start) * args.split * args.pitch);
      clear<T>(below + plane, (end - bottom) * args.split * args.pitch);
    }
    const source = args.source + ((<usize>(image * args.imageStride + (top - args.top) * args.rowStride)) << shift);
    copyRows<T>(args, source, inside, planeBytes, bottom - top);
  }
}

/** `rows` rows of all channels. */
function copyRows<T>(args: PlanesArgs, source: usize, target: usize, planeBytes: usize, rows: i32): void {
  const shift = alignof<T>();
  const lanes = Simd.lanes<T>();
  const sourceBytes = (<usize>args.rowStride) << shift;
  const rowBytes = (<usize>(args.split * args.pitch)) << shift;
  const channelBytes = (<usize>args.channelStride) << shift;
  let channel = 0;
  if (args.channelStride == 1 && args.split == 1) {
    for (; channel <= args.channels - lanes; channel += lanes) {
      for (let row = 0; row < rows; ++row) {
        transposeRow<T>(args, source + <usize>row * sourceBytes, target + <usize>row * rowBytes, planeBytes);
      }
      source += 16;
      target += planeBytes * lanes;
    }
  }
  const whole = args.split == 1 && args.columnStride == 1 && args.width >= lanes;
  const halves = args.split == 2 && args.columnStride == 1;
  for (; channel < args.channels; ++channel) {
    if (whole) copyBordered<T>(args, source, target, rows);
    else if (halves) copyHalves<T>(args, source, target, rows);
    else {
      for (let row = 0; row < rows; ++row) {
        for (let part = 0; part < args.split; ++part) {
          copyPart<T>(args, source + <usize>row * sourceBytes, target + <usize>row * rowBytes, part);
        }
      }
    }
    source += channelBytes;
    target += planeBytes;
  }
}

/**
 * Rows of a channel whose columns are contiguous, at least a vector of them: first the borders, in whole vectors that reach into what
 * is copied next. 32 x 8 planes of 28 x 28 take 32 us, 80 with a row by copyPart.
 */
function copyBordered<T>(args: PlanesArgs, source: usize, target: usize, rows: i32): void {
  const shift = alignof<T>();
  const lanes = Simd.lanes<T>();
  const rowBytes = (<usize>args.pitch) << shift;
  const leftBytes = (<usize>args.left) << shift;
  const right = args.pitch - args.left - args.width;
  let row = target;
  for (let count = rows; count > 0; --count) {
    for (let at = row; at < row + leftBytes; at += 16) v128.store(at, Simd.zero());
    let border = row + rowBytes;
    for (let i = right; i > 0; i -= lanes) {
      border -= 16;
      v128.store(border, Simd.zero());
    }
    row += rowBytes;
  }
  copyWhole<T>(source, (<usize>args.rowStride) << shift, target + leftBytes, rowBytes, args.width, rows);
}

/** Rows of a channel whose columns are contiguous, dealt out to two parts: every vector of the source is read once. */
function copyHalves<T>(args: PlanesArgs, source: usize, target: usize, rows: i32): void {
  const shift = alignof<T>();
  const pitchBytes = (<usize>args.pitch) << shift;
  // Where the source's even and odd columns begin.
  const even = target + (args.left & 1 ? pitchBytes : 0);
  const odd = target + (args.left & 1 ? 0 : pitchBytes);
  const beforeEven = args.left >> 1;
  const beforeOdd = (args.left + 1) >> 1;
  const evens = beforeEven + ((args.width + 1) >> 1);
  const odds = beforeOdd + (args.width >> 1);
  for (let row: usize = 0; row < <usize>rows; ++row) {
    const at = row * pitchBytes * 2;
    clear<T>(even + at, beforeEven);
    clear<T>(odd + at, beforeOdd);
    clear<T>(even + at + ((<usize>evens) << shift), args.pitch - evens);
    clear<T>(odd + at + ((<usize>odds) << shift), args.pitch - odds);
  }
  copyApart<T>(
    source,
    (<usize>args.rowStride) << shift,
    even + ((<usize>beforeEven) << shift),
    odd + ((<usize>beforeOdd) << shift),
    pitchBytes * 2,
    args.width,
    rows,
  );
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
