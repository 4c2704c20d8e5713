import { Jobs } from '../jobs';
import { Simd } from '../simd';
import { PlanarFilterGradArgs } from './gradientArgs';
import { gradient3, gradient4, gradient5, gradient6 } from './gradientTiles';

/**
 * One block of work: a tile of taps of two output channels. Those of the same channels that one call does go through the images side
 * by side, so that dy is read from L1.
 */
export function planarFilterGrad<T>(args: PlanarFilterGradArgs, first: i32, last: i32): void {
  const tiles = args.tapTiles;
  for (let block = first; block < last; ) {
    const pair = block / tiles;
    const start = block % tiles;
    const end = min<i32>(tiles, start + last - block);
    addTiles<T>(args, pair, start, end);
    block += end - start;
  }
}

/** The first tap of a tile: the first tiles have one more than the last ones, where they are not all of one size. */
function firstTap(args: PlanarFilterGradArgs, tile: i32): i32 {
  return tile * (args.taps / args.tapTiles) + min<i32>(tile, args.taps % args.tapTiles);
}

/** Tiles `start` to `end` - 1 of output channels 2 * pair and the one after it, over all images. */
function addTiles<T>(args: PlanarFilterGradArgs, pair: i32, start: i32, end: i32): void {
  const shift = alignof<T>();
  const channelBytes = (<usize>args.pitch) << 4;
  const from = firstTap(args, start);
  // Fewer taps than the smallest micro-kernel's are one tile, which has sums for all of its.
  const to = end == args.tapTiles ? args.pitch : firstTap(args, end);
  const sums = args.sums + <usize>pair * 2 * channelBytes + ((<usize>from) << 4);
  if (args.begins) {
    const bytes = (<usize>(to - from)) << 4;
    memory.fill(sums, 0, bytes);
    memory.fill(sums + channelBytes, 0, bytes);
  }
  for (let image = 0; image < args.images; image += args.stepImages) {
    const images = Jobs.end(image, args.stepImages, args.images) - image;
    const x = args.x + ((<usize>(image * args.xImage)) << shift);
    const dy = args.dy + ((<usize>(image * args.dyImage + 2 * pair * args.dyPlane)) << shift);
    for (let row = 0; row < args.outHeight; row += args.stepRows) {
      const rows = Jobs.end(row, args.stepRows, args.outHeight) - row;
      const xRow = x + ((<usize>(row * args.rowStep)) << shift);
      addStep<T>(args, pair, start, end, sums, xRow, dy + ((<usize>(row * args.dyRow)) << shift), images, rows);
    }
  }
  if (args.ends) addLanes<T>(args, pair, from, min<i32>(to, args.taps), sums);
}

/** The taps of some tiles of two output channels over `images` x `rows` rows. */
function addStep<T>(
  args: PlanarFilterGradArgs,
  pair: i32,
  start: i32,
  end: i32,
  sums: usize,
  x: usize,
  dy: usize,
  images: i32,
  rows: i32,
): void {
  // An odd last channel is computed twice.
  const other = 2 * pair + 1 < args.outChannels ? (<usize>args.dyPlane) << alignof<T>() : 0;
  const size = args.taps / args.tapTiles;
  const larger = args.taps % args.tapTiles;
  let offsets = args.offsets + ((<usize>firstTap(args, start)) << 2);
  for (let tile = start; tile < end; ++tile) {
    const taps = size + i32(tile < larger);
    if (taps == 6) gradient6<T>(args, x, dy, other, offsets, sums, images, rows);
    else if (taps == 5) gradient5<T>(args, x, dy, other, offsets, sums, images, rows);
    else if (taps == 4) gradient4<T>(args, x, dy, other, offsets, sums, images, rows);
    else gradient3<T>(args, x, dy, other, offsets, sums, images, rows);
    offsets += (<usize>taps) << 2;
    sums += (<usize>taps) << 4;
  }
}

/** target = scale * the sums of the lanes, of taps `from` to `to` - 1; `sums` are those of tap `from`. */
function addLanes<T>(args: PlanarFilterGradArgs, pair: i32, from: i32, to: i32, sums: usize): void {
  for (let channel = 2 * pair; channel < Jobs.end(2 * pair, 2, args.outChannels); ++channel) {
    let target = args.target + ((<usize>(channel * args.taps + from)) << alignof<T>());
    for (let tap = 0; tap < to - from; ++tap) {
      store<T>(target, <T>(<T>args.scale * Simd.sum<T>(v128.load(sums + ((<usize>tap) << 4)))));
      target += sizeof<T>();
    }
    sums += (<usize>args.pitch) << 4;
  }
}
