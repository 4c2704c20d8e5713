import { PANEL_BYTES } from '../../runtime/abi.ts';
import type { ChosenAlgorithm, Pass, WinogradAlgorithm } from './algorithm.ts';
import type { ConvGeometry } from './geometry.ts';
import { GRADIENT_PIXELS } from './plan.ts';
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
 * Planar tiles, per step of the sum and per tile, in which 6 or 4 channels of two vectors, or one channel of 4 rows of two vectors are
 * computed side by side.
 */
const PLANAR_STEP = { six: 6.6, four: 5, one: 5 };
const PLANAR_TILE = 40;
/** Copy of a vector into a plane. */
const PLANE_COPY = 2;

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
  const pairs = (g.batch * height * Math.ceil(width / Math.sqrt(phases) / 4) * Math.sqrt(phases)) / 2;
  const { sixes, fours, ones } = planarTiles(columns, g.y.kernel, 6, true);
  const steps = taps * depth;
  const tiles =
    sixes * (PLANAR_STEP.six * steps + PLANAR_TILE) +
    fours * (PLANAR_STEP.four * steps + PLANAR_TILE) +
    (ones * (PLANAR_STEP.one * steps + PLANAR_TILE)) / 4;
  const read = pass === 'inputGrad' ? g.y.out * g.x.out : g.y.size * g.x.size;
  return pairs * tiles + (g.batch * depth * read * PLANE_COPY) / 4 + (2 + phases) * CALL;
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
