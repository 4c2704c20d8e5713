/**
 * The frame of a plane: the plane with its zeros, made band by band in scratch (see copyRows), its columns sorted by their remainder
 * by `split` (the stride) into `split` segments of `pitch` elements a row; so every tap reads whole vectors of neighbours. All
 * distances in elements.
 */
@unmanaged
export class FrameArgs {
  /** Images: of any column stride, 1 is fast. */
  source: usize;
  /** A band of frame rows, split x pitch elements each. */
  scratch: usize;
  channels: i32;
  /** What to read of a plane: rows and columns past it do not reach the frame. */
  height: i32;
  width: i32;
  imageStride: i32;
  channelStride: i32;
  rowStride: i32;
  columnStride: i32;
  /** Zeros above and left of the plane. */
  top: i32;
  left: i32;
  split: i32;
  pitch: i32;
  /** Elements before the frame's first column, so that the plane's first column stands on a vector's boundary. */
  inset: i32;
}

/**
 * A depthwise convolution of contiguous planes (NCHW), and its input gradient, which is one of dy:
 *
 *     target[phase.firstRow + m * phase.rowStep][phase.firstColumn + j * phase.columnStep]
 *         = limit(bias + sum over taps of frame[m * rowStep + tap.row][j * split + tap.column] * w[channel][tap])
 *
 * Vectors run along a row. After the band in scratch stand 64 bytes that may be read; nothing else is read or written past its end. A
 * band of `band` phase rows needs (band - 1) * rowStep + reach frame rows.
 */
@unmanaged
export class DepthwisePlanesArgs extends FrameArgs {
  /** Contiguous planes of targetHeight x targetWidth. */
  target: usize;
  /** [channels][filterTaps]. */
  w: usize;
  /** [channels], or 0. */
  bias: usize;
  /** Taps, see Tap. */
  taps: usize;
  /** Phases, see Phase. */
  phases: usize;
  filterTaps: i32;
  phaseCount: i32;
  rowStep: i32;
  reach: i32;
  /** Rows of the largest phase, and how many of them a band has. */
  rows: i32;
  band: i32;
  targetHeight: i32;
  targetWidth: i32;
  /** How the taps are laid out: KIND_*. */
  kind: i32;
  /** KIND_3X3, KIND_3X3_APART. 1: the planes are read where they are, not from a band. */
  inPlace: i32;
  /** Scratch for a frame row that is zero. */
  zeros: usize;
  /** What the first tap column of a row's first vector, of all vectors, and the last one of the last vector keep of x. */
  masks: usize;
  /** 1: the taps of the filter come last one first. */
  rotated: i32;
  /** KIND_3X3_GRADIENT: scratch for a row of the target that is not there. */
  spare: usize;
  /** KIND_3X3_GRADIENT: whether the target begins with an odd row or column, see gradientRows. */
  rowParity: i32;
  columnParity: i32;
  /** 1: results are limited to lower..upper. */
  clamp: i32;
  lower: f64;
  upper: f64;
}

/**
 * The filter gradient of a depthwise convolution of contiguous planes:
 *
 *     target[channel][tap] = scale * sum over images, rows i and columns j of dy[i][j] * frame[i * rowStep + tap.row][j * split +
 * tap.column]
 */
@unmanaged
export class DepthwiseFilterGradArgs extends FrameArgs {
  /** Contiguous planes of rows x columns; a row has a vector or more. */
  dy: usize;
  /** [channels][filterTaps]. */
  target: usize;
  /** Scratch for a row of dy that is zero. */
  zeros: usize;
  /** Scratch for a vector of each of `taps`. */
  sums: usize;
  /** Where each tap reads from the first frame element of its row: i32, a multiple of TAP_GROUP of them, the last one again. */
  taps: usize;
  filterTaps: i32;
  images: i32;
  rows: i32;
  columns: i32;
  rowStep: i32;
  reach: i32;
  /** Rows of dy in a band, an even number; it needs (band - 1) * rowStep + reach frame rows. */
  band: i32;
  /** How the taps are laid out: KIND_*. */
  kind: i32;
  scale: f64;
}

/** Taps that the filter gradient of any taps sums at a time. */
export const TAP_GROUP: i32 = 5;

/** Any taps. */
export const KIND_TAPS: i32 = 0;
/** 3 x 3 neighbouring taps, stride 1, see rows3. */
export const KIND_3X3: i32 = 1;
/** The same with stride 2; in a filter gradient with two segments. */
export const KIND_3X3_APART: i32 = 2;
/** The input gradient of a 3 x 3 convolution with stride 2: four phases at once. */
export const KIND_3X3_GRADIENT: i32 = 3;

/** A tap: where it reads from the first frame element of its row, and its place in the filter. */
@unmanaged
export class Tap {
  offset: i32;
  weight: i32;
}

/** Outputs of one remainder by the stride of an input gradient; a forward pass has one phase. */
@unmanaged
export class Phase {
  firstRow: i32;
  rowStep: i32;
  rows: i32;
  firstColumn: i32;
  columnStep: i32;
  columns: i32;
  firstTap: i32;
  taps: i32;
}
