import { Jobs } from '../jobs';
import { Simd } from '../simd';

/**
 * target[o][i] = scale * f over r of source[o][r][i], for a source of [outer, reduced, inner] without gaps, reduced >= 1. Sums and products
 * of f32 are made in f64, and scaled; other kinds are not.
 */
@unmanaged
export class ReduceArgs {
  source: usize;
  target: usize;
  outer: i32;
  reduced: i32;
  inner: i32;
  /** Rows of a block, where inner is 1. */
  rowBlock: i32;
  /** One of KIND_*. */
  kind: i32;
  scale: f64;
}

const KIND_SUM: i32 = 0;
const KIND_PROD: i32 = 1;
const KIND_MAX: i32 = 2;
const KIND_MIN: i32 = 3;
/** Of i32. */
const KIND_SUM_I32: i32 = 4;
const KIND_MAX_I32: i32 = 5;
const KIND_MIN_I32: i32 = 6;
/** Of bytes: 0 for false. */
const KIND_ALL: i32 = 7;
const KIND_ANY: i32 = 8;
/** Indices, i32, of the first of the largest and the smallest. */
const KIND_ARG_MAX: i32 = 9;
const KIND_ARG_MIN: i32 = 10;
const KIND_ARG_MAX_I32: i32 = 11;
const KIND_ARG_MIN_I32: i32 = 12;

/** Bytes of the columns in a block of work, where inner is above 1: a cache line. */
const COLUMN_BYTES: i32 = 64;

// A class without fields for each function, so that the loop is compiled for each with nothing called.

@unmanaged
class Sum {
  @inline
  start(): v128 {
    return f64x2.splat(0);
  }
  @inline
  of<T>(a: v128, b: v128): v128 {
    return v128.add<T>(a, b);
  }
}

@unmanaged
class Product {
  @inline
  start(): v128 {
    return f64x2.splat(1);
  }
  @inline
  of<T>(a: v128, b: v128): v128 {
    return v128.mul<T>(a, b);
  }
}

/** NaN where there is one. */
@unmanaged
class Larger {
  @inline
  of<T>(a: v128, b: v128): v128 {
    return isFloat<T>() ? Simd.max<T>(a, b) : v128.max<T>(a, b);
  }
  @inline
  beyond<T>(a: v128, b: v128): v128 {
    return v128.gt<T>(a, b);
  }
  /** b where it is beyond a. */
  @inline
  best<T>(a: v128, b: v128): v128 {
    return isFloat<T>() ? v128.pmax<T>(a, b) : v128.max<T>(a, b);
  }
}

/** NaN where there is one. */
@unmanaged
class Smaller {
  @inline
  of<T>(a: v128, b: v128): v128 {
    return isFloat<T>() ? v128.or(v128.pmin<T>(a, b), v128.pmin<T>(b, a)) : v128.min<T>(a, b);
  }
  @inline
  beyond<T>(a: v128, b: v128): v128 {
    return v128.lt<T>(a, b);
  }
  /** b where it is beyond a. */
  @inline
  best<T>(a: v128, b: v128): v128 {
    return isFloat<T>() ? v128.pmin<T>(a, b) : v128.min<T>(a, b);
  }
}

/** One block of work: `rowBlock` rows where inner is 1, else COLUMN_BYTES of columns of one matrix. */
export function reduce(args: ReduceArgs, first: i32, last: i32): void {
  const kind = args.kind;
  if (kind == KIND_SUM) blocks<f32, f32, Wide<Sum>>(args, first, last);
  else if (kind == KIND_PROD) blocks<f32, f32, Wide<Product>>(args, first, last);
  else if (kind == KIND_MAX) blocks<f32, f32, Narrow<f32, Larger>>(args, first, last);
  else if (kind == KIND_MIN) blocks<f32, f32, Narrow<f32, Smaller>>(args, first, last);
  else if (kind == KIND_SUM_I32) blocks<i32, i32, Narrow<i32, Sum>>(args, first, last);
  else if (kind == KIND_MAX_I32) blocks<i32, i32, Narrow<i32, Larger>>(args, first, last);
  else if (kind == KIND_MIN_I32) blocks<i32, i32, Narrow<i32, Smaller>>(args, first, last);
  else if (kind == KIND_ALL) blocks<u8, u8, Narrow<u8, Smaller>>(args, first, last);
  else if (kind == KIND_ANY) blocks<u8, u8, Narrow<u8, Larger>>(args, first, last);
  else if (kind == KIND_ARG_MAX) blocks<f32, i32, Place<f32, Larger>>(args, first, last);
  else if (kind == KIND_ARG_MIN) blocks<f32, i32, Place<f32, Smaller>>(args, first, last);
  else if (kind == KIND_ARG_MAX_I32) blocks<i32, i32, Place<i32, Larger>>(args, first, last);
  else if (kind == KIND_ARG_MIN_I32) blocks<i32, i32, Place<i32, Smaller>>(args, first, last);
}

/** Elements of S, results of T, by a reducer R. */
function blocks<S, T, R>(args: ReduceArgs, first: i32, last: i32): void {
  const shift = alignof<S>();
  const lanes = 16 >> <i32>shift;
  const reducer = changetype<R>(0);
  const reduced = args.reduced;
  const inner = args.inner;
  if (inner == 1) {
    const end = min<i32>(last * args.rowBlock, args.outer);
    for (let row = first * args.rowBlock; row < end; ++row) {
      const source = args.source + ((<usize>(row * reduced)) << shift);
      reducer.row(source, reduced, args.target + ((<usize>row) << alignof<T>()), args.scale);
    }
    return;
  }
  const block = COLUMN_BYTES >> <i32>shift;
  const pieces = Jobs.pieces(inner, block);
  const step = (<usize>inner) << shift;
  for (let at = first; at < last; ++at) {
    const matrix = at / pieces;
    let column = (at % pieces) * block;
    const end = Jobs.end(column, block, inner);
    let source = args.source + ((<usize>(matrix * reduced * inner + column)) << shift);
    let target = args.target + ((<usize>(matrix * inner + column)) << alignof<T>());
    if (column == end - block) {
      reducer.line(source, step, reduced, target, args.scale);
      continue;
    }
    for (; column <= end - lanes; column += lanes) {
      reducer.vector(source, step, reduced, target, args.scale);
      source += 16;
      target += (<usize>lanes) << alignof<T>();
    }
    for (; column < end; ++column) {
      reducer.column(source, step, reduced, target, args.scale);
      source += sizeof<S>();
      target += sizeof<T>();
    }
  }
}

/** Sums and products of f32, in f64: a million are as exact as one after another in f64. */
@unmanaged
class Wide<F> {
  row(source: usize, count: i32, target: usize, scale: f64): void {
    const f = changetype<F>(0);
    let s0 = f.start();
    let s1 = f.start();
    let s2 = f.start();
    let s3 = f.start();
    for (; count >= 8; count -= 8) {
      s0 = f.of<f64>(s0, Simd.loadPair<f32>(source));
      s1 = f.of<f64>(s1, Simd.loadPair<f32>(source + 8));
      s2 = f.of<f64>(s2, Simd.loadPair<f32>(source + 16));
      s3 = f.of<f64>(s3, Simd.loadPair<f32>(source + 24));
      source += 32;
    }
    for (; count > 0; --count) {
      s0 = f.of<f64>(s0, f64x2.replace_lane(f.start(), 0, <f64>load<f32>(source)));
      source += 4;
    }
    const s = f.of<f64>(f.of<f64>(s0, s1), f.of<f64>(s2, s3));
    const all = f.of<f64>(s, v128.shuffle<f64>(s, s, 1, 0));
    store<f32>(target, <f32>(f64x2.extract_lane(all, 0) * scale));
  }

  /** 16 columns, row by row: each line is read once. */
  line(source: usize, step: usize, count: i32, target: usize, scale: f64): void {
    const f = changetype<F>(0);
    let s0 = f.start();
    let s1 = f.start();
    let s2 = f.start();
    let s3 = f.start();
    let s4 = f.start();
    let s5 = f.start();
    let s6 = f.start();
    let s7 = f.start();
    for (; count > 0; --count) {
      s0 = f.of<f64>(s0, Simd.loadPair<f32>(source));
      s1 = f.of<f64>(s1, Simd.loadPair<f32>(source + 8));
      s2 = f.of<f64>(s2, Simd.loadPair<f32>(source + 16));
      s3 = f.of<f64>(s3, Simd.loadPair<f32>(source + 24));
      s4 = f.of<f64>(s4, Simd.loadPair<f32>(source + 32));
      s5 = f.of<f64>(s5, Simd.loadPair<f32>(source + 40));
      s6 = f.of<f64>(s6, Simd.loadPair<f32>(source + 48));
      s7 = f.of<f64>(s7, Simd.loadPair<f32>(source + 56));
      source += step;
    }
    this.store(target, s0, s1, scale);
    this.store(target + 16, s2, s3, scale);
    this.store(target + 32, s4, s5, scale);
    this.store(target + 48, s6, s7, scale);
  }

  vector(source: usize, step: usize, count: i32, target: usize, scale: f64): void {
    const f = changetype<F>(0);
    let s0 = f.start();
    let s1 = f.start();
    let s2 = f.start();
    let s3 = f.start();
    for (; count >= 2; count -= 2) {
      s0 = f.of<f64>(s0, Simd.loadPair<f32>(source));
      s1 = f.of<f64>(s1, Simd.loadPair<f32>(source + 8));
      source += step;
      s2 = f.of<f64>(s2, Simd.loadPair<f32>(source));
      s3 = f.of<f64>(s3, Simd.loadPair<f32>(source + 8));
      source += step;
    }
    if (count > 0) {
      s0 = f.of<f64>(s0, Simd.loadPair<f32>(source));
      s1 = f.of<f64>(s1, Simd.loadPair<f32>(source + 8));
    }
    this.store(target, f.of<f64>(s0, s2), f.of<f64>(s1, s3), scale);
  }

  /** Rows of even and of odd index by lanes of their own. */
  column(source: usize, step: usize, count: i32, target: usize, scale: f64): void {
    const f = changetype<F>(0);
    let s = f.start();
    for (; count >= 2; count -= 2) {
      const pair = v128.load_lane<f32>(source + step, v128.load_zero<f32>(source), 1);
      s = f.of<f64>(s, f64x2.promote_low_f32x4(pair));
      source += 2 * step;
    }
    if (count > 0) s = f.of<f64>(s, f64x2.replace_lane(f.start(), 0, <f64>load<f32>(source)));
    const all = f.of<f64>(s, v128.shuffle<f64>(s, s, 1, 0));
    store<f32>(target, <f32>(f64x2.extract_lane(all, 0) * scale));
  }

  @inline
  store(target: usize, low: v128, high: v128, scale: f64): void {
    const factor = f64x2.splat(scale);
    const a = f32x4.demote_f64x2_zero(f64x2.mul(low, factor));
    const b = f32x4.demote_f64x2_zero(f64x2.mul(high, factor));
    v128.store(target, v128.shuffle<f64>(a, b, 0, 2));
  }
}

/** Reductions in the type of the elements. */
@unmanaged
class Narrow<T, F> {
  row(source: usize, count: i32, target: usize, _scale: f64): void {
    const lanes = 16 >> <i32>alignof<T>();
    const f = changetype<F>(0);
    let s0: v128;
    if (count >= 4 * lanes) {
      s0 = v128.load(source);
      let s1 = v128.load(source, 16);
      let s2 = v128.load(source, 32);
      let s3 = v128.load(source, 48);
      source += 64;
      for (count -= 4 * lanes; count >= 4 * lanes; count -= 4 * lanes) {
        s0 = f.of<T>(s0, v128.load(source));
        s1 = f.of<T>(s1, v128.load(source, 16));
        s2 = f.of<T>(s2, v128.load(source, 32));
        s3 = f.of<T>(s3, v128.load(source, 48));
        source += 64;
      }
      s0 = f.of<T>(f.of<T>(s0, s1), f.of<T>(s2, s3));
    } else if (count >= lanes) {
      s0 = v128.load(source);
      source += 16;
      count -= lanes;
    } else {
      // Too few for a vector: one lane's worth at a time.
      let x = v128.load_splat<T>(source);
      for (let i = 1; i < count; ++i) {
        source += sizeof<T>();
        x = f.of<T>(x, v128.load_splat<T>(source));
      }
      v128.store_lane<T>(target, x, 0);
      return;
    }
    for (; count >= lanes; count -= lanes) {
      s0 = f.of<T>(s0, v128.load(source));
      source += 16;
    }
    s0 = f.of<T>(s0, v128.shuffle<u64>(s0, s0, 1, 0));
    s0 = f.of<T>(s0, v128.shuffle<u32>(s0, s0, 1, 0, 3, 2));
    if (sizeof<T>() == 1) {
      s0 = f.of<T>(s0, v128.shuffle<u16>(s0, s0, 1, 0, 3, 2, 5, 4, 7, 6));
      s0 = f.of<T>(s0, v128.shuffle<u8>(s0, s0, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14));
    }
    for (; count > 0; --count) {
      s0 = f.of<T>(s0, v128.load_splat<T>(source));
      source += sizeof<T>();
    }
    v128.store_lane<T>(target, s0, 0);
  }

  line(source: usize, step: usize, count: i32, target: usize, _scale: f64): void {
    const f = changetype<F>(0);
    let s0 = v128.load(source);
    let s1 = v128.load(source, 16);
    let s2 = v128.load(source, 32);
    let s3 = v128.load(source, 48);
    for (let i = 1; i < count; ++i) {
      source += step;
      s0 = f.of<T>(s0, v128.load(source));
      s1 = f.of<T>(s1, v128.load(source, 16));
      s2 = f.of<T>(s2, v128.load(source, 32));
      s3 = f.of<T>(s3, v128.load(source, 48));
    }
    v128.store(target, s0);
    v128.store(target, s1, 16);
    v128.store(target, s2, 32);
    v128.store(target, s3, 48);
  }

  vector(source: usize, step: usize, count: i32, target: usize, _scale: f64): void {
    const f = changetype<F>(0);
    let s = v128.load(source);
    for (let i = 1; i < count; ++i) {
      source += step;
      s = f.of<T>(s, v128.load(source));
    }
    v128.store(target, s);
  }

  column(source: usize, step: usize, count: i32, target: usize, _scale: f64): void {
    const f = changetype<F>(0);
    let s = v128.load_splat<T>(source);
    for (let i = 1; i < count; ++i) {
      source += step;
      s = f.of<T>(s, v128.load_splat<T>(source));
    }
    v128.store_lane<T>(target, s, 0);
  }
}

/** Indices of the first element that none is beyond. A NaN is beyond nothing, and nothing beyond it. */
@unmanaged
class Place<T, F> {
  row(source: usize, count: i32, target: usize, _scale: f64): void {
    const f = changetype<F>(0);
    let best = v128.load_splat<T>(source);
    let place = i32x4.splat(0);
    let now = i32x4(0, 1, 2, 3);
    const four = i32x4.splat(4);
    let i = 0;
    for (; i <= count - 4; i += 4) {
      const x = v128.load(source);
      const beyond = f.beyond<T>(x, best);
      best = f.best<T>(best, x);
      place = v128.bitselect(now, place, beyond);
      now = i32x4.add(now, four);
      source += 16;
    }
    for (; i < count; ++i) {
      const x = v128.load_splat<T>(source);
      const beyond = f.beyond<T>(x, best);
      best = f.best<T>(best, x);
      place = v128.bitselect(i32x4.splat(i), place, beyond);
      source += 4;
    }
    // Of equal lanes the one of the lower index.
    for (let half = 0; half < 2; ++half) {
      const x = half ? v128.shuffle<u32>(best, best, 1, 0, 3, 2) : v128.shuffle<u64>(best, best, 1, 0);
      const there = half ? v128.shuffle<u32>(place, place, 1, 0, 3, 2) : v128.shuffle<u64>(place, place, 1, 0);
      const earlier = v128.and(v128.eq<T>(x, best), i32x4.lt_s(there, place));
      const take = v128.or(f.beyond<T>(x, best), earlier);
      best = v128.bitselect(x, best, take);
      place = v128.bitselect(there, place, take);
    }
    v128.store_lane<u32>(target, place, 0);
  }

  line(source: usize, step: usize, count: i32, target: usize, scale: f64): void {
    for (let i = 0; i < 64; i += 16) this.vector(source + i, step, count, target + i, scale);
  }

  vector(source: usize, step: usize, count: i32, target: usize, _scale: f64): void {
    const f = changetype<F>(0);
    let best = v128.load(source);
    let place = i32x4.splat(0);
    for (let i = 1; i < count; ++i) {
      source += step;
      const x = v128.load(source);
      const beyond = f.beyond<T>(x, best);
      best = f.best<T>(best, x);
      place = v128.bitselect(i32x4.splat(i), place, beyond);
    }
    v128.store(target, place);
  }

  column(source: usize, step: usize, count: i32, target: usize, _scale: f64): void {
    const f = changetype<F>(0);
    let best = v128.load_splat<T>(source);
    let place = i32x4.splat(0);
    for (let i = 1; i < count; ++i) {
      source += step;
      const x = v128.load_splat<T>(source);
      const beyond = f.beyond<T>(x, best);
      best = f.best<T>(best, x);
      place = v128.bitselect(i32x4.splat(i), place, beyond);
    }
    v128.store_lane<u32>(target, place, 0);
  }
}
