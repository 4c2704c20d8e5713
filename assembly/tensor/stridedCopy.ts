import { ELEMENTWISE_BLOCK, Jobs } from '../jobs';
import { copyWhole } from '../rows';
import { transposeStrip } from './transpose';

/**
 * target[i0 t0 + ... + i3 t3 + row tRow + column tColumn] = source[i0 s0 + ... + i3 s3 + row sRow + column sColumn] for all indices of
 * [n0, n1, n2, n3, rows, columns]. Strides are in elements, those of the source may be negative, for what is reversed, and 0, for what is
 * repeated. No element of the target may be one of the source.
 */
@unmanaged
export class StridedCopyArgs {
  /** 0: the target is filled with `value`, and all strides of the source are 0. */
  source: usize;
  target: usize;
  n0: i32;
  n1: i32;
  n2: i32;
  n3: i32;
  rows: i32;
  columns: i32;
  s0: i32;
  s1: i32;
  s2: i32;
  s3: i32;
  sRow: i32;
  sColumn: i32;
  t0: i32;
  t1: i32;
  t2: i32;
  t3: i32;
  tRow: i32;
  tColumn: i32;
  /** Rows of a block, where there are several. */
  rowBlock: i32;
  /** Of an element: 4, or 1. */
  bytes: i32;
  /** The bits of an element. */
  value: i32;
}

/** Bytes of a row from which on memory.copy is faster than vectors: it costs a call out of WebAssembly. */
const LONG_ROW: usize = 2048;

/** One block of work: `rowBlock` rows of one matrix, or ELEMENTWISE_BLOCK columns of a single row. */
export function stridedCopy(args: StridedCopyArgs, first: i32, last: i32): void {
  if (args.bytes == 4) copyBlocks<u32>(args, first, last);
  else copyBlocks<u8>(args, first, last);
}

function copyBlocks<T>(args: StridedCopyArgs, first: i32, last: i32): void {
  const shift = alignof<T>();
  const single = args.rows == 1;
  const from = args.source ? args.source : changetype<usize>(args) + offsetof<StridedCopyArgs>('value');
  const pieces = single ? Jobs.pieces(args.columns, ELEMENTWISE_BLOCK) : Jobs.pieces(args.rows, args.rowBlock);
  let piece = first % pieces;
  let index = first / pieces;
  let i3 = index % args.n3;
  index /= args.n3;
  let i2 = index % args.n2;
  index /= args.n2;
  let i1 = index % args.n1;
  let i0 = index / args.n1;
  for (let block = first; block < last; ++block) {
    const row = single ? 0 : piece * args.rowBlock;
    const column = single ? piece * ELEMENTWISE_BLOCK : 0;
    const rows = single ? 1 : Jobs.end(row, args.rowBlock, args.rows) - row;
    const columns = single ? Jobs.end(column, ELEMENTWISE_BLOCK, args.columns) - column : args.columns;
    const s = i0 * args.s0 + i1 * args.s1 + i2 * args.s2 + i3 * args.s3 + row * args.sRow + column * args.sColumn;
    const t = i0 * args.t0 + i1 * args.t1 + i2 * args.t2 + i3 * args.t3 + row * args.tRow + column * args.tColumn;
    copyMatrix<T>(args, from + ((<usize>s) << shift), args.target + ((<usize>t) << shift), rows, columns);
    if (++piece < pieces) continue;
    piece = 0;
    if (++i3 < args.n3) continue;
    i3 = 0;
    if (++i2 < args.n2) continue;
    i2 = 0;
    if (++i1 < args.n1) continue;
    i1 = 0;
    ++i0;
  }
}

function copyMatrix<T>(args: StridedCopyArgs, source: usize, target: usize, rows: i32, columns: i32): void {
  const shift = alignof<T>();
  const sourceBytes = (<usize>args.sRow) << shift;
  const targetBytes = (<usize>args.tRow) << shift;
  if (args.sColumn == 1 && args.tColumn == 1) copyRows<T>(source, sourceBytes, target, targetBytes, columns, rows);
  else if (args.sColumn == 0 && args.tColumn == 1) fillRows<T>(source, sourceBytes, target, targetBytes, columns, rows);
  else if (sizeof<T>() == 4 && args.sColumn == -1 && args.tColumn == 1)
    reverseRows(source, sourceBytes, target, targetBytes, columns, rows);
  else if (sizeof<T>() == 4 && args.sColumn == 1 && args.tRow == 1)
    transposeStrip<f32>(source, sourceBytes, target, (<usize>args.tColumn) << shift, rows, columns);
  else {
    const sourceStep = (<usize>args.sColumn) << shift;
    const targetStep = (<usize>args.tColumn) << shift;
    for (; rows > 0; --rows) {
      let from = source;
      let to = target;
      for (let i = columns; i > 0; --i) {
        store<T>(to, load<T>(from));
        from += sourceStep;
        to += targetStep;
      }
      source += sourceBytes;
      target += targetBytes;
    }
  }
}

function copyRows<T>(
  source: usize,
  sourceBytes: usize,
  target: usize,
  targetBytes: usize,
  columns: i32,
  rows: i32,
): void {
  const bytes = (<usize>columns) << alignof<T>();
  if (bytes < LONG_ROW) {
    copyWhole<T>(source, sourceBytes, target, targetBytes, columns, rows);
    return;
  }
  for (; rows > 0; --rows) {
    memory.copy(target, source, bytes);
    source += sourceBytes;
    target += targetBytes;
  }
}

/** Rows of one element each, repeated. */
function fillRows<T>(
  source: usize,
  sourceBytes: usize,
  target: usize,
  targetBytes: usize,
  columns: i32,
  rows: i32,
): void {
  const lanes = 16 >> alignof<T>();
  for (; rows > 0; --rows) {
    const x = load<T>(source);
    const v = v128.splat<T>(x);
    let to = target;
    let i = columns;
    for (; i >= lanes; i -= lanes) {
      v128.store(to, v);
      to += 16;
    }
    for (; i > 0; --i) {
      store<T>(to, x);
      to += sizeof<T>();
    }
    source += sourceBytes;
    target += targetBytes;
  }
}

/** Rows from their last element on, `source` being its address. */
function reverseRows(
  source: usize,
  sourceBytes: usize,
  target: usize,
  targetBytes: usize,
  columns: i32,
  rows: i32,
): void {
  for (; rows > 0; --rows) {
    let from = source;
    let to = target;
    let i = columns;
    for (; i >= 4; i -= 4) {
      const v = v128.load(from - 12);
      v128.store(to, v128.shuffle<u32>(v, v, 3, 2, 1, 0));
      from -= 16;
      to += 16;
    }
    for (; i > 0; --i) {
      store<u32>(to, load<u32>(from));
      from -= 4;
      to += 4;
    }
    source += sourceBytes;
    target += targetBytes;
  }
}
