import { PLANAR_ROWS } from '../../../runtime/abi.ts';
import { type ElementType, LANES, type Runtime } from '../../../runtime/runtime.ts';
import type { Clamp } from '../product.ts';
import type { Planes } from './planes.ts';

/** How the output channels of a convolution on planes are cut into tiles, and the taps into steps (see PlanarFilterArgs). */
export interface PlanarTiles {
  readonly sixes: number;
  readonly fours: number;
  readonly duos: number;
  readonly ones: number;
  readonly threes: number;
  readonly twos: number;
  readonly single: number;
}

/** One convolution on planes, of a batch that is in them. */
export interface PlanarProduct {
  /** Address of what the first result reads with its first tap. */
  readonly x: number;
  readonly planes: Planes;
  /** Distance of what two neighbouring rows of results read. */
  readonly rowStep: number;
  /** Address of packed filters. */
  readonly filters: number;
  readonly taps: Taps;
  readonly tiles: PlanarTiles;
  /** Address and distances of the results. */
  readonly y: number;
  /** Address of WORK_BYTES. */
  readonly work: number;
  readonly yImage: number;
  readonly yPlane: number;
  readonly yRow: number;
  readonly yColumn: number;
  readonly images: number;
  readonly height: number;
  readonly width: number;
  readonly clamp?: Clamp | undefined;
}

/** The taps that a result sums over, and where they are in the filters (distances in elements) and in the planes. */
export interface Taps {
  /** Address of the first tap of the first filter. */
  readonly source: number;
  /** Address of the bias, or 0. */
  readonly bias: number;
  readonly outChannels: number;
  readonly inChannels: number;
  readonly height: number;
  readonly width: number;
  readonly wOut: number;
  readonly wIn: number;
  readonly wRow: number;
  readonly wColumn: number;
  /** Distance of two taps in the planes: in elements from row to row, in columns from column to column. */
  readonly row: number;
  readonly column: number;
}

/** Vectors of a block of rows: what they read, and a tile's filters, stay in L1. */
const BLOCK_VECTORS = 256;
/** Blocks of a pass, where it has the rows: threads can share them evenly. */
const LEAST_BLOCKS = 16;

/**
 * Tiles for `channels` output channels, none of them with a row too many; `tile` is the micro-kernel's that suits the engine.
 *
 * @param shared whether taps of neighbouring rows read rows that neighbouring results read (stride = dilation)
 */
export function planarTiles(channels: number, kernelHeight: number, tile: 4 | 6, shared: boolean): PlanarTiles {
  const twos = shared && kernelHeight > 1 ? ([0, 2, 1][kernelHeight % 3] as number) : 0;
  const threes = shared && kernelHeight > 1 ? (kernelHeight - 2 * twos) / 3 : 0;
  const steps = { threes, twos, single: kernelHeight - 3 * threes - 2 * twos };
  if (tile === 4) return { sixes: 0, fours: Math.floor(channels / 4), duos: 0, ones: channels % 4, ...steps };
  const duos = Math.floor((channels % 6) / 2);
  return { sixes: Math.floor(channels / 6), fours: 0, duos, ones: channels % 2, ...steps };
}

/** Bytes of packed filters. */
export function planarFilterBytes(
  { sixes, fours, duos, ones, threes, twos, single }: PlanarTiles,
  taps: Taps,
  bytes: number,
) {
  const columns = taps.inChannels * taps.width;
  const depth = columns * taps.height;
  const tiles = sixes * (6 + 7 * depth) + fours * (4 + 5 * depth) + duos * (2 + 3 * depth);
  return (tiles + ones * (1 + columns * (4 * threes + 3 * twos + 2 * single))) * bytes;
}

/** Packs filters and bias. */
export function packPlanarFilters(
  runtime: Runtime,
  type: ElementType,
  planes: Planes,
  tiles: PlanarTiles,
  taps: Taps,
  target: number,
): void {
  const { source, bias, inChannels, wOut, wIn, wRow, wColumn } = taps;
  const args = {
    source,
    target,
    bias,
    inChannels,
    kernelHeight: taps.height,
    kernelWidth: taps.width,
    wOut,
    wIn,
    wRow,
    wColumn,
    planeStride: planes.plane,
    rowStride: taps.row,
    tapColumn: taps.column,
    split: planes.split,
    pitch: planes.pitch,
    sixes: tiles.sixes,
    fours: tiles.fours,
    duos: tiles.duos,
    ones: tiles.ones,
    threes: tiles.threes,
    twos: tiles.twos,
    single: tiles.single,
  };
  runtime.run('planarFilter', type, args, 1);
}

/** Working memory of a micro-kernel, 12 vectors, for each thread. */
export const WORK_BYTES = 12 * 16;

/** Elements behind the planes that may be read: see PlanarArgs. */
export function planarSlack(rowStep: number): number {
  return (PLANAR_ROWS - 1) * rowStep + 4;
}

export function runPlanar(runtime: Runtime, type: ElementType, product: PlanarProduct): void {
  const { planes, taps, tiles, clamp } = product;
  const vectors = Math.ceil(product.width / LANES[type]);
  const columns = taps.inChannels * taps.width;
  const tall = Math.min(BLOCK_VECTORS / vectors, (product.images * product.height) / LEAST_BLOCKS);
  const rowBlock = PLANAR_ROWS * Math.max(1, Math.round(tall / PLANAR_ROWS));
  const args = {
    x: product.x,
    w: product.filters,
    y: product.y,
    work: product.work,
    xImage: planes.image,
    rowStep: product.rowStep,
    yImage: product.yImage,
    yPlane: product.yPlane,
    yRow: product.yRow,
    yColumn: product.yColumn,
    outHeight: product.height,
    outWidth: product.width,
    sixes: tiles.sixes,
    fours: tiles.fours,
    duos: tiles.duos,
    ones: tiles.ones,
    depth: columns * taps.height,
    triples: columns * tiles.threes,
    pairs: columns * tiles.twos,
    singles: columns * tiles.single,
    rowBlock,
    clamp: clamp ? 1 : 0,
    lower: clamp?.lower ?? 0,
    upper: clamp?.upper ?? 0,
  };
  runtime.run('planar', type, args, product.images * Math.ceil(product.height / rowBlock), WORK_BYTES);
}
