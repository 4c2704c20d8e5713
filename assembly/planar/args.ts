/**
 * A convolution on planes:
 *
 *     y[image][m][i][j] = bias[m] + sum over k of w[m][k] * x[image][i * rowStep + j + offset(k)]
 *
 * limited to lower..upper. `x` are planes as PlanesArgs makes them, `w` filters and bias as PlanarFilterArgs packs them; the strides of
 * `y` are free. Vectors lie along the rows of y.
 *
 * Writes the results only. Reads x where a result needs it, and further on: up to a vector with rows shorter than one, up to
 * TALL_ROWS - 1 rows with tiles of one channel. The caller has that much slack behind the planes, of any content.
 */
@unmanaged
export class PlanarArgs {
  x: usize;
  w: usize;
  y: usize;
  /** Working memory of the caller: 12 vectors. */
  work: usize;
  /** Distances in elements: of two images of x, and of what two neighbouring rows of y read. */
  xImage: i32;
  rowStep: i32;
  /** Distances in y, in elements. */
  yImage: i32;
  yPlane: i32;
  yRow: i32;
  yColumn: i32;
  outHeight: i32;
  outWidth: i32;
  /** How many tiles there are of 6, 4, 2 and one channel, in this order. */
  sixes: i32;
  fours: i32;
  duos: i32;
  ones: i32;
  /** Steps of the sum: of a tap, and in tiles of one channel of three, two and one taps that lie below each other. */
  depth: i32;
  triples: i32;
  pairs: i32;
  singles: i32;
  /** A block of work is rowBlock rows (a multiple of TALL_ROWS) of one image. */
  rowBlock: i32;
  /** 1: results are limited to lower..upper. */
  clamp: i32;
  lower: f64;
  upper: f64;
}

/** Rows of a tile of one channel. */
export const TALL_ROWS: i32 = 4;
