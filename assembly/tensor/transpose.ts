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
  const rowBytes = (<usize>args.columns) << shift;
  const columnBytes = (<usize>args.rows) << shift;
  const matrixBytes = <usize>args.rows * rowBytes;
  for (let block = first; block < last; ++block) {
    const matrix = <usize>(block / strips) * matrixBytes;
    const row = (block % strips) * ROW_BLOCK;
    const source = args.source + matrix + <usize>row * rowBytes;
    const target = args.target + matrix + ((<usize>row) << shift);
    transposeStrip<T>(source, rowBytes, target, columnBytes, Jobs.end(row, ROW_BLOCK, args.rows) - row, args.columns);
  }
}

/** target[column][row] = source[row][column], with `rowBytes` from row to row of the source and `columnBytes` of the target. */
export function transposeStrip<T>(
  source: usize,
  rowBytes: usize,
  target: usize,
  columnBytes: usize,
  rows: i32,
  columns: i32,
): void {
  const lanes = Simd.lanes<T>();
  let column = 0;
  for (; column <= columns - lanes; column += lanes) {
    let from = source;
    let to = target;
    let row = 0;
    for (; row <= rows - lanes; row += lanes) {
      Simd.transposeBlock<T>(from, rowBytes, to, columnBytes);
      from += rowBytes * lanes;
      to += 16;
    }
    for (; row < rows; ++row) {
      for (let lane = 0; lane < lanes; ++lane) {
        store<T>(to + <usize>lane * columnBytes, load<T>(from + ((<usize>lane) << alignof<T>())));
      }
      from += rowBytes;
      to += sizeof<T>();
    }
    source += 16;
    target += columnBytes * lanes;
  }
  for (; column < columns; ++column) {
    let from = source;
    let to = target;
    let row = rows;
    if (sizeof<T>() == 4) {
      // One store for four rows of a narrow matrix.
      for (; row >= 4; row -= 4) {
        let v = v128.load_zero<f32>(from);
        v = v128.load_lane<f32>(from + rowBytes, v, 1);
        v = v128.load_lane<f32>(from + 2 * rowBytes, v, 2);
        v = v128.load_lane<f32>(from + 3 * rowBytes, v, 3);
        v128.store(to, v);
        from += 4 * rowBytes;
        to += 16;
      }
    }
    for (; row > 0; --row) {
      store<T>(to, load<T>(from));
      from += rowBytes;
      to += sizeof<T>();
    }
    source += sizeof<T>();
    target += columnBytes;
  }
}
