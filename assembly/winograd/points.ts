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
 * Each function reads its vectors `sourceBytes` apart and writes them `targetBytes` apart; `size` is the outputs of a tile, 4 or 2.
 */

const A: f64 = 0.75;
const B: f64 = 1.5;
const A2: f64 = A * A;
const B2: f64 = B * B;

/** B^T x: size + 2 vectors to size + 2. */
export function transformData<T>(
  size: i32,
  source: usize,
  sourceBytes: usize,
  target: usize,
  targetBytes: usize,
): void {
  const x0 = v128.load(source);
  const x1 = v128.load(source + sourceBytes);
  const x2 = v128.load(source + 2 * sourceBytes);
  const x3 = v128.load(source + 3 * sourceBytes);
  if (size == 2) {
    v128.store(target, v128.sub<T>(x0, x2));
    v128.store(target + targetBytes, v128.add<T>(x1, x2));
    v128.store(target + 2 * targetBytes, v128.sub<T>(x2, x1));
    v128.store(target + 3 * targetBytes, v128.sub<T>(x3, x1));
    return;
  }
  const x4 = v128.load(source + 4 * sourceBytes);
  const x5 = v128.load(source + 5 * sourceBytes);
  const sum = v128.splat<T>(<T>-(A2 + B2));
  const product = v128.splat<T>(<T>(A2 * B2));
  v128.store(target, Simd.fma<T>(product, x0, Simd.fma<T>(sum, x2, x4)));
  // The rows of +t and -t: an even part and t times an odd part.
  const evenA = Simd.fma<T>(v128.splat<T>(<T>-B2), x2, x4);
  const oddA = v128.mul<T>(v128.splat<T>(<T>A), Simd.fma<T>(v128.splat<T>(<T>-B2), x1, x3));
  v128.store(target + targetBytes, v128.add<T>(evenA, oddA));
  v128.store(target + 2 * targetBytes, v128.sub<T>(evenA, oddA));
  const evenB = Simd.fma<T>(v128.splat<T>(<T>-A2), x2, x4);
  const oddB = v128.mul<T>(v128.splat<T>(<T>B), Simd.fma<T>(v128.splat<T>(<T>-A2), x1, x3));
  v128.store(target + 3 * targetBytes, v128.add<T>(evenB, oddB));
  v128.store(target + 4 * targetBytes, v128.sub<T>(evenB, oddB));
  v128.store(target + 5 * targetBytes, Simd.fma<T>(product, x1, Simd.fma<T>(sum, x3, x5)));
}

/** A^T m: size + 2 vectors to size. */
export function transformOutput<T>(
  size: i32,
  source: usize,
  sourceBytes: usize,
  target: usize,
  targetBytes: usize,
): void {
  const m0 = v128.load(source);
  const m1 = v128.load(source + sourceBytes);
  const m2 = v128.load(source + 2 * sourceBytes);
  const m3 = v128.load(source + 3 * sourceBytes);
  const sumA = v128.add<T>(m1, m2);
  const differenceA = v128.sub<T>(m1, m2);
  if (size == 2) {
    v128.store(target, v128.add<T>(m0, sumA));
    v128.store(target + targetBytes, v128.add<T>(differenceA, m3));
    return;
  }
  const m4 = v128.load(source + 4 * sourceBytes);
  const m5 = v128.load(source + 5 * sourceBytes);
  const sumB = v128.add<T>(m3, m4);
  const differenceB = v128.sub<T>(m3, m4);
  v128.store(target, v128.add<T>(m0, v128.add<T>(sumA, sumB)));
  v128.store(
    target + targetBytes,
    Simd.fma<T>(v128.splat<T>(<T>B), differenceB, v128.mul<T>(v128.splat<T>(<T>A), differenceA)),
  );
  v128.store(
    target + 2 * targetBytes,
    Simd.fma<T>(v128.splat<T>(<T>B2), sumB, v128.mul<T>(v128.splat<T>(<T>A2), sumA)),
  );
  v128.store(
    target + 3 * targetBytes,
    Simd.fma<T>(v128.splat<T>(<T>(B2 * B)), differenceB, Simd.fma<T>(v128.splat<T>(<T>(A2 * A)), differenceA, m5)),
  );
}

/** A dy: size vectors to size + 2. */
export function transformOutputGrad<T>(
  size: i32,
  source: usize,
  sourceBytes: usize,
  target: usize,
  targetBytes: usize,
): void {
  const y0 = v128.load(source);
  const y1 = v128.load(source + sourceBytes);
  v128.store(target, y0);
  if (size == 2) {
    v128.store(target + targetBytes, v128.add<T>(y0, y1));
    v128.store(target + 2 * targetBytes, v128.sub<T>(y0, y1));
    v128.store(target + 3 * targetBytes, y1);
    return;
  }
  const y2 = v128.load(source + 2 * sourceBytes);
  const y3 = v128.load(source + 3 * sourceBytes);
  const evenA = Simd.fma<T>(v128.splat<T>(<T>A2), y2, y0);
  const oddA = v128.mul<T>(v128.splat<T>(<T>A), Simd.fma<T>(v128.splat<T>(<T>A2), y3, y1));
  v128.store(target + targetBytes, v128.add<T>(evenA, oddA));
  v128.store(target + 2 * targetBytes, v128.sub<T>(evenA, oddA));
  const evenB = Simd.fma<T>(v128.splat<T>(<T>B2), y2, y0);
  const oddB = v128.mul<T>(v128.splat<T>(<T>B), Simd.fma<T>(v128.splat<T>(<T>B2), y3, y1));
  v128.store(target + 3 * targetBytes, v128.add<T>(evenB, oddB));
  v128.store(target + 4 * targetBytes, v128.sub<T>(evenB, oddB));
  v128.store(target + 5 * targetBytes, y3);
}

// Rows of G: (1, t, t^2) / (product of the differences of t to the other points).
const G_ZERO: f64 = 1.0 / (A2 * B2);
const G_A: f64 = 1.0 / (2.0 * A2 * (A2 - B2));
const G_B: f64 = 1.0 / (2.0 * B2 * (B2 - A2));

/** G g: 3 vectors to size + 2. */
export function transformFilter<T>(
  size: i32,
  source: usize,
  sourceBytes: usize,
  target: usize,
  targetBytes: usize,
): void {
  const g0 = v128.load(source);
  const g1 = v128.load(source + sourceBytes);
  const g2 = v128.load(source + 2 * sourceBytes);
  if (size == 2) {
    const half = v128.splat<T>(<T>0.5);
    const even = v128.mul<T>(half, v128.add<T>(g0, g2));
    const odd = v128.mul<T>(half, g1);
    v128.store(target, g0);
    v128.store(target + targetBytes, v128.add<T>(even, odd));
    v128.store(target + 2 * targetBytes, v128.sub<T>(even, odd));
    v128.store(target + 3 * targetBytes, g2);
    return;
  }
  v128.store(target, v128.mul<T>(v128.splat<T>(<T>G_ZERO), g0));
  const evenA = Simd.fma<T>(v128.splat<T>(<T>(G_A * A2)), g2, v128.mul<T>(v128.splat<T>(<T>G_A), g0));
  const oddA = v128.mul<T>(v128.splat<T>(<T>(G_A * A)), g1);
  v128.store(target + targetBytes, v128.add<T>(evenA, oddA));
  v128.store(target + 2 * targetBytes, v128.sub<T>(evenA, oddA));
  const evenB = Simd.fma<T>(v128.splat<T>(<T>(G_B * B2)), g2, v128.mul<T>(v128.splat<T>(<T>G_B), g0));
  const oddB = v128.mul<T>(v128.splat<T>(<T>(G_B * B)), g1);
  v128.store(target + 3 * targetBytes, v128.add<T>(evenB, oddB));
  v128.store(target + 4 * targetBytes, v128.sub<T>(evenB, oddB));
  v128.store(target + 5 * targetBytes, g2);
}

/** G^T u: size + 2 vectors to 3. */
export function transformFilterGrad<T>(
  size: i32,
  source: usize,
  sourceBytes: usize,
  target: usize,
  targetBytes: usize,
): void {
  const u0 = v128.load(source);
  const u1 = v128.load(source + sourceBytes);
  const u2 = v128.load(source + 2 * sourceBytes);
  const u3 = v128.load(source + 3 * sourceBytes);
  const sumA = v128.add<T>(u1, u2);
  const differenceA = v128.sub<T>(u1, u2);
  if (size == 2) {
    const half = v128.splat<T>(<T>0.5);
    const mean = v128.mul<T>(half, sumA);
    v128.store(target, v128.add<T>(u0, mean));
    v128.store(target + targetBytes, v128.mul<T>(half, differenceA));
    v128.store(target + 2 * targetBytes, v128.add<T>(mean, u3));
    return;
  }
  const u4 = v128.load(source + 4 * sourceBytes);
  const u5 = v128.load(source + 5 * sourceBytes);
  const sumB = v128.add<T>(u3, u4);
  const differenceB = v128.sub<T>(u3, u4);
  const zero = v128.mul<T>(v128.splat<T>(<T>G_ZERO), u0);
  v128.store(target, Simd.fma<T>(v128.splat<T>(<T>G_B), sumB, Simd.fma<T>(v128.splat<T>(<T>G_A), sumA, zero)));
  v128.store(
    target + targetBytes,
    Simd.fma<T>(v128.splat<T>(<T>(G_B * B)), differenceB, v128.mul<T>(v128.splat<T>(<T>(G_A * A)), differenceA)),
  );
  v128.store(
    target + 2 * targetBytes,
    Simd.fma<T>(v128.splat<T>(<T>(G_B * B2)), sumB, Simd.fma<T>(v128.splat<T>(<T>(G_A * A2)), sumA, u5)),
  );
}
