/**
 * The filter gradient on planes of x (as PlanesArgs makes them):
 *
 *     dw[out][tap] = scale * sum over images, i, j of dy[image][out][i][j] * x[image][i * rowStep + j + offset(tap)]
 *
 * with `tap` for (input channel, ky, kx). `sums` has one vector for each output channel (rounded up to an even number) and tap, `pitch`
 * vectors from channel to channel; a call begins or goes on with them, and the one that ends adds up their lanes.
 *
 * Distances in elements. Reads dy and x where a product needs them; with rows shorter than a vector a whole vector of each, whatever is
 * there.
 */
@unmanaged
export class PlanarFilterGradArgs {
  x: usize;
  dy: usize;
  sums: usize;
  target: usize;
  /** Address of u32: for each tap, where it reads for the first pixel, in bytes. */
  offsets: usize;
  images: i32;
  xImage: i32;
  rowStep: i32;
  dyImage: i32;
  dyPlane: i32;
  dyRow: i32;
  outHeight: i32;
  outWidth: i32;
  outChannels: i32;
  taps: i32;
  /** Tiles that the taps are dealt out to evenly, with 3 to 6 each; fewer taps are one tile. */
  tapTiles: i32;
  pitch: i32;
  /** A tile's sums stay in registers over that many images, or rows of one. */
  stepImages: i32;
  stepRows: i32;
  begins: i32;
  ends: i32;
  scale: f64;
}
