import { ELEMENTWISE_BLOCK } from '../jobs';
import { Simd } from '../simd';

/** sums[block] = the sum of source[i]^2 over the block, in f64: squares of f32 neither overflow nor vanish. */
@unmanaged
export class SumOfSquaresArgs {
  source: usize;
  /** One f64 for each block. */
  sums: usize;
  count: i32;
}

/** Elements a turn: four sums of two lanes, so that an addition need not wait for the one before. */
const STEP: i32 = 8;

/** One block of work: ELEMENTWISE_BLOCK elements. */
export function sumOfSquares<T>(args: SumOfSquaresArgs, first: i32, last: i32): void {
  for (let block = first; block < last; ++block) {
    const start = block * ELEMENTWISE_BLOCK;
    const source = args.source + ((<usize>start) << alignof<T>());
    store<f64>(args.sums + ((<usize>block) << 3), sumOf<T>(source, min<i32>(ELEMENTWISE_BLOCK, args.count - start)));
  }
}

function sumOf<T>(source: usize, count: i32): f64 {
  const pairBytes = <usize>2 * sizeof<T>();
  let s0 = Simd.zero();
  let s1 = Simd.zero();
  let s2 = Simd.zero();
  let s3 = Simd.zero();
  for (; count >= STEP; count -= STEP) {
    const a = Simd.loadPair<T>(source);
    const b = Simd.loadPair<T>(source + pairBytes);
    const c = Simd.loadPair<T>(source + 2 * pairBytes);
    const d = Simd.loadPair<T>(source + 3 * pairBytes);
    s0 = Simd.fma<f64>(a, a, s0);
    s1 = Simd.fma<f64>(b, b, s1);
    s2 = Simd.fma<f64>(c, c, s2);
    s3 = Simd.fma<f64>(d, d, s3);
    source += 4 * pairBytes;
  }
  let sum = Simd.sum<f64>(f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3)));
  for (; count > 0; --count) {
    const value = <f64>load<T>(source);
    sum += value * value;
    source += sizeof<T>();
  }
  return sum;
}
