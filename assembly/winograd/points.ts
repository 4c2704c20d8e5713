import { FINISH_CLAMP, FINISH_MASK } from '../gemm/args';
import { Simd } from '../simd';

/*
 * The 1-D transforms of Winograd's (Toom-Cook's) fast convolution, vector by vector. F(4,3) interpolates at 0, +-a, +-b and infinity
 * with a = 3/4, b = 3/2: two to seven times less error than with 0, +-1, +-2 (kernel study), at the same speed where multiply-add is
 * fused. F(2,3) interpolates at 0, +-1 and infinity. For filters g, data x and outputs y:
 *
 *     y = A^T [ (G g) . (B^T x) ]
 *
 * and the same matrices, transposed, serve the filter gradient: dg = G^T [ (A dy) . (B^T x) ].
 *
 * Each function transforms `lines` lines: a line's vectors are read `sourceBytes` apart and written `targetBytes` apart, the next
 * line's `sourceLine` and `targetLine` further on. A line is read before it is written, so that source and target may be the same.
 * `size` is the outputs of a tile, 4 or 2.
 */

const A: f64 = 0.75;
const B: f64 = 1.5;
const A2: f64 = A * A;
const B2: f64 = B * B;

/** B^T x: lines of size + 2 vectors to as many. */
export function transformData<T>(
  size: i32,
  lines: i32,
  source: usize,
  sourceBytes: usize,
  sourceLine: usize,
  target: usize,
  targetBytes: usize,
  targetLine: usize,
): void {
  if (size == 2) {
    for (; lines > 0; --lines) {
      const p1 = source + sourceBytes;
      const p2 = p1 + sourceBytes;
      const p3 = p2 + sourceBytes;
      const x0 = v128.load(source);
      const x1 = v128.load(p1);
      const x2 = v128.load(p2);
      const x3 = v128.load(p3);
      v128.store(target, v128.sub<T>(x0, x2));
      const q1 = target + targetBytes;
      v128.store(q1, v128.add<T>(x1, x2));
      const q2 = q1 + targetBytes;
      v128.store(q2, v128.sub<T>(x2, x1));
      const q3 = q2 + targetBytes;
      v128.store(q3, v128.sub<T>(x3, x1));
      source += sourceLine;
      target += targetLine;
    }
    return;
  }
  const sum = v128.splat<T>(<T>-(A2 + B2));
  const product = v128.splat<T>(<T>(A2 * B2));
  const minusA2 = v128.splat<T>(<T>-A2);
  const minusB2 = v128.splat<T>(<T>-B2);
  const a = v128.splat<T>(<T>A);
  const b = v128.splat<T>(<T>B);
  for (; lines > 0; --lines) {
    const p1 = source + sourceBytes;
    const p2 = p1 + sourceBytes;
    const p3 = p2 + sourceBytes;
    const p4 = p3 + sourceBytes;
    const p5 = p4 + sourceBytes;
    const x0 = v128.load(source);
    const x1 = v128.load(p1);
    const x2 = v128.load(p2);
    const x3 = v128.load(p3);
    const x4 = v128.load(p4);
    const x5 = v128.load(p5);
    // The rows of +t and -t: an even part and t times an odd part.
    const evenA = Simd.fma<T>(minusB2, x2, x4);
    const oddA = v128.mul<T>(a, Simd.fma<T>(minusB2, x1, x3));
    const evenB = Simd.fma<T>(minusA2, x2, x4);
    const oddB = v128.mul<T>(b, Simd.fma<T>(minusA2, x1, x3));
    v128.store(target, Simd.fma<T>(product, x0, Simd.fma<T>(sum, x2, x4)));
    const q1 = target + targetBytes;
    v128.store(q1, v128.add<T>(evenA, oddA));
    const q2 = q1 + targetBytes;
    v128.store(q2, v128.sub<T>(evenA, oddA));
    const q3 = q2 + targetBytes;
    v128.store(q3, v128.add<T>(evenB, oddB));
    const q4 = q3 + targetBytes;
    v128.store(q4, v128.sub<T>(evenB, oddB));
    const q5 = q4 + targetBytes;
    v128.store(q5, Simd.fma<T>(product, x1, Simd.fma<T>(sum, x3, x5)));
    source += sourceLine;
    target += targetLine;
  }
}

/**
 * A^T m, plus `bias`: lines of size + 2 vectors to size. `finish`, one of FINISH_*: limited to lower..upper, or 0 where what stands `mask`
 * bytes after the target is not between them.
 */
export function transformOutput<T>(
  size: i32,
  lines: i32,
  source: usize,
  sourceBytes: usize,
  sourceLine: usize,
  target: usize,
  targetBytes: usize,
  targetLine: usize,
  bias: v128,
  finish: i32,
  mask: usize,
  lower: v128,
  upper: v128,
): void {
  if (size == 2) {
    for (; lines > 0; --lines) {
      const p1 = source + sourceBytes;
      const p2 = p1 + sourceBytes;
      const p3 = p2 + sourceBytes;
      const m0 = v128.load(source);
      const m1 = v128.load(p1);
      const m2 = v128.load(p2);
      const m3 = v128.load(p3);
      const sum = v128.add<T>(m1, m2);
      const difference = v128.sub<T>(m1, m2);
      let y0 = v128.add<T>(bias, v128.add<T>(m0, sum));
      let y1 = v128.add<T>(bias, v128.add<T>(difference, m3));
      const q1 = target + targetBytes;
      if (finish == FINISH_CLAMP) {
        y0 = Simd.clamp<T>(y0, lower, upper);
        y1 = Simd.clamp<T>(y1, lower, upper);
      } else if (finish == FINISH_MASK) {
        y0 = v128.and(y0, Simd.between<T>(v128.load(target + mask), lower, upper));
        y1 = v128.and(y1, Simd.between<T>(v128.load(q1 + mask), lower, upper));
      }
      v128.store(target, y0);
      v128.store(q1, y1);
      source += sourceLine;
      target += targetLine;
    }
    return;
  }
  const a = v128.splat<T>(<T>A);
  const a2 = v128.splat<T>(<T>A2);
  const a3 = v128.splat<T>(<T>(A2 * A));
  const b = v128.splat<T>(<T>B);
  const b2 = v128.splat<T>(<T>B2);
  const b3 = v128.splat<T>(<T>(B2 * B));
  for (; lines > 0; --lines) {
    const p1 = source + sourceBytes;
    const p2 = p1 + sourceBytes;
    const p3 = p2 + sourceBytes;
    const p4 = p3 + sourceBytes;
    const p5 = p4 + sourceBytes;
    const m0 = v128.load(source);
    const m1 = v128.load(p1);
    const m2 = v128.load(p2);
    const m3 = v128.load(p3);
    const m4 = v128.load(p4);
    const m5 = v128.load(p5);
    const sumA = v128.add<T>(m1, m2);
    const differenceA = v128.sub<T>(m1, m2);
    const sumB = v128.add<T>(m3, m4);
    const differenceB = v128.sub<T>(m3, m4);
    let y0 = v128.add<T>(bias, v128.add<T>(m0, v128.add<T>(sumA, sumB)));
    let y1 = Simd.fma<T>(b, differenceB, Simd.fma<T>(a, differenceA, bias));
    let y2 = Simd.fma<T>(b2, sumB, Simd.fma<T>(a2, sumA, bias));
    let y3 = v128.add<T>(bias, Simd.fma<T>(b3, differenceB, Simd.fma<T>(a3, differenceA, m5)));
    const q1 = target + targetBytes;
    const q2 = q1 + targetBytes;
    const q3 = q2 + targetBytes;
    if (finish == FINISH_CLAMP) {
      y0 = Simd.clamp<T>(y0, lower, upper);
      y1 = Simd.clamp<T>(y1, lower, upper);
      y2 = Simd.clamp<T>(y2, lower, upper);
      y3 = Simd.clamp<T>(y3, lower, upper);
    } else if (finish == FINISH_MASK) {
      y0 = v128.and(y0, Simd.between<T>(v128.load(target + mask), lower, upper));
      y1 = v128.and(y1, Simd.between<T>(v128.load(q1 + mask), lower, upper));
      y2 = v128.and(y2, Simd.between<T>(v128.load(q2 + mask), lower, upper));
      y3 = v128.and(y3, Simd.between<T>(v128.load(q3 + mask), lower, upper));
    }
    v128.store(target, y0);
    v128.store(q1, y1);
    v128.store(q2, y2);
    v128.store(q3, y3);
    source += sourceLine;
    target += targetLine;
  }
}

/** A dy: lines of size vectors to size + 2. */
export function transformOutputGrad<T>(
  size: i32,
  lines: i32,
  source: usize,
  sourceBytes: usize,
  sourceLine: usize,
  target: usize,
  targetBytes: usize,
  targetLine: usize,
): void {
  if (size == 2) {
    for (; lines > 0; --lines) {
      const p1 = source + sourceBytes;
      const y0 = v128.load(source);
      const y1 = v128.load(p1);
      v128.store(target, y0);
      const q1 = target + targetBytes;
      v128.store(q1, v128.add<T>(y0, y1));
      const q2 = q1 + targetBytes;
      v128.store(q2, v128.sub<T>(y0, y1));
      const q3 = q2 + targetBytes;
      v128.store(q3, y1);
      source += sourceLine;
      target += targetLine;
    }
    return;
  }
  const a = v128.splat<T>(<T>A);
  const a2 = v128.splat<T>(<T>A2);
  const b = v128.splat<T>(<T>B);
  const b2 = v128.splat<T>(<T>B2);
  for (; lines > 0; --lines) {
    const p1 = source + sourceBytes;
    const p2 = p1 + sourceBytes;
    const p3 = p2 + sourceBytes;
    const y0 = v128.load(source);
    const y1 = v128.load(p1);
    const y2 = v128.load(p2);
    const y3 = v128.load(p3);
    const evenA = Simd.fma<T>(a2, y2, y0);
    const oddA = v128.mul<T>(a, Simd.fma<T>(a2, y3, y1));
    const evenB = Simd.fma<T>(b2, y2, y0);
    const oddB = v128.mul<T>(b, Simd.fma<T>(b2, y3, y1));
    v128.store(target, y0);
    const q1 = target + targetBytes;
    v128.store(q1, v128.add<T>(evenA, oddA));
    const q2 = q1 + targetBytes;
    v128.store(q2, v128.sub<T>(evenA, oddA));
    const q3 = q2 + targetBytes;
    v128.store(q3, v128.add<T>(evenB, oddB));
    const q4 = q3 + targetBytes;
    v128.store(q4, v128.sub<T>(evenB, oddB));
    const q5 = q4 + targetBytes;
    v128.store(q5, y3);
    source += sourceLine;
    target += targetLine;
  }
}

// Rows of G: (1, t, t^2) / (product of the differences of t to the other points).
const G_ZERO: f64 = 1.0 / (A2 * B2);
const G_A: f64 = 1.0 / (2.0 * A2 * (A2 - B2));
const G_B: f64 = 1.0 / (2.0 * B2 * (B2 - A2));

/**
 * G g G^T: nine vectors of taps, one after another at `taps`, to (size + 2)^2 vectors `planeBytes` apart. In registers from tap to
 * plane; by way of memory, as the other transforms, it takes half as long again.
 */
export function transformFilter<T>(size: i32, taps: usize, target: usize, planeBytes: usize): void {
  const points = <usize>size + 2;
  const step = planeBytes * points;
  const t00 = v128.load(taps);
  const t01 = v128.load(taps, 16);
  const t02 = v128.load(taps, 32);
  const t10 = v128.load(taps, 48);
  const t11 = v128.load(taps, 64);
  const t12 = v128.load(taps, 80);
  const t20 = v128.load(taps, 96);
  const t21 = v128.load(taps, 112);
  const t22 = v128.load(taps, 128);
  if (size == 2) {
    const half = v128.splat<T>(<T>0.5);
    FilterColumn.two<T>(t00, t10, t20, target, step);
    const e0 = v128.mul<T>(half, v128.add<T>(t00, t02));
    const e1 = v128.mul<T>(half, v128.add<T>(t10, t12));
    const e2 = v128.mul<T>(half, v128.add<T>(t20, t22));
    const o0 = v128.mul<T>(half, t01);
    const o1 = v128.mul<T>(half, t11);
    const o2 = v128.mul<T>(half, t21);
    target += planeBytes;
    FilterColumn.two<T>(v128.add<T>(e0, o0), v128.add<T>(e1, o1), v128.add<T>(e2, o2), target, step);
    target += planeBytes;
    FilterColumn.two<T>(v128.sub<T>(e0, o0), v128.sub<T>(e1, o1), v128.sub<T>(e2, o2), target, step);
    target += planeBytes;
    FilterColumn.two<T>(t02, t12, t22, target, step);
    return;
  }
  const zero = v128.splat<T>(<T>G_ZERO);
  FilterColumn.four<T>(v128.mul<T>(zero, t00), v128.mul<T>(zero, t10), v128.mul<T>(zero, t20), target, step);
  const squareA = v128.splat<T>(<T>(G_A * A2));
  const oneA = v128.splat<T>(<T>G_A);
  const oddA = v128.splat<T>(<T>(G_A * A));
  const eA0 = Simd.fma<T>(squareA, t02, v128.mul<T>(oneA, t00));
  const eA1 = Simd.fma<T>(squareA, t12, v128.mul<T>(oneA, t10));
  const eA2 = Simd.fma<T>(squareA, t22, v128.mul<T>(oneA, t20));
  const oA0 = v128.mul<T>(oddA, t01);
  const oA1 = v128.mul<T>(oddA, t11);
  const oA2 = v128.mul<T>(oddA, t21);
  target += planeBytes;
  FilterColumn.four<T>(v128.add<T>(eA0, oA0), v128.add<T>(eA1, oA1), v128.add<T>(eA2, oA2), target, step);
  target += planeBytes;
  FilterColumn.four<T>(v128.sub<T>(eA0, oA0), v128.sub<T>(eA1, oA1), v128.sub<T>(eA2, oA2), target, step);
  const squareB = v128.splat<T>(<T>(G_B * B2));
  const oneB = v128.splat<T>(<T>G_B);
  const oddB = v128.splat<T>(<T>(G_B * B));
  const eB0 = Simd.fma<T>(squareB, t02, v128.mul<T>(oneB, t00));
  const eB1 = Simd.fma<T>(squareB, t12, v128.mul<T>(oneB, t10));
  const eB2 = Simd.fma<T>(squareB, t22, v128.mul<T>(oneB, t20));
  const oB0 = v128.mul<T>(oddB, t01);
  const oB1 = v128.mul<T>(oddB, t11);
  const oB2 = v128.mul<T>(oddB, t21);
  target += planeBytes;
  FilterColumn.four<T>(v128.add<T>(eB0, oB0), v128.add<T>(eB1, oB1), v128.add<T>(eB2, oB2), target, step);
  target += planeBytes;
  FilterColumn.four<T>(v128.sub<T>(eB0, oB0), v128.sub<T>(eB1, oB1), v128.sub<T>(eB2, oB2), target, step);
  target += planeBytes;
  FilterColumn.four<T>(t02, t12, t22, target, step);
}

/** G g of three vectors: the vectors of a column of planes, `step` bytes apart. */
abstract class FilterColumn {
  @inline
  static two<T>(g0: v128, g1: v128, g2: v128, target: usize, step: usize): void {
    const half = v128.splat<T>(<T>0.5);
    const even = v128.mul<T>(half, v128.add<T>(g0, g2));
    const odd = v128.mul<T>(half, g1);
    v128.store(target, g0);
    const q1 = target + step;
    v128.store(q1, v128.add<T>(even, odd));
    const q2 = q1 + step;
    v128.store(q2, v128.sub<T>(even, odd));
    v128.store(q2 + step, g2);
  }

  @inline
  static four<T>(g0: v128, g1: v128, g2: v128, target: usize, step: usize): void {
    v128.store(target, v128.mul<T>(v128.splat<T>(<T>G_ZERO), g0));
    const evenA = Simd.fma<T>(v128.splat<T>(<T>(G_A * A2)), g2, v128.mul<T>(v128.splat<T>(<T>G_A), g0));
    const oddA = v128.mul<T>(v128.splat<T>(<T>(G_A * A)), g1);
    const q1 = target + step;
    v128.store(q1, v128.add<T>(evenA, oddA));
    const q2 = q1 + step;
    v128.store(q2, v128.sub<T>(evenA, oddA));
    const evenB = Simd.fma<T>(v128.splat<T>(<T>(G_B * B2)), g2, v128.mul<T>(v128.splat<T>(<T>G_B), g0));
    const oddB = v128.mul<T>(v128.splat<T>(<T>(G_B * B)), g1);
    const q3 = q2 + step;
    v128.store(q3, v128.add<T>(evenB, oddB));
    const q4 = q3 + step;
    v128.store(q4, v128.sub<T>(evenB, oddB));
    v128.store(q4 + step, g2);
  }
}

/** G^T u: lines of size + 2 vectors to 3. */
export function transformFilterGrad<T>(
  size: i32,
  lines: i32,
  source: usize,
  sourceBytes: usize,
  sourceLine: usize,
  target: usize,
  targetBytes: usize,
  targetLine: usize,
): void {
  if (size == 2) {
    const half = v128.splat<T>(<T>0.5);
    for (; lines > 0; --lines) {
      const p1 = source + sourceBytes;
      const p2 = p1 + sourceBytes;
      const p3 = p2 + sourceBytes;
      const u0 = v128.load(source);
      const u1 = v128.load(p1);
      const u2 = v128.load(p2);
      const u3 = v128.load(p3);
      const mean = v128.mul<T>(half, v128.add<T>(u1, u2));
      v128.store(target, v128.add<T>(u0, mean));
      const q1 = target + targetBytes;
      v128.store(q1, v128.mul<T>(half, v128.sub<T>(u1, u2)));
      const q2 = q1 + targetBytes;
      v128.store(q2, v128.add<T>(mean, u3));
      source += sourceLine;
      target += targetLine;
    }
    return;
  }
  const zero = v128.splat<T>(<T>G_ZERO);
  const a = v128.splat<T>(<T>G_A);
  const aA = v128.splat<T>(<T>(G_A * A));
  const aA2 = v128.splat<T>(<T>(G_A * A2));
  const b = v128.splat<T>(<T>G_B);
  const bB = v128.splat<T>(<T>(G_B * B));
  const bB2 = v128.splat<T>(<T>(G_B * B2));
  for (; lines > 0; --lines) {
    const p1 = source + sourceBytes;
    const p2 = p1 + sourceBytes;
    const p3 = p2 + sourceBytes;
    const p4 = p3 + sourceBytes;
    const p5 = p4 + sourceBytes;
    const u0 = v128.load(source);
    const u1 = v128.load(p1);
    const u2 = v128.load(p2);
    const u3 = v128.load(p3);
    const u4 = v128.load(p4);
    const u5 = v128.load(p5);
    const sumA = v128.add<T>(u1, u2);
    const differenceA = v128.sub<T>(u1, u2);
    const sumB = v128.add<T>(u3, u4);
    const differenceB = v128.sub<T>(u3, u4);
    v128.store(target, Simd.fma<T>(b, sumB, Simd.fma<T>(a, sumA, v128.mul<T>(zero, u0))));
    const q1 = target + targetBytes;
    v128.store(q1, Simd.fma<T>(bB, differenceB, v128.mul<T>(aA, differenceA)));
    const q2 = q1 + targetBytes;
    v128.store(q2, Simd.fma<T>(bB2, sumB, Simd.fma<T>(aA2, sumA, u5)));
    source += sourceLine;
    target += targetLine;
  }
}
