import { BYTES, type ElementType, type Runtime } from '../../../runtime/runtime.ts';
import { type ConvGeometry, isDepthwise } from '../geometry.ts';
import type { InputGradOperands } from '../inputGradPass.ts';
import { polyphase, polyphaseFrame } from '../phases.ts';
import { imagesPerChunk } from '../plan.ts';
import { depthwiseInputGradPass } from './depthwise.ts';
import { copyPlanes, planesOf } from './planes.ts';
import { packPlanarFilters, planarFilterBytes, planarSlack, planarTiles, runPlanar, WORK_BYTES } from './product.ts';

/**
 * Input gradient for few input channels, one group, to a contiguous (NCHW) result: the parts of inputGradPass, each a convolution with
 * stride 1 of the planes of dy. Scratch: the packed filters, and the padded planes of a chunk of images.
 */
export function planarInputGradPass(
  runtime: Runtime,
  type: ElementType,
  g: ConvGeometry,
  operands: InputGradOperands,
): void {
  if (isDepthwise(g)) {
    depthwiseInputGradPass(runtime, type, g, operands);
    return;
  }
  const bytes = BYTES[type];
  const rows = polyphase(g.y);
  const columns = polyphase(g.x);
  const frame = polyphaseFrame(rows, columns);
  const planes = planesOf(frame, g.outChannels, 1);
  const kernel = g.y.kernel * g.x.kernel;
  let size = 0;
  const parts = rows.phases.flatMap(y =>
    columns.phases.map(x => {
      const taps = {
        source: operands.w + (y.firstTap * g.x.kernel + x.firstTap) * bytes,
        bias: 0,
        outChannels: g.inChannels,
        inChannels: g.outChannels,
        height: y.taps,
        width: x.taps,
        wOut: kernel,
        wIn: g.inChannels * kernel,
        wRow: y.tapStep * g.x.kernel,
        wColumn: x.tapStep,
        row: y.sourceStep * planes.row,
        column: x.sourceStep,
      };
      const tiles = planarTiles(g.inChannels, y.taps, runtime.tile, y.sourceStep === 1);
      const offset = size;
      size += planarFilterBytes(tiles, taps, bytes);
      return { y, x, taps, tiles, offset };
    }),
  );
  const chunk = imagesPerChunk(g.batch, planes.image * bytes);
  const [filters = 0, frames = 0, work = 0] = runtime.scratch.reserve(
    size,
    (chunk * planes.image + planarSlack(planes.row)) * bytes,
    runtime.slots * WORK_BYTES,
  );
  for (const { taps, tiles, offset } of parts) {
    packPlanarFilters(runtime, type, planes, tiles, taps, filters + offset);
  }
  const pixels = g.y.size * g.x.size;
  for (let first = 0; first < g.batch; first += chunk) {
    const count = Math.min(chunk, g.batch - first);
    copyPlanes(runtime, type, operands.dy, planes, { first, count }, frames);
    for (const { y, x, taps, tiles, offset } of parts) {
      runPlanar(runtime, type, {
        x: frames + (y.source * planes.row + x.source) * bytes,
        planes,
        rowStep: planes.row,
        filters: filters + offset,
        taps,
        tiles,
        y: operands.dx + (first * g.inChannels * pixels + y.first * g.x.size + x.first) * bytes,
        work,
        yImage: g.inChannels * pixels,
        yPlane: pixels,
        yRow: g.y.stride * g.x.size,
        yColumn: g.x.stride,
        images: count,
        height: y.count,
        width: x.count,
      });
    }
  }
}
