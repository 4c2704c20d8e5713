/**
 * Pooling. Windows start at (oy * strideHeight - top, ox * strideWidth - left) and are clipped to the image; every window holds at
 * least one pixel (padding < kernel). Kernels of 'planes' read and write images x channels x height x width, the others
 * images x height x width x channels, all contiguous; x and dx have the sizes of the input, y and dy outHeight and outWidth. Both
 * take the pixels of a window, and the windows of a pixel, in the same order, so that their numbers are the same.
 */
@unmanaged
export class PoolArgs {
  /** Input (max pooling and its gradient; average pooling forward). */
  x: usize;
  /** Output forward, its gradient backward. */
  y: usize;
  /** Gradient of the input (backward only). */
  dx: usize;
  images: i32;
  channels: i32;
  height: i32;
  width: i32;
  outHeight: i32;
  outWidth: i32;
  kernelHeight: i32;
  kernelWidth: i32;
  strideHeight: i32;
  strideWidth: i32;
  top: i32;
  left: i32;
  /** Average pooling: 1 divides by the whole window, 0 by its pixels inside the image. */
  countIncludePad: i32;
}

/** Channels in a block of work of the channels-last gradients: windows overlap, so a block owns all pixels of its channels. */
export const GRADIENT_CHANNELS: i32 = 32;

/** Output rows of a plane in a block of work. */
export const PLANE_ROWS: i32 = 16;
