import { TAP_GROUP } from '../../../runtime/abi.ts';
import { roundUp } from '../../../runtime/allocator.ts';
import { BYTES, type ElementType, LANES, type Runtime } from '../../../runtime/runtime.ts';
import type { FilterGradOperands } from '../filterGradPass.ts';
import { forwardFrame } from '../forwardPass.ts';
import type { ConvGeometry } from '../geometry.ts';
import { frameArgs, kindOfTaps, planeFrame, rowsOfBand, VECTOR_BYTES } from './depthwise.ts';
import { columnPlace } from './planes.ts';

/** Bytes of a band of frame rows: all taps read it from L1, beside dy. */
const BAND_BYTES = 24 << 10;

/** Whether the pass below can do it: dy contiguous, a row of it a vector or more. */
export function fitsPlanes(type: ElementType, { y, x }: ConvGeometry, { dy }: FilterGradOperands): boolean {
  return dy.strides.channel === y.out * x.out && x.out >= LANES[type];
}

/**
 * The filter gradient of a depthwise convolution: dw[channel][tap] = scale * sum over images and pixels of
 * dy[pixel] * x[pixel * stride + tap], with vectors along the rows. Scratch: a band of one plane of x, a row, a vector for each tap.
 */
export function depthwiseFilterGradPass(
  runtime: Runtime,
  type: ElementType,
  g: ConvGeometry,
  { x: images, dy, dw, scale }: FilterGradOperands,
): void {
  const { y, x } = g;
  const bytes = BYTES[type];
  const bounds = forwardFrame(g);
  const frame = planeFrame(type, bounds.top, bounds.left, bounds.width, x.stride);
  const row = frame.split * frame.pitch;
  const reach = (y.kernel - 1) * y.dilation + 1;
  const band = rowsOfBand(y.out, 2, BAND_BYTES, { rowBytes: row * bytes, rowStep: y.stride, reach });
  const filterTaps = y.kernel * x.kernel;
  const tableTaps = Math.ceil(filterTaps / TAP_GROUP) * TAP_GROUP;
  // Each thread has a band, a row of zeros and sums of its own, in this order.
  const bandBytes = roundUp(((band - 1) * y.stride + reach) * row * bytes);
  const zerosBytes = roundUp(x.out * bytes);
  const privateBytes = bandBytes + zerosBytes + roundUp(tableTaps * VECTOR_BYTES);
  const [scratch = 0, taps = 0] = runtime.scratch.reserve(runtime.slots * privateBytes, tableTaps * 4);
  const { i32 } = runtime.memory;
  for (let i = 0; i < tableTaps; i++) {
    const tap = Math.min(i, filterTaps - 1);
    const place = frame.inset + columnPlace(frame, (tap % x.kernel) * x.dilation);
    i32[taps / 4 + i] = Math.floor(tap / x.kernel) * y.dilation * row + place;
  }
  const read = {
    height: Math.max(0, Math.min(y.size, bounds.height - bounds.top)),
    width: Math.max(0, Math.min(x.size, bounds.width - bounds.left)),
  };
  const args = {
    ...frameArgs(images, frame, read, scratch),
    dy: dy.address,
    target: dw,
    zeros: scratch + bandBytes,
    sums: scratch + bandBytes + zerosBytes,
    taps,
    filterTaps,
    images: g.batch,
    rows: y.out,
    columns: x.out,
    rowStep: y.stride,
    reach,
    band,
    kind: kindOfTaps(g),
    scale,
  };
  runtime.run('depthwiseFilterGrad', type, args, g.inChannels, privateBytes);
}
