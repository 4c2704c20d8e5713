import { PANEL_BYTES } from '../../runtime/abi.ts';

/**
 * Sizes of blocks, each with the measurement that chose it. A block's size follows from the shape alone, never from the engine or
 * the number of threads, so that results do not depend on them.
 */

/** Rows of a block are a multiple of both tiles (4 and 6), and some 5 to 10 tiles share a panel of B in L1. */
const ROW_BLOCK = 48;

/** Blocks of a product, where its columns allow it: threads can share them evenly. A panel more or less in a block costs nothing. */
const LEAST_BLOCKS = 16;

/** Bytes of packed filters that one block passes over; more would push the rows of A out of L2. */
const PANELS_BYTES = 1 << 19;

/** Bytes of padded images that are made at a time: they should still be in L2 when the product reads them. */
const FRAMES_BYTES = 1 << 19;

/** Output pixels in a step of the filter gradient: their share of A (six channels wide) and of B stays in L1. */
export const GRADIENT_PIXELS = 256;

/** The same on planes: two channels of dy and what they read of x stay in L1, and sums leave the registers once a step. */
export const PLANAR_GRADIENT_PIXELS = 1024;

/** Blocks of a gathered product: `rows` x `columns`, `depth` = length of the sums. */
export interface ProductBlocks {
  readonly rowBlock: number;
  readonly panelBlock: number;
  readonly panels: number;
  readonly blocks: number;
}

export function productBlocks(
  groups: number,
  rows: number,
  columns: number,
  depth: number,
  bytes: number,
): ProductBlocks {
  const panels = Math.ceil(columns / (PANEL_BYTES / bytes));
  const rowBlocks = groups * Math.ceil(rows / ROW_BLOCK);
  const fit = Math.max(1, Math.floor(PANELS_BYTES / (depth * PANEL_BYTES || 1)));
  const panelBlock = Math.min(fit, Math.ceil(panels / Math.ceil(LEAST_BLOCKS / rowBlocks)));
  const blocks = rowBlocks * Math.ceil(panels / panelBlock);
  return { rowBlock: ROW_BLOCK, panelBlock, panels, blocks };
}

/** Bytes of operand B, packed. */
export function panelBytes(groups: number, columns: number, depth: number, bytes: number): number {
  return groups * Math.ceil(columns / (PANEL_BYTES / bytes)) * depth * PANEL_BYTES;
}

/** Images whose frames are made at a time. */
export function imagesPerChunk(batch: number, frameBytes: number): number {
  return Math.min(batch, Math.max(1, Math.floor(FRAMES_BYTES / frameBytes)));
}

/** The filter gradient's steps of some `pixels`: several whole images, or some rows of one. */
export function gradientStep(
  batch: number,
  outHeight: number,
  outWidth: number,
  pixels = GRADIENT_PIXELS,
): { images: number; rows: number } {
  const images = Math.max(1, Math.floor(pixels / (outHeight * outWidth)));
  if (images > 1) return { images: Math.min(images, batch), rows: outHeight };
  return { images: 1, rows: Math.min(outHeight, Math.max(1, Math.round(pixels / outWidth))) };
}

/** Bytes of Winograd's planes, before and after the products, of one block of tiles: they should stay in L2. */
const PLANES_BYTES = 3 << 18;

/** The same where the transformed filters are larger than L2. */
const LARGE_PLANES_BYTES = 1 << 24;

/** Transformed filters that are larger are made and used some columns at a time, of FUSED_FILTER_BYTES. */
const WHOLE_FILTER_BYTES = 1 << 21;
const FUSED_FILTER_BYTES = 3 << 17;

/**
 * Tiles that are transformed and multiplied at a time, with `row` elements for each in all planes of a point: a multiple of both
 * micro-kernel tiles where there are enough.
 */
export function tilesPerBlock(tiles: number, points: number, row: number, bytes: number, large: boolean): number {
  const limit = large ? LARGE_PLANES_BYTES : PLANES_BYTES;
  const fit = Math.floor(limit / (points * row * bytes) / 12) * 12;
  return Math.min(tiles, Math.max(48, fit));
}

/** Whether the planes of all tiles may be made at once. */
export function planesFit(tiles: number, points: number, row: number, bytes: number): boolean {
  return tiles * points * row * bytes <= LARGE_PLANES_BYTES;
}

/** Columns of filters that are transformed and used at a time, whole panels of them; all where they are small. */
export function columnsPerStep(points: number, depth: number, columns: number, bytes: number): number {
  const panel = PANEL_BYTES / bytes;
  const panelBytes = points * depth * PANEL_BYTES;
  const panels = Math.ceil(columns / panel);
  if (panels * panelBytes <= WHOLE_FILTER_BYTES) return columns;
  return Math.min(columns, panel * Math.max(2, Math.floor(FUSED_FILTER_BYTES / panelBytes)));
}

/**
 * `elements` rounded up to an odd number of cache lines: the distance of rows and planes that are walked side by side, so that they
 * lie in different sets of L1. With the 36 planes of a tile 4 KiB apart, 121 tiles of 6 channels took 54 us instead of 7.
 */
export function oddLines(elements: number, bytes: number): number {
  const line = 64 / bytes;
  return (Math.ceil(elements / line) | 1) * line;
}
