import { Jobs } from '../jobs';
import { Simd } from '../simd';
import { PlanarFilterGradArgs } from './gradientArgs';
import { gradient3, gradient4, gradient5, gradient6 } from './gradientTiles';

/** One block of work: two output channels. */
export function planarFilterGrad<T>(args: PlanarFilterGradArgs, first: i32, last: i32): void {
  const shift = alignof<T>();
  const pairBytes = (<usize>args.pitch) << 5;
  for (let block = first; block < last; ++block) {
    const sums = args.sums + <usize>block * pairBytes;
    if (args.begins) memory.fill(sums, 0, pairBytes);
    for (let image = 0; image < args.images; image += args.stepImages) {
      const images = Jobs.end(image, args.stepImages, args.images) - image;
      const x = args.x + ((<usize>(image * args.xImage)) << shift);
      const dy = args.dy + ((<usize>(image * args.dyImage + 2 * block * args.dyPlane)) << shift);
      for (let row = 0; row < args.outHeight; row += args.stepRows) {
        const rows = Jobs.end(row, args.stepRows, args.outHeight) - row;
        const xRow = x + ((<usize>(row * args.rowStep)) << shift);
        addStep<T>(args, block, sums, xRow, dy + ((<usize>(row * args.dyRow)) << shift), images, rows);
      }
    }
    if (args.ends) addLanes<T>(args, block, sums);
  }
}

/** All taps of two output channels over `images` x `rows` rows. */
function addStep<T>(
  args: PlanarFilterGradArgs,
  block: i32,
  sums: usize,
  x: usize,
  dy: usize,
  images: i32,
  rows: i32,
): void {
  // An odd last channel is computed twice.
  const other = 2 * block + 1 < args.outChannels ? (<usize>args.dyPlane) << alignof<T>() : 0;
  const size = args.taps / args.tapTiles;
  let larger = args.taps % args.tapTiles;
  let offsets = args.offsets;
  for (let tile = args.tapTiles; tile > 0; --tile) {
    const taps = size + i32(larger-- > 0);
    if (taps == 6) gradient6<T>(args, x, dy, other, offsets, sums, images, rows);
    else if (taps == 5) gradient5<T>(args, x, dy, other, offsets, sums, images, rows);
    else if (taps == 4) gradient4<T>(args, x, dy, other, offsets, sums, images, rows);
    else gradient3<T>(args, x, dy, other, offsets, sums, images, rows);
    offsets += (<usize>taps) << 2;
    sums += (<usize>taps) << 4;
  }
}

/** target = scale * the sums of the lanes. */
function addLanes<T>(args: PlanarFilterGradArgs, block: i32, sums: usize): void {
  let target = args.target + ((<usize>(2 * block * args.taps)) << alignof<T>());
  for (let channel = 2 * block; channel < Jobs.end(2 * block, 2, args.outChannels); ++channel) {
    for (let tap = 0; tap < args.taps; ++tap) {
      store<T>(target, <T>(<T>args.scale * Simd.sum<T>(v128.load(sums + ((<usize>tap) << 4)))));
      target += sizeof<T>();
    }
    sums += (<usize>args.pitch) << 4;
  }
}
