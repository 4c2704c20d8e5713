/**
 * Offsets of the rows of a gathered matrix: for every (outer, inner, index) in order, outer * outerStride + inner * innerStride +
 * index * stride, as u32, in elements; then `repeat` copies of the last one, which fill the last tile of a micro-kernel.
 */
@unmanaged
export class TableArgs {
  target: usize;
  outer: i32;
  inner: i32;
  length: i32;
  outerStride: i32;
  innerStride: i32;
  stride: i32;
  repeat: i32;
}

/** One block of work: the whole table. */
export function table(args: TableArgs, first: i32, last: i32): void {
  if (first >= last) return;
  let target = args.target;
  const stride = <u32>args.stride;
  let offset: u32 = 0;
  for (let o = 0; o < args.outer; ++o) {
    for (let i = 0; i < args.inner; ++i) {
      offset = <u32>(o * args.outerStride + i * args.innerStride);
      for (let k = args.length; k > 0; --k) {
        store<u32>(target, offset);
        target += 4;
        offset += stride;
      }
    }
  }
  for (let k = args.repeat; k > 0; --k) {
    store<u32>(target, offset - stride);
    target += 4;
  }
}
