import { Jobs } from '../jobs';
import { PlanarArgs } from './args';
import { planar1 } from './tile1';
import { planar2 } from './tile2';
import { planar4 } from './tile4';
import { planar6 } from './tile6';

/** The loops around the micro-kernels; the contract is that of PlanarArgs. One block of work: rowBlock rows of one image. */
export function planar<T>(args: PlanarArgs, first: i32, last: i32): void {
  const bands = Jobs.pieces(args.outHeight, args.rowBlock);
  for (let block = first; block < last; ++block) {
    const row = (block % bands) * args.rowBlock;
    band<T>(args, block / bands, row, Jobs.end(row, args.rowBlock, args.outHeight) - row);
  }
}

function band<T>(args: PlanarArgs, image: i32, row: i32, rows: i32): void {
  const shift = alignof<T>();
  const x = args.x + ((<usize>(image * args.xImage + row * args.rowStep)) << shift);
  const planeBytes = (<usize>args.yPlane) << shift;
  const sixBytes = (<usize>(6 + 7 * args.depth)) << shift;
  const fourBytes = (<usize>(4 + 5 * args.depth)) << shift;
  const duoBytes = (<usize>(2 + 3 * args.depth)) << shift;
  const oneBytes = (<usize>(1 + 4 * args.triples + 3 * args.pairs + 2 * args.singles)) << shift;
  let y = args.y + ((<usize>(image * args.yImage + row * args.yRow)) << shift);
  let w = args.w;
  if (ASC_FEATURE_RELAXED_SIMD) {
    for (let tile = args.sixes; tile > 0; --tile) {
      planar6<T>(args, w, x, y, rows);
      w += sixBytes;
      y += planeBytes * 6;
    }
  }
  for (let tile = args.fours; tile > 0; --tile) {
    planar4<T>(args, w, x, y, rows);
    w += fourBytes;
    y += planeBytes * 4;
  }
  if (ASC_FEATURE_RELAXED_SIMD) {
    for (let tile = args.duos; tile > 0; --tile) {
      planar2<T>(args, w, x, y, rows);
      w += duoBytes;
      y += planeBytes * 2;
    }
  }
  for (let tile = args.ones; tile > 0; --tile) {
    planar1<T>(args, w, x, y, rows);
    w += oneBytes;
    y += planeBytes;
  }
}
