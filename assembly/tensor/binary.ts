import { ELEMENTWISE_BLOCK } from '../jobs';
import { Simd } from '../simd';

/**
 * target[i][j] = f(a[i * aRow + j * aColumn], b[i * bRow + j * bColumn]) for a target of [rows, columns] without gaps. Strides are in
 * elements; those of columns are 0 (one value for a row) or 1. `target` may be an operand that is read with no stride of 0.
 */
@unmanaged
export class BinaryArgs {
  a: usize;
  b: usize;
  target: usize;
  rows: i32;
  columns: i32;
  aRow: i32;
  aColumn: i32;
  bRow: i32;
  bColumn: i32;
  /** Rows of a block, where there are several. */
  rowBlock: i32;
  /** One of KIND_*. */
  kind: i32;
}

const KIND_ADD: i32 = 0;
const KIND_SUB: i32 = 1;
const KIND_MUL: i32 = 2;
const KIND_DIV: i32 = 3;
const KIND_MAX: i32 = 4;
const KIND_MIN: i32 = 5;

// A class without fields for each function, so that the loop is compiled for each with nothing called.

@unmanaged
class Sum {
  @inline
  of<T>(a: v128, b: v128): v128 {
    return v128.add<T>(a, b);
  }
}

@unmanaged
class Difference {
  @inline
  of<T>(a: v128, b: v128): v128 {
    return v128.sub<T>(a, b);
  }
}

@unmanaged
class Product {
  @inline
  of<T>(a: v128, b: v128): v128 {
    return v128.mul<T>(a, b);
  }
}

@unmanaged
class Quotient {
  @inline
  of<T>(a: v128, b: v128): v128 {
    return v128.div<T>(a, b);
  }
}

/** NaN where there is one. */
@unmanaged
class Larger {
  @inline
  of<T>(a: v128, b: v128): v128 {
    return v128.max<T>(a, b);
  }
}

/** NaN where there is one. */
@unmanaged
class Smaller {
  @inline
  of<T>(a: v128, b: v128): v128 {
    return v128.min<T>(a, b);
  }
}

/** One block of work: `rowBlock` rows, or ELEMENTWISE_BLOCK elements of a single one. */
export function binary<T>(args: BinaryArgs, first: i32, last: i32): void {
  if (args.kind == KIND_ADD) pairs<T, Sum>(args, first, last);
  else if (args.kind == KIND_SUB) pairs<T, Difference>(args, first, last);
  else if (args.kind == KIND_MUL) pairs<T, Product>(args, first, last);
  else if (args.kind == KIND_DIV) pairs<T, Quotient>(args, first, last);
  else if (args.kind == KIND_MAX) pairs<T, Larger>(args, first, last);
  else if (args.kind == KIND_MIN) pairs<T, Smaller>(args, first, last);
}

function pairs<T, F>(args: BinaryArgs, first: i32, last: i32): void {
  const single = args.rows == 1;
  const firstRow = single ? 0 : first * args.rowBlock;
  const lastRow = single ? 1 : min<i32>(last * args.rowBlock, args.rows);
  const start = single ? first * ELEMENTWISE_BLOCK : 0;
  const end = single ? min<i32>(last * ELEMENTWISE_BLOCK, args.columns) : args.columns;
  const shift = alignof<T>();
  for (let row = firstRow; row < lastRow; row++) {
    const a = args.a + ((<usize>(row * args.aRow + start * args.aColumn)) << shift);
    const b = args.b + ((<usize>(row * args.bRow + start * args.bColumn)) << shift);
    const target = args.target + ((<usize>(row * args.columns + start)) << shift);
    if (args.aColumn == 0) splatFirst<T, F>(a, b, target, end - start, args.bColumn);
    else if (args.bColumn == 0) splatSecond<T, F>(a, b, target, end - start);
    else both<T, F>(a, b, target, end - start);
  }
}

function both<T, F>(a: usize, b: usize, target: usize, count: i32): void {
  const lanes = Simd.lanes<T>();
  // Nothing is read through it: F has no fields.
  const f = changetype<F>(0);
  let i = 0;
  for (; i <= count - 2 * lanes; i += 2 * lanes) {
    const low = f.of<T>(v128.load(a), v128.load(b));
    const high = f.of<T>(v128.load(a, 16), v128.load(b, 16));
    v128.store(target, low);
    v128.store(target, high, 16);
    a += 32;
    b += 32;
    target += 32;
  }
  for (; i < count; i += lanes) {
    const left = count - i;
    const one = v128.splat<T>(<T>1);
    Simd.storePartial<T>(target, f.of<T>(Simd.loadPartial<T>(a, left, one), Simd.loadPartial<T>(b, left, one)), left);
    a += 16;
    b += 16;
    target += 16;
  }
}

function splatFirst<T, F>(a: usize, b: usize, target: usize, count: i32, step: i32): void {
  const f = changetype<F>(0);
  const x = v128.splat<T>(load<T>(a));
  if (step == 0) {
    // Both are one value for the row.
    const y = f.of<T>(x, v128.splat<T>(load<T>(b)));
    for (let i = 0; i < count; i += Simd.lanes<T>()) {
      Simd.storePartial<T>(target, y, count - i);
      target += 16;
    }
    return;
  }
  for (let i = 0; i < count; i += Simd.lanes<T>()) {
    Simd.storePartial<T>(target, f.of<T>(x, Simd.loadPartial<T>(b, count - i, x)), count - i);
    b += 16;
    target += 16;
  }
}

function splatSecond<T, F>(a: usize, b: usize, target: usize, count: i32): void {
  const f = changetype<F>(0);
  const y = v128.splat<T>(load<T>(b));
  for (let i = 0; i < count; i += Simd.lanes<T>()) {
    Simd.storePartial<T>(target, f.of<T>(Simd.loadPartial<T>(a, count - i, y), y), count - i);
    a += 16;
    target += 16;
  }
}
