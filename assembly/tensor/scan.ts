import { Jobs } from '../jobs';

/**
 * target[o][k][i] = f over the first k + 1 of source[o][..][i], or the first k of them (`exclusive`), from the last on with `reverse`; for
 * tensors of [outer, count, inner] without gaps. Each is the one before and one element, rounded.
 */
@unmanaged
export class ScanArgs {
  source: usize;
  target: usize;
  outer: i32;
  count: i32;
  inner: i32;
  exclusive: i32;
  reverse: i32;
  /** One of KIND_*. */
  kind: i32;
}

const KIND_SUM: i32 = 0;
const KIND_PROD: i32 = 1;
const KIND_SUM_I32: i32 = 2;

/** Columns of a block of work. */
const SCAN_COLUMNS: i32 = 64;

@unmanaged
class Sum {
  @inline
  start<T>(exclusive: bool): T {
    // -0 leaves the sign of the first element, if that is a zero.
    return exclusive ? <T>0 : <T>-0.0;
  }
  @inline
  of<T>(a: T, b: T): T {
    return <T>(a + b);
  }
  @inline
  ofVectors<T>(a: v128, b: v128): v128 {
    return v128.add<T>(a, b);
  }
}

@unmanaged
class Product {
  @inline
  start<T>(_exclusive: bool): T {
    return <T>1;
  }
  @inline
  of<T>(a: T, b: T): T {
    return <T>(a * b);
  }
  @inline
  ofVectors<T>(a: v128, b: v128): v128 {
    return v128.mul<T>(a, b);
  }
}

/** One block of work: up to SCAN_COLUMNS columns of one `outer`. */
export function scan(args: ScanArgs, first: i32, last: i32): void {
  if (args.kind == KIND_SUM) matrices<f32, Sum>(args, first, last);
  else if (args.kind == KIND_PROD) matrices<f32, Product>(args, first, last);
  else if (args.kind == KIND_SUM_I32) matrices<i32, Sum>(args, first, last);
}

function matrices<T, F>(args: ScanArgs, first: i32, last: i32): void {
  const pieces = Jobs.pieces(args.inner, SCAN_COLUMNS);
  const start = args.reverse ? (args.count - 1) * args.inner : 0;
  const rowBytes = (<usize>args.inner) << 2;
  const step = args.reverse ? <usize>0 - rowBytes : rowBytes;
  for (let block = first; block < last; ++block) {
    let column = (block % pieces) * SCAN_COLUMNS;
    const end = Jobs.end(column, SCAN_COLUMNS, args.inner);
    const offset = (<usize>((block / pieces) * args.count * args.inner + start + column)) << 2;
    let source = args.source + offset;
    let target = args.target + offset;
    for (; column <= end - 4; column += 4) {
      columns4<T, F>(args, source, target, step);
      source += 16;
      target += 16;
    }
    for (; column < end; ++column) {
      column1<T, F>(args, source, target, step);
      source += 4;
      target += 4;
    }
  }
}

function columns4<T, F>(args: ScanArgs, source: usize, target: usize, step: usize): void {
  const f = changetype<F>(0);
  const exclusive = args.exclusive != 0;
  let sum = v128.splat<T>(f.start<T>(exclusive));
  for (let i = args.count; i > 0; --i) {
    const next = f.ofVectors<T>(sum, v128.load(source));
    v128.store(target, exclusive ? sum : next);
    sum = next;
    source += step;
    target += step;
  }
}

function column1<T, F>(args: ScanArgs, source: usize, target: usize, step: usize): void {
  const f = changetype<F>(0);
  const exclusive = args.exclusive != 0;
  let sum = f.start<T>(exclusive);
  for (let i = args.count; i > 0; --i) {
    const next = f.of<T>(sum, load<T>(source));
    store<T>(target, exclusive ? sum : next);
    sum = next;
    source += step;
    target += step;
  }
}
