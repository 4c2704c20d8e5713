/**
 * Packs filters and bias for a convolution on planes. Output channels go into tiles of 6, 4, 2 and one; in slots of one element,
 *
 *     target[tile of several] = the bias of each channel, then for each tap (ky, channel, kx): offset, the weight of each channel
 *     target[tile of one]     = the bias, then for each (ky, channel, kx): offset, the weights of 3, 2 or 1 taps below each other
 *
 * where offset, in bytes as u32, is the place of the (uppermost) tap in planes that are split as PlanesArgs says:
 * channel * planeStride + ky * rowStride + (column % split) * pitch + column / split with column = kx * tapColumn. Strides in
 * elements; those of w may be negative (rotated filters). Reads existing filters only.
 */
@unmanaged
export class PlanarFilterArgs {
  source: usize;
  target: usize;
  /** Address of the bias, or 0. */
  bias: usize;
  inChannels: i32;
  kernelHeight: i32;
  kernelWidth: i32;
  /** Distances in w, in elements: of two output channels, input channels, taps in a column and in a row. */
  wOut: i32;
  wIn: i32;
  wRow: i32;
  wColumn: i32;
  planeStride: i32;
  rowStride: i32;
  tapColumn: i32;
  split: i32;
  pitch: i32;
  sixes: i32;
  fours: i32;
  duos: i32;
  ones: i32;
  /** Groups of three, two and one rows of the kernel, for tiles of one channel: 3 * threes + 2 * twos + single = kernelHeight. */
  threes: i32;
  twos: i32;
  single: i32;
}

/** One block of work: all. */
export function planarFilter<T>(args: PlanarFilterArgs, first: i32, last: i32): void {
  if (first >= last) return;
  const shift = alignof<T>();
  let target = args.target;
  let row = 0;
  const sixes = args.sixes;
  const fours = sixes + args.fours;
  const duos = fours + args.duos;
  const tiles = duos + args.ones;
  for (let tile = 0; tile < tiles; ++tile) {
    const rows = tile < sixes ? 6 : tile < fours ? 4 : tile < duos ? 2 : 1;
    for (let i = 0; i < rows; ++i) {
      store<T>(target, args.bias ? load<T>(args.bias + ((<usize>(row + i)) << shift)) : <T>0);
      target += sizeof<T>();
    }
    const source = args.source + ((<usize>(row * args.wOut)) << shift);
    row += rows;
    if (rows > 1) {
      target = packGroups<T>(args, source, target, 0, 1, args.kernelHeight, args.wOut, rows);
      continue;
    }
    const pair = 3 * args.threes;
    const single = pair + 2 * args.twos;
    target = packGroups<T>(args, source, target, 0, 3, args.threes, args.wRow, 3);
    target = packGroups<T>(args, source, target, pair, 2, args.twos, args.wRow, 2);
    target = packGroups<T>(args, source, target, single, 1, args.single, args.wRow, 1);
  }
}

/** `groups` groups of kernel rows, `size` rows apart, from row `ky` on: `count` weights, `apart` elements apart, for each step. */
function packGroups<T>(
  args: PlanarFilterArgs,
  source: usize,
  target: usize,
  ky: i32,
  size: i32,
  groups: i32,
  apart: i32,
  count: i32,
): usize {
  const shift = alignof<T>();
  for (; groups > 0; --groups) {
    for (let channel = 0; channel < args.inChannels; ++channel) {
      for (let kx = 0; kx < args.kernelWidth; ++kx) {
        const column = kx * args.tapColumn;
        const place = channel * args.planeStride + ky * args.rowStride + column / args.split;
        store<u32>(target, (<u32>(place + (column % args.split) * args.pitch)) << (<u32>shift));
        target += sizeof<T>();
        let weight = ky * args.wRow + channel * args.wIn + kx * args.wColumn;
        for (let i = 0; i < count; ++i) {
          store<T>(target, load<T>(source + ((<usize>weight) << shift)));
          target += sizeof<T>();
          weight += apart;
        }
      }
    }
    ky += size;
  }
  return target;
}
