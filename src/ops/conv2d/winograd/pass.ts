import { FILTER_DEPTH, FINISH, PANEL_BYTES } from '../../../runtime/abi.ts';
import { BYTES, type ElementType, type Runtime } from '../../../runtime/runtime.ts';
import type { WinogradAlgorithm } from '../algorithm.ts';
import type { ForwardOperands } from '../forwardPass.ts';
import { copyFrames, type Frame, frameSize, type Images, inPlace, type Pixels, readsInPlace } from '../frame.ts';
import type { ConvGeometry } from '../geometry.ts';
import type { InputGradOperands } from '../inputGradPass.ts';
import { columnsPerStep, imagesPerChunk, oddLines, tilesPerBlock } from '../plan.ts';
import { type Clamp, evenRows, finishFields, type Mask, runProduct, tableBytes, writeTables } from '../product.ts';

/** Outputs of a tile along one dimension: F(4x4, 3x3) or F(2x2, 3x3). */
export type TileSize = 4 | 2;

/** Filters of three by three taps as the transform reads them; distances in elements. */
interface WinogradFilters {
  /** Address of the filters, or with `transformed` of their planes. */
  readonly address: number;
  readonly transformed: boolean;
  readonly columns: number;
  readonly columnStride: number;
  readonly depth: number;
  readonly kStride: number;
  /** Taps in reverse order. */
  readonly rotated: boolean;
}

interface WinogradOperands {
  readonly source: Images;
  /** Zeros above and left of the source. */
  readonly top: number;
  readonly left: number;
  readonly filters: WinogradFilters;
  readonly bias: number;
  /** Where the result goes, channels-last, height x width pixels of filters.columns channels. */
  readonly target: number;
  readonly height: number;
  readonly width: number;
  readonly clamp?: Clamp | undefined;
  readonly mask?: Mask | undefined;
}

/** Working memory of a transform, 36 vectors, for each thread. */
export const WORK_BYTES = 36 * 16;
/** What the transforms may read past the end of frames and planes. */
export const SLACK_BYTES = 16;

/** The tile of an algorithm. */
export function tileSize(algorithm: WinogradAlgorithm): TileSize {
  return algorithm === 'winograd4' ? 4 : 2;
}

/** Forward by Winograd. */
export function winogradForwardPass(
  runtime: Runtime,
  type: ElementType,
  size: TileSize,
  g: ConvGeometry,
  { x, w, prepared, bias, y, clamp }: ForwardOperands,
): void {
  winogradPass(runtime, type, size, {
    source: x,
    top: g.y.before,
    left: g.x.before,
    filters: forwardFilters(g, w, prepared),
    bias,
    target: y,
    height: g.y.out,
    width: g.x.out,
    clamp,
  });
}

/** Input gradient by Winograd: the convolution of dy with rotated filters, padded by 2 - padding. */
export function winogradInputGradPass(
  runtime: Runtime,
  type: ElementType,
  size: TileSize,
  g: ConvGeometry,
  { dy, w, dx, mask }: InputGradOperands,
): void {
  winogradPass(runtime, type, size, {
    source: dy,
    top: 2 - g.y.before,
    left: 2 - g.x.before,
    filters: {
      address: w,
      transformed: false,
      columns: g.inChannels,
      columnStride: 9,
      depth: g.outChannels,
      kStride: g.inChannels * 9,
      rotated: true,
    },
    bias: 0,
    target: dx,
    mask,
    height: g.y.size,
    width: g.x.size,
  });
}

/** The filters of the forward pass, at `address` as OIHW or transformed. */
export function forwardFilters(g: ConvGeometry, address: number, transformed: boolean): WinogradFilters {
  const { outChannels: columns, inChannels: depth } = g;
  return { address, transformed, columns, columnStride: depth * 9, depth, kStride: 9, rotated: false };
}

/**
 * A 3x3 convolution with stride 1 by Winograd's F(size x size, 3x3): tiles of the source are transformed, (size + 2)^2 products of
 * channels run over them, and the results are transformed back. 36 products for 16 outputs of 9 taps: a quarter of the
 * multiplications (16 for 4 of 9: 4/9 with size 2). Serves the forward pass, and with rotated filters the input gradient.
 *
 * Filters that are transformed in each call and would outgrow L2 are transformed and used some columns at a time.
 *
 * Scratch: the transformed filters (or those columns), the frames of a chunk of images, the planes of a block of tiles before and
 * after the products.
 */
function winogradPass(runtime: Runtime, type: ElementType, size: TileSize, operands: WinogradOperands): void {
  const bytes = BYTES[type];
  const { source, filters, height, width } = operands;
  const { depth, columns } = filters;
  const tilesHeight = Math.ceil(height / size);
  const tilesWidth = Math.ceil(width / size);
  const frame: Frame = {
    top: operands.top,
    left: operands.left,
    height: tilesHeight * size + 2,
    width: tilesWidth * size + 2,
  };
  const points = (size + 2) ** 2;
  const direct = readsInPlace(source, frame) && (depth * bytes) % 16 === 0;
  const narrow = columnsPerStep(points, depth, columns, bytes);
  // Large filters pass through the caches once for all tiles, if at all possible (512 -> 512 @7, batch 8: 22 ms in chunks, 13 so).
  const large = narrow < columns;
  const fused = large && !filters.transformed;
  const step = fused ? narrow : columns;
  const chunk = large ? source.batch : imagesPerChunk(source.batch, frameSize(frame, depth) * bytes);
  const [dataRow, resultRow] = [oddLines(depth, bytes), oddLines(columns, bytes)];
  const block = tilesPerBlock(chunk * tilesHeight * tilesWidth, points, dataRow + resultRow, bytes, large);
  const [dataPlane, resultPlane] = [oddLines(block * dataRow, bytes), oddLines(block * resultRow, bytes)];
  const part = { ...filters, columns: step };
  const [planes = 0, frames = 0, data = 0, results = 0, work = 0, a = 0, c = 0] = runtime.scratch.reserve(
    filters.transformed ? 0 : transformedBytes(size, part, bytes),
    direct ? 0 : chunk * frameSize(frame, depth) * bytes + SLACK_BYTES,
    points * dataPlane * bytes + SLACK_BYTES,
    points * resultPlane * bytes + SLACK_BYTES,
    runtime.slots * WORK_BYTES,
    tableBytes(block),
    tableBytes(block),
  );
  if (!filters.transformed && !fused) transformFilters(runtime, type, size, filters, planes, work);
  let tabled = 0;
  for (let first = 0; first < source.batch; first += chunk) {
    const count = Math.min(chunk, source.batch - first);
    const pixels = direct
      ? inPlace(source, first, bytes)
      : copyFrames(runtime, type, source, frame, { first, count }, frames, depth);
    const tiles = count * tilesHeight * tilesWidth;
    for (let firstTile = 0; firstTile < tiles; firstTile += block) {
      const rows = Math.min(block, tiles - firstTile);
      const common = { scratch: work, size, firstTile, tilesHeight, tilesWidth, panelStride: 0 };
      const input = {
        ...imageFields(pixels),
        channels: depth,
        planes: data,
        planeStride: dataPlane,
        tileStride: dataRow,
      };
      runtime.run('winogradInput', type, { ...common, ...input, ...UNUSED }, rows, WORK_BYTES);
      if (rows !== tabled) writeTables(runtime, type, evenRows(rows, dataRow), evenRows(rows, resultRow), { a, c });
      tabled = rows;
      for (let column = 0; column < columns; column += step) {
        const now = { ...filters, columns: Math.min(step, columns - column) };
        now.address += column * filters.columnStride * bytes;
        if (fused) transformFilters(runtime, type, size, now, planes, work);
        const product = {
          a: data,
          aGroup: dataPlane,
          rows,
          sum: evenRows(depth, 1),
          b: filters.transformed ? filters.address : planes,
          bGroup: filterPlane(now, bytes),
          c: results + column * bytes,
          cGroup: resultPlane,
          groups: points,
          columns: now.columns,
          start: 'zero' as const,
        };
        runProduct(runtime, type, product, { a, c });
      }
      const output = {
        images: operands.target + first * height * width * columns * bytes,
        imageStride: height * width * columns,
        rowStride: width * columns,
        pixelStride: columns,
        channels: columns,
        planes: results,
        planeStride: resultPlane,
        tileStride: resultRow,
        bias: operands.bias,
        height,
        width,
        ...finishFields(operands.clamp, operands.mask),
      };
      runtime.run('winogradOutput', type, { ...common, ...output }, rows, WORK_BYTES);
    }
  }
}

/** Fields of WinogradDataArgs that only the output transform reads. */
export const UNUSED = { bias: 0, height: 0, width: 0, finish: FINISH.none, mask: 0, lower: 0, upper: 0 } as const;

export function imageFields({ address, image, row, column }: Pixels) {
  return { images: address, imageStride: image, rowStride: row, pixelStride: column };
}

/** Elements between two planes of transformed filters. */
function filterPlane({ columns, depth }: WinogradFilters, bytes: number): number {
  const panels = Math.ceil((columns * bytes) / PANEL_BYTES);
  return oddLines((panels * depth * PANEL_BYTES) / bytes, bytes);
}

/** Bytes of transformed filters. */
export function transformedBytes(size: TileSize, filters: WinogradFilters, bytes: number): number {
  return (size + 2) ** 2 * filterPlane(filters, bytes) * bytes;
}

/** Transforms filters to their planes; `work` holds WORK_BYTES for each thread. */
export function transformFilters(
  runtime: Runtime,
  type: ElementType,
  size: TileSize,
  filters: WinogradFilters,
  target: number,
  work: number,
): void {
  const bytes = BYTES[type];
  const { address, columns, columnStride, depth, kStride, rotated } = filters;
  const args = {
    filters: address,
    planes: target,
    scratch: work,
    size,
    columns,
    columnStride,
    depth,
    kStride,
    planeStride: filterPlane(filters, bytes),
    pitch: 0,
    rotated: rotated ? 1 : 0,
    scale: 1,
  };
  const blocks = Math.ceil((columns * bytes) / PANEL_BYTES) * Math.ceil(depth / FILTER_DEPTH);
  runtime.run('winogradFilter', type, args, blocks, WORK_BYTES);
}
