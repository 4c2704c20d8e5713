import { Jobs } from '../jobs';
import { Simd } from '../simd';

/**
 * y[m][n] = start[n] + sum over k of x[m][k] * w[k][n], limited to lower..upper; all contiguous, w as it is: for products of a single
 * row, or so small ones that packing w takes longer than the product. (A row of 2048 by 2048 x 1000: .33 ms packed, .14 so.)
 */
@unmanaged
export class RowProductArgs {
  x: usize;
  w: usize;
  y: usize;
  /** Address of `columns` values, or 0. */
  start: usize;
  rows: i32;
  depth: i32;
  columns: i32;
  lower: f64;
  upper: f64;
}

/** Columns in a block of work: the sums of a strip stay in L1 while rows of w pass by, four at a time. */
const ROW_PRODUCT_COLUMNS: i32 = 512;

/** One block of work: ROW_PRODUCT_COLUMNS columns of one row. */
export function rowProduct(args: RowProductArgs, first: i32, last: i32): void {
  const strips = Jobs.pieces(args.columns, ROW_PRODUCT_COLUMNS);
  for (let block = first; block < last; ++block) {
    const row = block / strips;
    const column = (block % strips) * ROW_PRODUCT_COLUMNS;
    strip(args, row, column, Jobs.end(column, ROW_PRODUCT_COLUMNS, args.columns) - column);
  }
}

function strip(args: RowProductArgs, row: i32, column: i32, columns: i32): void {
  const pitch = (<usize>args.columns) << 2;
  const y = args.y + <usize>row * pitch + ((<usize>column) << 2);
  let x = args.x + ((<usize>(row * args.depth)) << 2);
  let w = args.w + ((<usize>column) << 2);
  if (args.start == 0) memory.fill(y, 0, (<usize>columns) << 2);
  else memory.copy(y, args.start + ((<usize>column) << 2), (<usize>columns) << 2);
  const lower = f32x4.splat(<f32>args.lower);
  const upper = f32x4.splat(<f32>args.upper);
  let k = args.depth;
  for (; k >= 4; k -= 4) {
    addRows(x, w, y, pitch, columns);
    x += 16;
    w += 4 * pitch;
  }
  for (; k > 0; --k) {
    const x0 = v128.load32_splat(x);
    for (let n: usize = 0, left = columns; left > 0; left -= 4, n += 16) {
      const sum = Simd.loadPartial<f32>(y + n, left, Simd.zero());
      Simd.storePartial<f32>(y + n, Simd.fma<f32>(x0, Simd.loadPartial<f32>(w + n, left, x0), sum), left);
    }
    x += 4;
    w += pitch;
  }
  for (let n: usize = 0, left = columns; left > 0; left -= 4, n += 16) {
    const sum = Simd.loadPartial<f32>(y + n, left, lower);
    Simd.storePartial<f32>(y + n, Simd.clamp<f32>(sum, lower, upper), left);
  }
}

/** y += x[0] w[0] + ... + x[3] w[3], in this order. */
function addRows(x: usize, w: usize, y: usize, pitch: usize, columns: i32): void {
  const x0 = v128.load32_splat(x);
  const x1 = v128.load32_splat(x, 4);
  const x2 = v128.load32_splat(x, 8);
  const x3 = v128.load32_splat(x, 12);
  let left = columns;
  for (; left >= 4; left -= 4) {
    let sum = v128.load(y);
    sum = Simd.fma<f32>(x0, v128.load(w), sum);
    sum = Simd.fma<f32>(x1, v128.load(w + pitch), sum);
    sum = Simd.fma<f32>(x2, v128.load(w + 2 * pitch), sum);
    sum = Simd.fma<f32>(x3, v128.load(w + 3 * pitch), sum);
    v128.store(y, sum);
    w += 16;
    y += 16;
  }
  for (; left > 0; --left) {
    let sum = v128.load32_splat(y);
    sum = Simd.fma<f32>(x0, v128.load32_splat(w), sum);
    sum = Simd.fma<f32>(x1, v128.load32_splat(w + pitch), sum);
    sum = Simd.fma<f32>(x2, v128.load32_splat(w + 2 * pitch), sum);
    sum = Simd.fma<f32>(x3, v128.load32_splat(w + 3 * pitch), sum);
    v128.store32_lane(y, sum, 0);
    w += 4;
    y += 4;
  }
}
