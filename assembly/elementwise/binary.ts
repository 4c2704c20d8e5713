import { ELEMENTWISE_BLOCK } from '../jobs';
import { Elements } from './elements';
import {
  Angle,
  Bits,
  Both,
  Difference,
  Either,
  EluGrad,
  Equal,
  FloorQuotient,
  Larger,
  Less,
  LessOrEqual,
  Other,
  Power,
  Prelu,
  Product,
  Quotient,
  Remainder,
  Smaller,
  SquaredDifference,
  Sum,
} from './pairs';
import { Whole } from './whole';

/**
 * target[row][column] = f(a, b), with element types by `kind`, for a target of [rows, columns] without gaps, columns >= 2 where there are
 * several rows. A row is (outer, middle, inner), of which the sizes of the last two are here; operands are at outer * aOuter + middle *
 * aMiddle + inner * aRow + column * aColumn, in elements; strides of columns are 0 (one value for a row) or 1. All are blocks of whole
 * cache lines. `target` may be an operand that is read with no stride of 0.
 */
@unmanaged
export class BinaryArgs {
  /** 0: all of its elements are `scalar`. */
  a: usize;
  /** 0: all of its elements are `scalar`. */
  b: usize;
  /** Ends of the blocks of memory that they are in, which may be that of all memory. */
  aEnd: usize;
  bEnd: usize;
  target: usize;
  /** SCRATCH_BYTES for each thread, where there are several rows or strides of 0. */
  scratch: usize;
  rows: i32;
  columns: i32;
  middle: i32;
  inner: i32;
  aOuter: i32;
  aMiddle: i32;
  aRow: i32;
  aColumn: i32;
  bOuter: i32;
  bMiddle: i32;
  bRow: i32;
  bColumn: i32;
  /** Rows of a block, where there are several. */
  rowBlock: i32;
  /** One of KIND_*. */
  kind: i32;
  /** One of TYPE_*, of the operands. */
  type: i32;
  /** Bytes of the target's elements. */
  targetBytes: i32;
  scalar: f64;
}

// float32
const KIND_ADD: i32 = 0;
const KIND_MUL: i32 = 1;
const KIND_SUB: i32 = 2;
const KIND_DIV: i32 = 3;
const KIND_MAX: i32 = 4;
const KIND_MIN: i32 = 5;
const KIND_SQUARED_DIFFERENCE: i32 = 6;
const KIND_PRELU: i32 = 7;
const KIND_ELU_GRAD: i32 = 8;
const KIND_MOD: i32 = 9;
const KIND_POW: i32 = 10;
const KIND_ATAN2: i32 = 11;
const KIND_FLOOR_DIV: i32 = 12;
// float32 to bool
const KIND_EQUAL: i32 = 13;
const KIND_NOT_EQUAL: i32 = 14;
const KIND_LESS: i32 = 15;
const KIND_LESS_EQUAL: i32 = 16;
// int32
const KIND_ADD_INT: i32 = 17;
const KIND_MUL_INT: i32 = 18;
const KIND_SUB_INT: i32 = 19;
const KIND_MAX_INT: i32 = 20;
const KIND_MIN_INT: i32 = 21;
const KIND_SQUARED_DIFFERENCE_INT: i32 = 22;
const KIND_MOD_INT: i32 = 23;
const KIND_FLOOR_DIV_INT: i32 = 24;
const KIND_AND_INT: i32 = 25;
// int32 to bool
const KIND_EQUAL_INT: i32 = 26;
const KIND_NOT_EQUAL_INT: i32 = 27;
const KIND_LESS_INT: i32 = 28;
const KIND_LESS_EQUAL_INT: i32 = 29;
// bool
const KIND_EQUAL_BOOL: i32 = 30;
const KIND_NOT_EQUAL_BOOL: i32 = 31;
const KIND_LESS_BOOL: i32 = 32;
const KIND_LESS_EQUAL_BOOL: i32 = 33;
const KIND_AND: i32 = 34;
const KIND_OR: i32 = 35;

const TYPE_FLOAT: i32 = 0;
const TYPE_INT: i32 = 1;
const TYPE_BOOL: i32 = 2;

/** Two operands of one value for a row, spread over vectors; the end of a row, and those of its operands. */
const SCRATCH_BYTES: i32 = 128;

/** One block of work: `rowBlock` rows, or ELEMENTWISE_BLOCK elements of a single one. */
export function binary(args: BinaryArgs, first: i32, last: i32): void {
  const single = args.rows == 1;
  const bytes = args.type == TYPE_BOOL ? 1 : 4;
  const start = single ? first * ELEMENTWISE_BLOCK : 0;
  const end = single ? min<i32>(last * ELEMENTWISE_BLOCK, args.columns) : args.columns;
  const lastRow = single ? 1 : min<i32>(last * args.rowBlock, args.rows);
  // Of a vector, which has 16 bytes of an operand.
  const lanes = 16 / bytes;
  const count = end - start;
  const whole = count & -lanes;
  const reach = <usize>((count + lanes - 1) & -lanes) * bytes;
  // Rows are done in whole vectors, and what they write of the next one is written again.
  const loose = !single && whole < count;
  const narrow = count < lanes >> 1;
  let row = single ? 0 : first * args.rowBlock;
  let inner = args.inner;
  let a: usize = 0;
  let b: usize = 0;
  const targetEnd = args.target + <usize>(end * args.targetBytes);
  const before = Elements.before(targetEnd);
  for (; row < lastRow; ++row) {
    if (inner == args.inner) {
      inner = row % args.inner;
      const outer = row / args.inner;
      const middle = outer % args.middle;
      const farthest = outer / args.middle;
      const aAt = farthest * args.aOuter + middle * args.aMiddle + inner * args.aRow + start * args.aColumn;
      const bAt = farthest * args.bOuter + middle * args.bMiddle + inner * args.bRow + start * args.bColumn;
      a = args.a + <usize>(aAt * bytes);
      b = args.b + <usize>(bAt * bytes);
    }
    const target = args.target + <usize>((row * args.columns + start) * args.targetBytes);
    const x = args.aColumn == 0 ? spread(args, args.a == 0, a, args.scratch) : a;
    const y = args.bColumn == 0 ? spread(args, args.b == 0, b, args.scratch + 16) : b;
    const xStep = (<usize>args.aColumn) << 4;
    const yStep = (<usize>args.bColumn) << 4;
    const last = narrow || row == lastRow - 1 || (xStep && x + reach > args.aEnd) || (yStep && y + reach > args.bEnd);
    if (loose && last) {
      if (whole > 0) run(args.kind, x, y, target, whole, xStep, yStep);
      finish(args, x, y, target, whole, count - whole);
    } else run(args.kind, x, y, target, count, xStep, yStep);
    ++inner;
    a += <usize>(args.aRow * bytes);
    b += <usize>(args.bRow * bytes);
  }
  if (single) Elements.putBack(targetEnd, before);
}

/** The end of a row, less than a vector, with nothing read or written behind it. */
function finish(args: BinaryArgs, a: usize, b: usize, target: usize, first: i32, count: i32): void {
  const bytes = args.type == TYPE_BOOL ? 1 : 4;
  const end = args.scratch + 32;
  let x = a;
  let y = b;
  if (args.aColumn) {
    x = args.scratch + 48;
    memory.copy(x, a + <usize>(first * bytes), <usize>(count * bytes));
  }
  if (args.bColumn) {
    y = args.scratch + SCRATCH_BYTES / 2;
    memory.copy(y, b + <usize>(first * bytes), <usize>(count * bytes));
  }
  run(args.kind, x, y, end, count, 16, 16);
  memory.copy(target + <usize>(first * args.targetBytes), end, <usize>(count * args.targetBytes));
}

/** One value, all over a vector at `vector`. */
function spread(args: BinaryArgs, scalar: bool, source: usize, vector: usize): usize {
  if (args.type == TYPE_FLOAT) v128.store(vector, f32x4.splat(scalar ? <f32>args.scalar : load<f32>(source)));
  else if (args.type == TYPE_INT) v128.store(vector, i32x4.splat(scalar ? <i32>args.scalar : load<i32>(source)));
  else v128.store(vector, i8x16.splat(scalar ? <u8>args.scalar : load<u8>(source)));
  return vector;
}

function run(kind: i32, a: usize, b: usize, target: usize, count: i32, aStep: usize, bStep: usize): void {
  switch (kind) {
    case KIND_ADD:
      values<f32, Sum>(a, b, target, count, aStep, bStep);
      break;
    case KIND_MUL:
      values<f32, Product>(a, b, target, count, aStep, bStep);
      break;
    case KIND_SUB:
      values<f32, Difference>(a, b, target, count, aStep, bStep);
      break;
    case KIND_DIV:
      values<f32, Quotient>(a, b, target, count, aStep, bStep);
      break;
    case KIND_MAX:
      values<f32, Larger>(a, b, target, count, aStep, bStep);
      break;
    case KIND_MIN:
      values<f32, Smaller>(a, b, target, count, aStep, bStep);
      break;
    case KIND_SQUARED_DIFFERENCE:
      values<f32, SquaredDifference>(a, b, target, count, aStep, bStep);
      break;
    case KIND_PRELU:
      values<f32, Prelu>(a, b, target, count, aStep, bStep);
      break;
    case KIND_ELU_GRAD:
      values<f32, EluGrad>(a, b, target, count, aStep, bStep);
      break;
    case KIND_MOD:
      wide<f32, f32, Remainder>(a, b, target, count, aStep, bStep);
      break;
    case KIND_POW:
      wide<f32, f32, Power>(a, b, target, count, aStep, bStep);
      break;
    case KIND_ATAN2:
      values<f32, Angle>(a, b, target, count, aStep, bStep);
      break;
    case KIND_FLOOR_DIV:
      wide<f32, i32, FloorQuotient>(a, b, target, count, aStep, bStep);
      break;
    case KIND_EQUAL:
      truths<f32, Equal>(a, b, target, count, aStep, bStep);
      break;
    case KIND_NOT_EQUAL:
      truths<f32, Other>(a, b, target, count, aStep, bStep);
      break;
    case KIND_LESS:
      truths<f32, Less>(a, b, target, count, aStep, bStep);
      break;
    case KIND_LESS_EQUAL:
      truths<f32, LessOrEqual>(a, b, target, count, aStep, bStep);
      break;
    case KIND_ADD_INT:
      values<i32, Sum>(a, b, target, count, aStep, bStep);
      break;
    case KIND_MUL_INT:
      values<i32, Product>(a, b, target, count, aStep, bStep);
      break;
    case KIND_SUB_INT:
      values<i32, Difference>(a, b, target, count, aStep, bStep);
      break;
    case KIND_MAX_INT:
      values<i32, Larger>(a, b, target, count, aStep, bStep);
      break;
    case KIND_MIN_INT:
      values<i32, Smaller>(a, b, target, count, aStep, bStep);
      break;
    case KIND_SQUARED_DIFFERENCE_INT:
      values<i32, SquaredDifference>(a, b, target, count, aStep, bStep);
      break;
    case KIND_MOD_INT:
      wide<i32, i32, Remainder>(a, b, target, count, aStep, bStep);
      break;
    case KIND_FLOOR_DIV_INT:
      wide<i32, i32, FloorQuotient>(a, b, target, count, aStep, bStep);
      break;
    case KIND_AND_INT:
      values<i32, Bits>(a, b, target, count, aStep, bStep);
      break;
    case KIND_EQUAL_INT:
      truths<i32, Equal>(a, b, target, count, aStep, bStep);
      break;
    case KIND_NOT_EQUAL_INT:
      truths<i32, Other>(a, b, target, count, aStep, bStep);
      break;
    case KIND_LESS_INT:
      truths<i32, Less>(a, b, target, count, aStep, bStep);
      break;
    case KIND_LESS_EQUAL_INT:
      truths<i32, LessOrEqual>(a, b, target, count, aStep, bStep);
      break;
    case KIND_EQUAL_BOOL:
      bytes<Equal>(a, b, target, count, aStep, bStep, 1);
      break;
    case KIND_NOT_EQUAL_BOOL:
      bytes<Other>(a, b, target, count, aStep, bStep, 1);
      break;
    case KIND_LESS_BOOL:
      bytes<Less>(a, b, target, count, aStep, bStep, 1);
      break;
    case KIND_LESS_EQUAL_BOOL:
      bytes<LessOrEqual>(a, b, target, count, aStep, bStep, 1);
      break;
    case KIND_AND:
      bytes<Both>(a, b, target, count, aStep, bStep, 255);
      break;
    case KIND_OR:
      bytes<Either>(a, b, target, count, aStep, bStep, 255);
      break;
  }
}

/** Of T, to T of four bytes. */
function values<T, F>(a: usize, b: usize, target: usize, count: i32, aStep: usize, bStep: usize): void {
  // Nothing is read through it: F has no fields.
  const f = changetype<F>(0);
  let left = count;
  // What stays the same stays in a register: a million floats and a number in 72 us instead of 86.
  if (isFloat<T>() && aStep == 0 && bStep != 0) {
    const x = v128.load(a);
    for (; left > 4; left -= 8) {
      const low = f.of<T>(x, v128.load(b));
      const high = f.of<T>(x, v128.load(b, 16));
      v128.store(target, low);
      v128.store(target, high, 16);
      b += 32;
      target += 32;
    }
  } else if (isFloat<T>() && bStep == 0 && aStep != 0) {
    const y = v128.load(b);
    for (; left > 4; left -= 8) {
      const low = f.of<T>(v128.load(a), y);
      const high = f.of<T>(v128.load(a, 16), y);
      v128.store(target, low);
      v128.store(target, high, 16);
      a += 32;
      target += 32;
    }
  } else {
    for (; left > 4; left -= 8) {
      const low = f.of<T>(v128.load(a), v128.load(b));
      const high = f.of<T>(v128.load(a + aStep), v128.load(b + bStep));
      v128.store(target, low);
      v128.store(target, high, 16);
      a += 2 * aStep;
      b += 2 * bStep;
      target += 32;
    }
  }
  if (left > 0) v128.store(target, f.of<T>(v128.load(a), v128.load(b)));
}

/** Of T of four bytes, to bool. */
function truths<T, F>(a: usize, b: usize, target: usize, count: i32, aStep: usize, bStep: usize): void {
  const f = changetype<F>(0);
  for (let left = count; left > 0; left -= 4) {
    Elements.storeTruths(target, f.of<T>(v128.load(a), v128.load(b)));
    a += aStep;
    b += bStep;
    target += 4;
  }
}

/** Of bool, to bool: of the results, the bits of `mask`. */
function bytes<F>(a: usize, b: usize, target: usize, count: i32, aStep: usize, bStep: usize, mask: u8): void {
  const f = changetype<F>(0);
  for (let left = count; left > 0; left -= 16) {
    v128.store(target, v128.and(f.of<u8>(v128.load(a), v128.load(b)), i8x16.splat(mask)));
    a += aStep;
    b += bStep;
    target += 16;
  }
}

/** Of S, computed as f64, two at a time, to R of four bytes. */
function wide<S, R, F>(a: usize, b: usize, target: usize, count: i32, aStep: usize, bStep: usize): void {
  const f = changetype<F>(0);
  for (let left = count; left > 0; left -= 2) {
    const y = f.of(Elements.loadWide<S>(a), Elements.loadWide<S>(b));
    v128.store_lane<u64>(target, isFloat<R>() ? f32x4.demote_f64x2_zero(y) : Whole.ofDoubles(y), 0);
    a += aStep >> 1;
    b += bStep >> 1;
    target += 8;
  }
}
