import { BYTES, type ElementType, LANES, type Runtime } from '../../../runtime/runtime.ts';
import { type FilterGradOperands, filterGradPass } from '../filterGradPass.ts';
import { forwardFrame } from '../forwardPass.ts';
import { type ConvGeometry, isDepthwise } from '../geometry.ts';
import { gradientStep, imagesPerChunk, PLANAR_GRADIENT_PIXELS } from '../plan.ts';
import { depthwiseFilterGradPass, fitsPlanes } from './depthwiseFilterGrad.ts';
import { columnPlace, copyPlanes, type Planes, planesOf } from './planes.ts';

/** Taps of the smallest micro-kernel; with fewer it reads one of them several times. */
const FEWEST_TAPS = 3;

/**
 * Filter gradient for few channels, one group: dw[out][channel][tap] = scale * sum over images and pixels of dy[out][pixel] *
 * x[channel][pixel * stride + tap].
 *
 * Vectors lie along the rows of dy: a lane has a sum of its own for each output channel and tap, and lanes are added up at the end.
 * dy is read where it is if its rows are contiguous, else from planes. Scratch: the padded planes of a chunk of images, the sums.
 */
export function planarFilterGradPass(
  runtime: Runtime,
  type: ElementType,
  g: ConvGeometry,
  operands: FilterGradOperands,
): void {
  if (isDepthwise(g)) {
    if (fitsPlanes(type, g, operands)) depthwiseFilterGradPass(runtime, type, g, operands);
    else filterGradPass(runtime, type, g, operands);
    return;
  }
  const { x, dy, dw, scale } = operands;
  const bytes = BYTES[type];
  const lanes = LANES[type];
  const planes = planesOf(forwardFrame(g), g.inChannels, g.x.stride);
  const copied = dy.strides.column !== 1 || g.x.out < lanes;
  const frame = { top: 0, left: 0, height: g.y.out, width: Math.max(lanes, g.x.out) };
  const dyPlanes = planesOf(frame, g.outChannels, 1);
  const taps = g.inChannels * g.y.kernel * g.x.kernel;
  const pairs = Math.ceil(g.outChannels / 2);
  const pitch = Math.max(FEWEST_TAPS, taps);
  const chunk = imagesPerChunk(g.batch, (planes.image + (copied ? dyPlanes.image : 0)) * bytes);
  const [sums = 0, offsets = 0, frames = 0, dyFrames = 0] = runtime.scratch.reserve(
    pairs * 2 * pitch * 16,
    pitch * 4,
    (chunk * planes.image + lanes) * bytes,
    copied ? chunk * dyPlanes.image * bytes : 0,
  );
  writeOffsets(runtime, g, planes, bytes, offsets);
  const strides = copied ? { image: dyPlanes.image, channel: dyPlanes.plane, row: dyPlanes.row } : dy.strides;
  const step = gradientStep(g.batch, g.y.out, g.x.out, PLANAR_GRADIENT_PIXELS);
  for (let first = 0; first < g.batch; first += chunk) {
    const count = Math.min(chunk, g.batch - first);
    copyPlanes(runtime, type, x, planes, { first, count }, frames);
    if (copied) copyPlanes(runtime, type, dy, dyPlanes, { first, count }, dyFrames);
    const args = {
      x: frames,
      dy: copied ? dyFrames : dy.address + first * dy.strides.image * bytes,
      sums,
      target: dw,
      offsets,
      images: count,
      xImage: planes.image,
      rowStep: g.y.stride * planes.row,
      dyImage: strides.image,
      dyPlane: strides.channel,
      dyRow: strides.row,
      outHeight: g.y.out,
      outWidth: g.x.out,
      outChannels: g.outChannels,
      taps,
      tapTiles: tapTiles(taps, runtime.tile),
      pitch,
      stepImages: step.images,
      stepRows: step.rows,
      begins: first === 0 ? 1 : 0,
      ends: first + count === g.batch ? 1 : 0,
      scale,
    };
    runtime.run('planarFilterGrad', type, args, pairs * args.tapTiles);
  }
}

/** Tiles that taps are dealt out to: with 6 in one, an engine that hoists loads or has no fused multiply-add runs out of registers. */
function tapTiles(taps: number, tile: 4 | 6): number {
  return Math.max(1, Math.min(Math.ceil(taps / tile), Math.floor(taps / FEWEST_TAPS)));
}

/** Where each tap reads for the first pixel, in bytes; the last one again up to FEWEST_TAPS. */
function writeOffsets(runtime: Runtime, { y, x, inChannels }: ConvGeometry, planes: Planes, bytes: number, at: number) {
  const { i32 } = runtime.memory;
  let to = at / 4;
  let offset = 0;
  for (let channel = 0; channel < inChannels; channel++) {
    for (let p = 0; p < y.kernel; p++) {
      for (let q = 0; q < x.kernel; q++) {
        const place = columnPlace(planes, q * x.dilation);
        offset = (channel * planes.plane + p * y.dilation * planes.row + place) * bytes;
        i32[to++] = offset;
      }
    }
  }
  while (to < at / 4 + FEWEST_TAPS) i32[to++] = offset;
}
