import { ELEMENTWISE_BLOCK } from '../jobs';
import { Elements } from './elements';

/**
 * target[i] = condition[i] == 1 ? a[i] : b[i], with a condition of bytes. All are blocks of whole cache lines.
 */
@unmanaged
export class SelectArgs {
  condition: usize;
  a: usize;
  b: usize;
  target: usize;
  count: i32;
  /** Bytes of an element but the condition's: 4 or 1. */
  bytes: i32;
}

/** One block of work: ELEMENTWISE_BLOCK elements. */
export function select(args: SelectArgs, first: i32, last: i32): void {
  const end = <usize>min<i32>(last * ELEMENTWISE_BLOCK, args.count);
  let i = <usize>first * ELEMENTWISE_BLOCK;
  const targetEnd = args.target + end * args.bytes;
  const before = Elements.before(targetEnd);
  if (args.bytes == 1) {
    for (; i < end; i += 16) {
      const mask = i8x16.eq(v128.load(args.condition + i), i8x16.splat(1));
      v128.store(args.target + i, v128.bitselect(v128.load(args.a + i), v128.load(args.b + i), mask));
    }
  } else {
    for (; i < end; i += 4) {
      const mask = i32x4.eq(Elements.load<u8>(args.condition + i), i32x4.splat(1));
      const at = i << 2;
      v128.store(args.target + at, v128.bitselect(v128.load(args.a + at), v128.load(args.b + at), mask));
    }
  }
  Elements.putBack(targetEnd, before);
}
