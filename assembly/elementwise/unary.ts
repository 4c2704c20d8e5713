import { ELEMENTWISE_BLOCK } from '../jobs';
import { Elements } from './elements';
import {
  Absolute,
  Acos,
  Acosh,
  Asin,
  Asinh,
  Atan,
  Atanh,
  Between,
  Ceiling,
  Cosh,
  Cosine,
  Elu,
  Erf,
  Exp,
  Expm1,
  Floor,
  Inverse,
  InverseRoot,
  IsFinite,
  IsInfinite,
  IsNan,
  IsTrue,
  Log,
  Log1p,
  Nearest,
  Negative,
  Root,
  Same,
  Sign,
  Sine,
  Sinh,
  Softplus,
  Square,
  Step,
  Tangent,
  ToFloat,
  ToWhole,
  WholeAbsolute,
  WholeBetween,
  WholeIsZero,
  WholeNegative,
} from './functions';

/**
 * target[i] = f(source[i]), element types and attributes by `kind`. Both are blocks of whole cache lines. `target` may be `source` where
 * the elements have the same size.
 */
@unmanaged
export class UnaryArgs {
  source: usize;
  target: usize;
  count: i32;
  /** One of KIND_*. */
  kind: i32;
  targetBytes: i32;
  /** Of KIND_STEP at 0 and below; of KIND_ELU the factor below 0; the smallest result of KIND_CLIP. */
  low: f64;
  /** Of KIND_ELU the factor above 0; the largest result of KIND_CLIP; -0 for KIND_NEG and KIND_ABS; 1 for KIND_STEP. */
  high: f64;
}

// float32
const KIND_SQUARE: i32 = 0;
const KIND_SQRT: i32 = 1;
const KIND_RSQRT: i32 = 2;
const KIND_NEG: i32 = 3;
const KIND_ABS: i32 = 4;
const KIND_STEP: i32 = 5;
const KIND_RECIPROCAL: i32 = 6;
const KIND_FLOOR: i32 = 7;
const KIND_CEIL: i32 = 8;
const KIND_ROUND: i32 = 9;
const KIND_SIGN: i32 = 10;
const KIND_CLIP: i32 = 11;
const KIND_EXP: i32 = 12;
const KIND_EXPM1: i32 = 13;
const KIND_ELU: i32 = 14;
const KIND_LOG: i32 = 15;
const KIND_SINH: i32 = 16;
const KIND_COSH: i32 = 17;
const KIND_ASIN: i32 = 18;
const KIND_ACOS: i32 = 19;
const KIND_ATAN: i32 = 20;
const KIND_SIN: i32 = 21;
const KIND_COS: i32 = 22;
const KIND_TAN: i32 = 23;
const KIND_LOG1P: i32 = 24;
// float32, computed as f64
const KIND_ASINH: i32 = 25;
const KIND_ACOSH: i32 = 26;
const KIND_ATANH: i32 = 27;
const KIND_ERF: i32 = 28;
const KIND_SOFTPLUS: i32 = 29;
// float32 to bool
const KIND_IS_NAN: i32 = 30;
const KIND_IS_INF: i32 = 31;
const KIND_IS_FINITE: i32 = 32;
// bool
const KIND_NOT: i32 = 33;
// int32
const KIND_NEG_INT: i32 = 34;
const KIND_ABS_INT: i32 = 35;
const KIND_CLIP_INT: i32 = 36;
// Casts
const KIND_FLOAT_TO_INT: i32 = 37;
const KIND_FLOAT_TO_BOOL: i32 = 38;
const KIND_INT_TO_FLOAT: i32 = 39;
const KIND_INT_TO_BOOL: i32 = 40;
const KIND_BOOL_TO_FLOAT: i32 = 41;
const KIND_BOOL_TO_INT: i32 = 42;

/** One block of work: ELEMENTWISE_BLOCK elements. */
export function unary(args: UnaryArgs, first: i32, last: i32): void {
  const end = args.target + <usize>(min<i32>(last * ELEMENTWISE_BLOCK, args.count) * args.targetBytes);
  const before = Elements.before(end);
  run(args, first, last);
  Elements.putBack(end, before);
}

function run(args: UnaryArgs, first: i32, last: i32): void {
  switch (args.kind) {
    case KIND_SQUARE:
      pairs<f32, Square>(args, first, last);
      break;
    case KIND_SQRT:
      values<f32, Root>(args, first, last);
      break;
    case KIND_RSQRT:
      values<f32, InverseRoot>(args, first, last);
      break;
    case KIND_NEG:
      pairs<f32, Negative>(args, first, last);
      break;
    case KIND_ABS:
      pairs<f32, Absolute>(args, first, last);
      break;
    case KIND_STEP:
      pairs<f32, Step>(args, first, last);
      break;
    case KIND_RECIPROCAL:
      values<f32, Inverse>(args, first, last);
      break;
    case KIND_FLOOR:
      values<f32, Floor>(args, first, last);
      break;
    case KIND_CEIL:
      values<f32, Ceiling>(args, first, last);
      break;
    case KIND_ROUND:
      values<f32, Nearest>(args, first, last);
      break;
    case KIND_SIGN:
      values<f32, Sign>(args, first, last);
      break;
    case KIND_CLIP:
      values<f32, Between>(args, first, last);
      break;
    case KIND_EXP:
      values<f32, Exp>(args, first, last);
      break;
    case KIND_EXPM1:
      values<f32, Expm1>(args, first, last);
      break;
    case KIND_ELU:
      values<f32, Elu>(args, first, last);
      break;
    case KIND_LOG:
      values<f32, Log>(args, first, last);
      break;
    case KIND_SINH:
      values<f32, Sinh>(args, first, last);
      break;
    case KIND_COSH:
      values<f32, Cosh>(args, first, last);
      break;
    case KIND_ASIN:
      values<f32, Asin>(args, first, last);
      break;
    case KIND_ACOS:
      values<f32, Acos>(args, first, last);
      break;
    case KIND_ATAN:
      values<f32, Atan>(args, first, last);
      break;
    case KIND_SIN:
      values<f32, Sine>(args, first, last);
      break;
    case KIND_COS:
      values<f32, Cosine>(args, first, last);
      break;
    case KIND_TAN:
      wide<Tangent>(args, first, last);
      break;
    case KIND_LOG1P:
      values<f32, Log1p>(args, first, last);
      break;
    case KIND_ASINH:
      wide<Asinh>(args, first, last);
      break;
    case KIND_ACOSH:
      wide<Acosh>(args, first, last);
      break;
    case KIND_ATANH:
      wide<Atanh>(args, first, last);
      break;
    case KIND_ERF:
      wide<Erf>(args, first, last);
      break;
    case KIND_SOFTPLUS:
      wide<Softplus>(args, first, last);
      break;
    case KIND_IS_NAN:
      truths<f32, IsNan>(args, first, last);
      break;
    case KIND_IS_INF:
      truths<f32, IsInfinite>(args, first, last);
      break;
    case KIND_IS_FINITE:
      truths<f32, IsFinite>(args, first, last);
      break;
    case KIND_NOT:
      truths<u8, WholeIsZero>(args, first, last);
      break;
    case KIND_NEG_INT:
      values<i32, WholeNegative>(args, first, last);
      break;
    case KIND_ABS_INT:
      values<i32, WholeAbsolute>(args, first, last);
      break;
    case KIND_CLIP_INT:
      values<i32, WholeBetween>(args, first, last);
      break;
    case KIND_FLOAT_TO_INT:
      values<f32, ToWhole>(args, first, last);
      break;
    case KIND_FLOAT_TO_BOOL:
      truths<f32, IsTrue>(args, first, last);
      break;
    case KIND_INT_TO_FLOAT:
      pairs<i32, ToFloat>(args, first, last);
      break;
    case KIND_INT_TO_BOOL:
      // x86 has no instruction for !=.
      truths<i32, WholeIsZero>(args, first, last, 1);
      break;
    case KIND_BOOL_TO_FLOAT:
      pairs<u8, ToFloat>(args, first, last);
      break;
    case KIND_BOOL_TO_INT:
      pairs<u8, Same>(args, first, last);
      break;
  }
}

/** From S to elements of four bytes. */
function values<S, F>(args: UnaryArgs, first: i32, last: i32): void {
  // Nothing is read through it: F has no fields.
  const f = changetype<F>(0);
  const end = min<i32>(last * ELEMENTWISE_BLOCK, args.count);
  const low = isFloat<S>() ? f32x4.splat(<f32>args.low) : i32x4.splat(<i32>args.low);
  const high = isFloat<S>() ? f32x4.splat(<f32>args.high) : i32x4.splat(<i32>args.high);
  let i = first * ELEMENTWISE_BLOCK;
  let source = args.source + ((<usize>i) << alignof<S>());
  let target = args.target + ((<usize>i) << 2);
  for (; i < end; i += 4) {
    v128.store(target, f.of(Elements.load<S>(source), low, high));
    source += 4 << alignof<S>();
    target += 16;
  }
}

/**
 * As `values`, two vectors at a time, with pointers alone: for functions so quick that a counter beside them is half of a turn (10,000
 * elements of |x|: 0.5 us instead of 0.8).
 */
function pairs<S, F>(args: UnaryArgs, first: i32, last: i32): void {
  const f = changetype<F>(0);
  const end = args.target + ((<usize>min<i32>(last * ELEMENTWISE_BLOCK, args.count)) << 2);
  const low = f32x4.splat(<f32>args.low);
  const high = f32x4.splat(<f32>args.high);
  const start = <usize>(first * ELEMENTWISE_BLOCK);
  let source = args.source + (start << alignof<S>());
  let target = args.target + (start << 2);
  while (target + 16 < end) {
    let a: v128;
    let b: v128;
    if (sizeof<S>() == 1) {
      const words = v128.load_ext<u8>(source);
      a = f.of(i32x4.extend_low_i16x8_u(words), low, high);
      b = f.of(i32x4.extend_high_i16x8_u(words), low, high);
    } else {
      a = f.of(v128.load(source), low, high);
      b = f.of(v128.load(source, 16), low, high);
    }
    v128.store(target, a);
    v128.store(target, b, 16);
    source += 8 << alignof<S>();
    target += 32;
  }
  if (target < end) v128.store(target, f.of(Elements.load<S>(source), low, high));
}

/** As f64, two at a time. */
function wide<F>(args: UnaryArgs, first: i32, last: i32): void {
  const f = changetype<F>(0);
  const end = min<i32>(last * ELEMENTWISE_BLOCK, args.count);
  let i = first * ELEMENTWISE_BLOCK;
  let source = args.source + ((<usize>i) << 2);
  let target = args.target + ((<usize>i) << 2);
  for (; i < end; i += 2) {
    const y = f.of(f64x2.promote_low_f32x4(v128.load_zero<u64>(source)));
    v128.store_lane<u64>(target, f32x4.demote_f64x2_zero(y), 0);
    source += 8;
    target += 8;
  }
}

/**
 * From S to bool, what F says or, where `opposite` is 1, the opposite of it. Both end with a cache line, of which 16 elements are no more than a
 * part.
 */
function truths<S, F>(args: UnaryArgs, first: i32, last: i32, opposite: u8 = 0): void {
  const turned = i8x16.splat(opposite);
  const f = changetype<F>(0);
  const end = args.target + <usize>min<i32>(last * ELEMENTWISE_BLOCK, args.count);
  const start = <usize>(first * ELEMENTWISE_BLOCK);
  const step: usize = 4 << alignof<S>();
  let source = args.source + (start << alignof<S>());
  for (let target = args.target + start; target < end; target += 16) {
    const low = i16x8.narrow_i32x4_s(f.of(Elements.load<S>(source)), f.of(Elements.load<S>(source + step)));
    const high = i16x8.narrow_i32x4_s(
      f.of(Elements.load<S>(source + 2 * step)),
      f.of(Elements.load<S>(source + 3 * step)),
    );
    // 1 where all bits are set.
    v128.store(target, v128.xor(i8x16.neg(i8x16.narrow_i16x8_s(low, high)), turned));
    source += 4 * step;
  }
}
