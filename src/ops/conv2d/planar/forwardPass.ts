import { BYTES, type ElementType, type Runtime } from '../../../runtime/runtime.ts';
import { type ForwardOperands, forwardFrame } from '../forwardPass.ts';
import { type ConvGeometry, isDepthwise } from '../geometry.ts';
import { imagesPerChunk } from '../plan.ts';
import { depthwiseForwardPass } from './depthwise.ts';
import { copyPlanes, planesOf } from './planes.ts';
import { packPlanarFilters, planarFilterBytes, planarSlack, planarTiles, runPlanar, WORK_BYTES } from './product.ts';

/**
 * Forward for few channels, one group: y[out][pixel] = bias[out] + sum over channels and taps of w[out][channel][tap] *
 * x[channel][pixel + tap], to a contiguous (NCHW) result.
 *
 * Vectors lie along the rows of the output and filters are the splats, so that no column of a panel is wasted where there are few
 * channels. Scratch: the packed filters, and the padded planes of a chunk of images.
 */
export function planarForwardPass(
  runtime: Runtime,
  type: ElementType,
  g: ConvGeometry,
  { x, w, bias, y, clamp }: Omit<ForwardOperands, 'prepared'>,
): void {
  if (isDepthwise(g)) {
    depthwiseForwardPass(runtime, type, g, { x, w, bias, y, clamp });
    return;
  }
  const bytes = BYTES[type];
  const planes = planesOf(forwardFrame(g), g.inChannels, g.x.stride);
  const rowStep = g.y.stride * planes.row;
  const kernel = g.y.kernel * g.x.kernel;
  const taps = {
    source: w,
    bias,
    outChannels: g.outChannels,
    inChannels: g.inChannels,
    height: g.y.kernel,
    width: g.x.kernel,
    wOut: g.inChannels * kernel,
    wIn: kernel,
    wRow: g.x.kernel,
    wColumn: 1,
    row: g.y.dilation * planes.row,
    column: g.x.dilation,
  };
  const tiles = planarTiles(g.outChannels, g.y.kernel, runtime.tile, g.y.dilation === g.y.stride);
  const chunk = imagesPerChunk(g.batch, planes.image * bytes);
  const [filters = 0, frames = 0, work = 0] = runtime.scratch.reserve(
    planarFilterBytes(tiles, taps, bytes),
    (chunk * planes.image + planarSlack(rowStep)) * bytes,
    runtime.slots * WORK_BYTES,
  );
  packPlanarFilters(runtime, type, planes, tiles, taps, filters);
  const pixels = g.y.out * g.x.out;
  for (let first = 0; first < g.batch; first += chunk) {
    const count = Math.min(chunk, g.batch - first);
    copyPlanes(runtime, type, x, planes, { first, count }, frames);
    runPlanar(runtime, type, {
      x: frames,
      planes,
      rowStep,
      filters,
      taps,
      tiles,
      y: y + first * g.outChannels * pixels * bytes,
      work,
      yImage: g.outChannels * pixels,
      yPlane: pixels,
      yRow: g.x.out,
      yColumn: 1,
      images: count,
      height: g.y.out,
      width: g.x.out,
      clamp,
    });
  }
}
