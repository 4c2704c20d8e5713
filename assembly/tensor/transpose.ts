import { Jobs } from '../jobs';
import { Simd } from '../simd';

/**
 * target[batch][column][row] = source[batch][row][column], both contiguous. Between memory formats: NCHW to NHWC is
 * (rows, columns) = (channels, pixels), back is (pixels, channels).
 */
@unmanaged
export class TransposeArgs {
  source: usize;
  target: usize;
  batch: i32;
  rows: i32;
  columns: i32;
}

/**
 * Rows in a block of work: 16 rows of f32 are a cache line of the target. Without blocking, 256 x 3136 takes three times as long
 * (every store opens another page).
 */
const ROW_BLOCK: i32 = 16;

/** One block of work: ROW_BLOCK rows of one matrix. */
export function transpose<T>(args: TransposeArgs, first: i32, last: i32): void {
  const shift = alignof<T>();
  const strips = Jobs.pieces(args.rows, ROW_BLOCK);
  const matrixBytes = (<usize>args.rows * <usize>args.columns) << shift;
  for (let block = first; block < last; ++block) {
    const matrix = block / strips;
    const row = (block % strips) * ROW_BLOCK;
    transposeStrip<T>(args, <usize>matrix * matrixBytes, row, Jobs.end(row, ROW_BLOCK, args.rows));
  }
}

function transposeStrip<T>(args: TransposeArgs, matrix: usize, rowStart: i32, rowEnd: i32): void {
  const shift = alignof<T>();
  const lanes = Simd.lanes<T>();
  const rowBytes = (<usize>args.columns) << shift;
  const columnBytes = (<usize>args.rows) << shift;
  let column = 0;
  for (; column <= args.columns - lanes; column += lanes) {
    let source = args.source + matrix + <usize>rowStart * rowBytes + ((<usize>column) << shift);
    let target = args.target + matrix + <usize>column * columnBytes + ((<usize>rowStart) << shift);
    let row = rowStart;
    for (; row <= rowEnd - lanes; row += lanes) {
      Simd.transposeBlock<T>(source, rowBytes, target, columnBytes);
      source += rowBytes * lanes;
      target += 16;
    }
    for (; row < rowEnd; ++row) {
      for (let lane = 0; lane < lanes; ++lane) {
        store<T>(target + <usize>lane * columnBytes, load<T>(source + ((<usize>lane) << shift)));
      }
      source += rowBytes;
      target += sizeof<T>();
    }
  }
  for (; column < args.columns; ++column) {
    let source = args.source + matrix + <usize>rowStart * rowBytes + ((<usize>column) << shift);
    let target = args.target + matrix + <usize>column * columnBytes + ((<usize>rowStart) << shift);
    for (let row = rowStart; row < rowEnd; ++row) {
      store<T>(target, load<T>(source));
      source += rowBytes;
      target += sizeof<T>();
    }
  }
}
