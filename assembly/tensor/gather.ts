import { Jobs } from '../jobs';
import { copyWhole } from '../rows';

/**
 * target[batch][o][i] = source[batch][o][indices[batch][i]], rows of `columns` elements without gaps. Indices are i32, each at least 0
 * and less than `size`.
 */
@unmanaged
export class GatherArgs {
  source: usize;
  indices: usize;
  target: usize;
  outer: i32;
  /** Indices of a batch. */
  count: i32;
  size: i32;
  columns: i32;
  /** Of an element: 4, or 1. */
  bytes: i32;
}

/** Indices of a block of work. */
const GATHER_BLOCK: i32 = 256;
/** Bytes of a row from which on memory.copy is faster than vectors. */
const LONG_ROW: usize = 2048;

/** One block of work: GATHER_BLOCK rows of one `outer`. */
export function gather(args: GatherArgs, first: i32, last: i32): void {
  const pieces = Jobs.pieces(args.count, GATHER_BLOCK);
  const bytes = <usize>args.columns * <usize>args.bytes;
  for (let block = first; block < last; ++block) {
    const matrix = block / pieces;
    const start = (block % pieces) * GATHER_BLOCK;
    const count = Jobs.end(start, GATHER_BLOCK, args.count) - start;
    const indices = args.indices + ((<usize>(matrix / args.outer) * args.count + start) << 2);
    const source = args.source + <usize>matrix * args.size * bytes;
    const target = args.target + (<usize>matrix * args.count + start) * bytes;
    if (args.bytes == 4) gatherRows<u32>(source, indices, target, count, args.columns);
    else gatherRows<u8>(source, indices, target, count, args.columns);
  }
}

function gatherRows<T>(source: usize, indices: usize, target: usize, count: i32, columns: i32): void {
  const bytes = (<usize>columns) << alignof<T>();
  for (; count > 0; --count) {
    const row = source + <usize>load<i32>(indices) * bytes;
    if (columns == 1) store<T>(target, load<T>(row));
    else if (bytes < LONG_ROW) copyWhole<T>(row, 0, target, 0, columns, 1);
    else memory.copy(target, row, bytes);
    indices += 4;
    target += bytes;
  }
}
