import { FILTER_DEPTH, LINE_VECTORS, PANEL_BYTES } from '../../../runtime/abi.ts';
import { BYTES, type ElementType, type Runtime } from '../../../runtime/runtime.ts';
import type { FilterGradOperands } from '../filterGradPass.ts';
import { copyFrames, type Frame, frameSize, inPlace, readsInPlace } from '../frame.ts';
import type { ConvGeometry } from '../geometry.ts';
import { columnsPerStep, imagesPerChunk, oddLines, planesFit, tilesPerBlock } from '../plan.ts';
import { evenRows, runProduct, tableBytes, writeTables } from '../product.ts';
import { imageFields, SLACK_BYTES, type TileSize, UNUSED, WORK_BYTES } from './pass.ts';

/**
 * Filter gradient of a 3x3 convolution with stride 1, as the adjoint of Winograd's F(size x size, 3x3):
 *
 *     dw = G^T [ sum over tiles of (A dy A^T) . (B^T x B) ] G
 *
 * (size + 2)^2 products [input channels x tiles] * [tiles x output channels], summed over blocks of tiles, then one transform.
 *
 * Scratch: frames of a chunk of images and their gradients, the planes of a block of tiles of both, the planes of the gradient.
 */
export function winogradFilterGradPass(
  runtime: Runtime,
  type: ElementType,
  size: TileSize,
  g: ConvGeometry,
  { x, dy, dw, scale }: FilterGradOperands,
): void {
  const bytes = BYTES[type];
  const { inChannels: depth, outChannels: columns } = g;
  const tilesHeight = Math.ceil(g.y.out / size);
  const tilesWidth = Math.ceil(g.x.out / size);
  const frame: Frame = {
    top: g.y.before,
    left: g.x.before,
    height: tilesHeight * size + 2,
    width: tilesWidth * size + 2,
  };
  const dyFrame: Frame = { top: 0, left: 0, height: tilesHeight * size, width: tilesWidth * size };
  const whole = (channels: number) => (channels * bytes) % 16 === 0;
  const direct = readsInPlace(x, frame) && whole(depth);
  const dyDirect = readsInPlace(dy, dyFrame) && whole(columns);
  const frameBytes = frameSize(frame, depth) * bytes;
  const dyFrameBytes = frameSize(dyFrame, columns) * bytes;
  const points = (size + 2) ** 2;
  const panelColumns = PANEL_BYTES / bytes;
  const pitch = Math.ceil(columns / panelColumns) * panelColumns;
  const allTiles = g.batch * tilesHeight * tilesWidth;
  const row = oddLines(depth, bytes);
  // Where the gradient's planes would outgrow L2, all tiles are transformed first, and then some columns at a time are multiplied
  // and transformed back.
  const narrow = columnsPerStep(points, depth, columns, bytes);
  const fused = narrow < columns && planesFit(allTiles, points, row + pitch, bytes);
  const step = fused ? narrow : pitch;
  const chunk = fused ? g.batch : imagesPerChunk(g.batch, frameBytes + dyFrameBytes);
  const tilesOfChunk = chunk * tilesHeight * tilesWidth;
  const block = fused ? allTiles : tilesPerBlock(tilesOfChunk, points, row + pitch, bytes, false);
  const dataPlane = oddLines(block * row, bytes);
  const dyPlane = oddLines(block * pitch, bytes);
  const sumPlane = oddLines(depth * step, bytes);
  const [frames = 0, dyFrames = 0, data = 0, dyData = 0, sums = 0, work = 0, a = 0, c = 0] = runtime.scratch.reserve(
    direct ? 0 : chunk * frameBytes + SLACK_BYTES,
    dyDirect ? 0 : chunk * dyFrameBytes + SLACK_BYTES,
    points * dataPlane * bytes + SLACK_BYTES,
    points * dyPlane * bytes,
    points * sumPlane * bytes,
    runtime.slots * WORK_BYTES,
    tableBytes(depth),
    tableBytes(depth),
  );
  const multiply = (panels: number, width: number, steps: number, begins: boolean) => {
    const product = {
      a: data,
      aGroup: dataPlane,
      rows: depth,
      sum: evenRows(steps, row),
      b: panels,
      bGroup: dyPlane,
      c: sums,
      cGroup: sumPlane,
      groups: points,
      columns: width,
      start: begins ? ('zero' as const) : ('c' as const),
    };
    runProduct(runtime, type, product, { a, c });
  };
  const transformBack = (column: number, width: number) => {
    const args = {
      filters: dw + column * depth * 9 * bytes,
      planes: sums,
      scratch: work,
      size,
      columns: width,
      columnStride: depth * 9,
      depth,
      kStride: 9,
      planeStride: sumPlane,
      pitch: step,
      rotated: 0,
      scale,
    };
    const blocks = Math.ceil((width * bytes) / (16 * LINE_VECTORS)) * Math.ceil(depth / FILTER_DEPTH);
    runtime.run('winogradFilterGrad', type, args, blocks, WORK_BYTES);
  };
  writeTables(runtime, type, evenRows(depth, 1), evenRows(depth, step), { a, c });
  for (let first = 0; first < g.batch; first += chunk) {
    const count = Math.min(chunk, g.batch - first);
    const images = { first, count };
    const pixels = direct ? inPlace(x, first, bytes) : copyFrames(runtime, type, x, frame, images, frames, depth);
    const dyPixels = dyDirect
      ? inPlace(dy, first, bytes)
      : copyFrames(runtime, type, dy, dyFrame, images, dyFrames, columns);
    const tiles = count * tilesHeight * tilesWidth;
    for (let firstTile = 0; firstTile < tiles; firstTile += block) {
      const steps = Math.min(block, tiles - firstTile);
      const common = { scratch: work, size, firstTile, tilesHeight, tilesWidth, ...UNUSED };
      const input = { ...imageFields(pixels), channels: depth, planes: data, planeStride: dataPlane, tileStride: row };
      runtime.run('winogradInput', type, { ...common, ...input, panelStride: 0 }, steps, WORK_BYTES);
      const output = { ...imageFields(dyPixels), channels: columns, planes: dyData, planeStride: dyPlane };
      const panels = { tileStride: panelColumns, panelStride: steps * panelColumns };
      runtime.run('winogradOutputGrad', type, { ...common, ...output, ...panels }, steps, WORK_BYTES);
      if (!fused) multiply(dyData, pitch, steps, first === 0 && firstTile === 0);
    }
  }
  if (!fused) {
    transformBack(0, columns);
    return;
  }
  for (let column = 0; column < columns; column += step) {
    const width = Math.min(step, columns - column);
    multiply(dyData + column * allTiles * bytes, step, allTiles, true);
    transformBack(column, width);
  }
}
