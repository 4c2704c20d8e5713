import { ELEMENTWISE_BLOCK } from '../jobs';
import { Simd } from '../simd';

/** target[i] = a[i] + b[i] (a residual connection). `target` may be `a` or `b`. */
@unmanaged
export class AddArgs {
  a: usize;
  b: usize;
  target: usize;
  count: i32;
}

/** One block of work: ELEMENTWISE_BLOCK elements. */
export function add<T>(args: AddArgs, first: i32, last: i32): void {
  const shift = alignof<T>();
  const lanes = Simd.lanes<T>();
  const end = min<i32>(last * ELEMENTWISE_BLOCK, args.count);
  let i = first * ELEMENTWISE_BLOCK;
  let a = args.a + ((<usize>i) << shift);
  let b = args.b + ((<usize>i) << shift);
  let target = args.target + ((<usize>i) << shift);
  for (; i <= end - 2 * lanes; i += 2 * lanes) {
    const low = v128.add<T>(v128.load(a), v128.load(b));
    const high = v128.add<T>(v128.load(a, 16), v128.load(b, 16));
    v128.store(target, low);
    v128.store(target, high, 16);
    a += 32;
    b += 32;
    target += 32;
  }
  for (; i < end; ++i) {
    store<T>(target, <T>(load<T>(a) + load<T>(b)));
    a += sizeof<T>();
    b += sizeof<T>();
    target += sizeof<T>();
  }
}
