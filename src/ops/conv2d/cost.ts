import { PANEL_BYTES } from '../../runtime/abi.ts';
import type { ChosenAlgorithm, Pass, WinogradAlgorithm } from './algorithm.ts';
import type { ConvGeometry } from './geometry.ts';
import { GRADIENT_PIXELS, PLANAR_GRADIENT_PIXELS } from './plan.ts';
import { planarTiles } from './planar/product.ts';

/**
 * What each algorithm costs, in cycles of one core: enough to choose between them, no more. The figures are measured (Node 24, relaxed
 * SIMD, 64 channels at 56 x 56, best of many; one Zen 5 core at 4 GHz); their ratios are what matters, and hold within some 20 %
 * in the plain binary.
 *
 *                                      tile of 4 x 4   tile of 2 x 2
 */
const WINOGRAD_COST = {
  /** Data transform, per tile and vector of channels. */
  input: { winograd4: 200, winograd2: 80 },
  /** Result transform, per tile and vector of channels. */
  output: { winograd4: 220, winograd2: 100 },
  /** Transform of an output gradient, per tile and vector of channels. */
  outputGrad: { winograd4: 128, winograd2: 54 },
  /** Filter transform, per filter. */
  filter: { winograd4: 38, winograd2: 25 },
  /** Transform of a filter's gradient, per filter. */
  filterGrad: { winograd4: 48, winograd2: 34 },
} as const;

/** A step of k of the 6 x 8 tile: 12 vector multiply-adds, two a cycle. */
const STEP = 6;
/** Start and end of a tile's sum. */
const TILE = 60;
/** Per element of filters that are packed, or whose gradient is brought into order. */
const PACK = 3;
/** Bytes of filters a cycle that come from beyond L2 (some 24 GB/s). */
const STREAM = 6;
/** Filters up to this many bytes stay in L2. */
const CACHE = 1 << 20;
/** One call of a kernel from the host. */
const CALL = 5000;

/** Cycles of a product of `rows` x `columns`, `depth` long, `groups` times. */
function product(groups: number, rows: number, columns: number, depth: number): number {
  const tiles = (groups * Math.ceil(columns / 8) * Math.ceil(rows / 2)) / 3;
  const bytes = groups * Math.ceil(columns / 8) * depth * PANEL_BYTES;
  return Math.max(tiles * (STEP * depth + TILE), bytes > CACHE ? bytes / STREAM : 0);
}

/**
 * The planar passes, fitted to 1,755 random convolutions of up to 0.6 GFLOP; half of them are within 10 % of their estimate.
 * The step of the sum of a tile, in which 6 channels of two vectors, 2 channels of six vectors, or one channel of 4 rows of two vectors are
 * computed side by side; its start and end.
 */
const PLANAR_STEP = { six: 6.2, duo: 7.1, one: 5.7 };
const PLANAR_TILE = 13;
/** Store of a vector whose elements are apart, or of a part of one. */
const PLANAR_APART = 8;
/** Filter gradient: a vector of two channels times a tap; a row of them, and a step of rows, by a tile of up to 6 taps. */
const GRADIENT_STEP = 0.9;
const GRADIENT_ROW = 6;
const GRADIENT_ENTER = 70;
/** Copy of a row into one part of a plane, and of a vector; of elements where there are more than two parts. */
const PLANE_ROW = 13;
const PLANE_VECTOR = 0.7;
const PLANE_ELEMENT = 0.5;

/** The sizes of a pass, as a convolution of `depth` channels to `columns` channels that runs over `taps` taps for each pixel. */
interface Work {
  readonly depth: number;
  readonly columns: number;
  readonly height: number;
  readonly width: number;
  readonly taps: number;
  /** Products that it takes: one for each remainder by the stride of an input gradient. */
  readonly phases: number;
}

function workOf(pass: Pass, { y, x, inChannels, outChannels }: ConvGeometry): Work {
  const kernel = y.kernel * x.kernel;
  if (pass !== 'inputGrad') {
    return { depth: inChannels, columns: outChannels, height: y.out, width: x.out, taps: kernel, phases: 1 };
  }
  const phases = y.stride * x.stride;
  const taps = kernel / phases;
  return { depth: outChannels, columns: inChannels, height: y.size, width: x.size, taps, phases };
}

/** Cycles of a pass of a convolution with one group; `prepared`: its filters are packed or transformed already. */
export function cost(algorithm: ChosenAlgorithm, pass: Pass, g: ConvGeometry, prepared: boolean): number {
  const work = workOf(pass, g);
  if (algorithm === 'direct') return directCost(work, pass, g, prepared);
  if (algorithm === 'planar') return planarCost(work, pass, g);
  return winogradCost(algorithm, work, pass, g, prepared);
}

function directCost(
  { depth, columns, height, width, taps, phases }: Work,
  pass: Pass,
  g: ConvGeometry,
  prepared: boolean,
) {
  const pixels = g.batch * height * width;
  const order = prepared ? 0 : PACK * g.y.kernel * g.x.kernel * g.inChannels * g.outChannels;
  if (pass === 'filterGrad') {
    // Each step over some pixels packs, starts its tiles' sums anew and calls three kernels.
    const steps = Math.ceil(pixels / GRADIENT_PIXELS);
    return steps * (product(1, taps * depth, columns, pixels / steps) + CALL) + order + 4 * CALL;
  }
  return phases * product(1, pixels / phases, columns, taps * depth) + order + (3 + phases) * CALL;
}

function planarCost({ depth, columns, height, width, taps, phases }: Work, pass: Pass, g: ConvGeometry): number {
  const copy = copyCost(pass, g);
  if (pass === 'filterGrad') {
    const rows = g.batch * height;
    const sums = taps * depth;
    const steps = Math.ceil((rows * width) / PLANAR_GRADIENT_PIXELS);
    const row = GRADIENT_STEP * sums * Math.ceil(width / 4) + (GRADIENT_ROW * sums) / 6;
    return Math.ceil(columns / 2) * (rows * row + (GRADIENT_ENTER * steps * sums) / 6) + copy + 3.5 * CALL;
  }
  const across = pass === 'inputGrad' ? g.x.stride : 1;
  const vectors = g.batch * height * across * Math.ceil(width / across / 4);
  const apart = across > 1 || width < 4 ? PLANAR_APART * columns : 0;
  const { sixes, duos, ones } = planarTiles(columns, g.y.kernel, 6, true);
  const tile = (step: number) => step * taps * depth + PLANAR_TILE;
  const tiles = sixes * tile(PLANAR_STEP.six) + (duos * tile(PLANAR_STEP.duo)) / 3 + (ones * tile(PLANAR_STEP.one)) / 4;
  const order = PACK * g.y.kernel * g.x.kernel * g.inChannels * g.outChannels;
  return vectors * (tiles / 2 + apart) + order + copy + (3.2 + 0.7 * phases) * CALL;
}

/** Cycles of the copy into padded planes: of the input, split by the stride, or of the output gradient. */
function copyCost(pass: Pass, { batch, inChannels, outChannels, y, x }: ConvGeometry): number {
  const grad = pass === 'inputGrad';
  const [rows, width] = grad
    ? [batch * outChannels * (y.out + y.kernel), x.out + x.kernel]
    : [batch * inChannels * (y.out * y.stride + y.kernel), x.out * x.stride + x.kernel];
  const parts = grad ? 1 : x.stride;
  const narrow = pass === 'filterGrad' && x.out < 4 ? batch * outChannels * y.out * 2 * PLANE_ROW : 0;
  return rows * (parts * PLANE_ROW + (parts > 2 ? PLANE_ELEMENT * width : (PLANE_VECTOR * width) / 4)) + narrow;
}

function winogradCost(
  algorithm: WinogradAlgorithm,
  { depth, columns, height, width }: Work,
  pass: Pass,
  g: ConvGeometry,
  prepared: boolean,
): number {
  const filters = g.inChannels * g.outChannels;
  const size = algorithm === 'winograd4' ? 4 : 2;
  const tiles = g.batch * Math.ceil(height / size) * Math.ceil(width / size);
  const points = (size + 2) ** 2;
  const vectors = (channels: number) => tiles * Math.ceil(channels / 4);
  const data = WINOGRAD_COST.input[algorithm] * vectors(depth);
  if (pass === 'filterGrad') {
    const transforms = data + WINOGRAD_COST.outputGrad[algorithm] * vectors(columns);
    return (
      transforms + product(points, depth, columns, tiles) + WINOGRAD_COST.filterGrad[algorithm] * filters + 8 * CALL
    );
  }
  const transforms = data + WINOGRAD_COST.output[algorithm] * vectors(columns);
  const order = prepared ? 0 : WINOGRAD_COST.filter[algorithm] * filters;
  return transforms + product(points, tiles, columns, depth) + order + 6 * CALL;
}
