/** Columns of a panel of B, in bytes: two vectors, so NR = 8 (f32) or 4 (f64). */
export const PANEL_BYTES: i32 = 32;

export abstract class Panel {
  /** NR: columns in a panel. */
  @inline
  static columns<T>(): i32 {
    return PANEL_BYTES >> alignof<T>();
  }
}

/** What a sum starts from: the bias of the column, or what C holds, to go on with; 0 is nothing. */
export const START_BIAS: i32 = 1;
export const START_C: i32 = 2;

/** Results are limited to lower..upper (ReLU, ReLU6). */
export const FINISH_CLAMP: i32 = 1;
/**
 * Results are zero wherever an element of the mask is not between lower and upper, NaN being no limit (the derivative of ReLU and
 * ReLU6).
 */
export const FINISH_MASK: i32 = 2;

/**
 * A gathered matrix product, one per group:
 *
 *     C[m][n] = start + sum over k of A[m][k] * B[k][n]        m < rows, n < columns, k = (outer, inner, step)
 *
 * A is never copied: row m starts at a + aRows[m], and element (o, i, s) of it lies at o * aOuter + i * aInner + s * aStep
 * from there. That covers a convolution (m = pixel, k = filter tap and channel), its gradients and a plain product.
 * B is packed: [panel][k][NR] for each group, the last panel filled up with zeros.
 * All offsets and strides are in elements.
 */
@unmanaged
export class GemmArgs {
  /** Address of operand A. */
  a: usize;
  /** u32[rows rounded up to the tile, the last one repeated]: offset of each row of A. */
  aRows: usize;
  aOuter: i32;
  aInner: i32;
  aStep: i32;
  /** Sizes of the three loops over k; one of them may be 0, then C = start. */
  outer: i32;
  inner: i32;
  length: i32;
  /** Address of the panels of B. */
  b: usize;
  /** Address of C. */
  c: usize;
  /** u32, as aRows: offset of each row of C; the columns of a row are contiguous. */
  cRows: usize;
  /** Address of `groups * columns` bias values (read only with START_BIAS). */
  bias: usize;
  rows: i32;
  /** Columns of one group. */
  columns: i32;
  groups: i32;
  /** Distance of two groups in A, B and C. */
  aGroup: i32;
  bGroup: i32;
  cGroup: i32;
  /** 0, START_BIAS or START_C (then each row of C has whole panels to read). */
  start: i32;
  /** What is done to a result on its way out: 0 or FINISH_*. */
  finish: i32;
  /** FINISH_MASK: bytes from an element of C to the one of the mask that decides on it. */
  mask: usize;
  /** A block of work is rowBlock rows (a multiple of the tile) by panelBlock panels of one group. */
  rowBlock: i32;
  panelBlock: i32;
  /** MR, rows of the micro-kernel's tile: 4 or 6. */
  tile: i32;
  lower: f64;
  upper: f64;
}
