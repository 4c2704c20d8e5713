import { Jobs } from '../jobs';
import { Simd } from '../simd';
import { gradient3, gradient4, gradient5, gradient6 } from './gradientTiles';

/**
 * The filter gradient on planes of x (as PlanesArgs makes them):
 *
 *     dw[out][tap] = scale * sum over images, i, j of dy[image][out][i][j] * x[image][i * rowStep + j + offset(tap)]
 *
 * with `tap` for (input channel, ky, kx). `sums` has one vector for each output channel (rounded up to an even number) and tap, `pitch`
 * vectors from channel to channel; a call begins or goes on with them, and the one that ends adds up their lanes.
 *
 * Distances in elements. Reads dy and x where a product needs them; with rows shorter than a vector a whole vector of each, whatever is
 * there.
 */
@unmanaged
export class PlanarFilterGradArgs {
  x: usize;
  dy: usize;
  sums: usize;
  target: usize;
  /** Address of u32: for each tap, where it reads for the first pixel, in bytes. */
  offsets: usize;
  images: i32;
  xImage: i32;
  rowStep: i32;
  dyImage: i32;
  dyPlane: i32;
  dyRow: i32;
  outHeight: i32;
  outWidth: i32;
  outChannels: i32;
  taps: i32;
  /** Tiles that the taps are dealt out to evenly, with 3 to 6 each; fewer taps are one tile. */
  tapTiles: i32;
  pitch: i32;
  /** A tile's sums stay in registers over that many images, or rows of one. */
  stepImages: i32;
  stepRows: i32;
  begins: i32;
  ends: i32;
  scale: f64;
}

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
