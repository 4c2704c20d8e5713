import { PANEL_BYTES } from '../../runtime/abi.ts';
import type { ChosenAlgorithm, Pass } from './algorithm.ts';
import type { ConvGeometry } from './geometry.ts';
import { GRADIENT_PIXELS } from './plan.ts';

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

/** Cycles of a pass of a 3x3 convolution with stride 1; `prepared`: its filters are packed or transformed already. */
export function cost(algorithm: ChosenAlgorithm, pass: Pass, g: ConvGeometry, prepared: boolean): number {
  const filters = g.inChannels * g.outChannels;
  const [height, width] = pass === 'inputGrad' ? [g.y.size, g.x.size] : [g.y.out, g.x.out];
  const pixels = g.batch * height * width;
  const [depth, columns] = pass === 'inputGrad' ? [g.outChannels, g.inChannels] : [g.inChannels, g.outChannels];
  if (algorithm === 'direct') {
    const order = prepared ? 0 : PACK * 9 * filters;
    if (pass === 'filterGrad') {
      // Each step over some pixels packs, starts its tiles' sums anew and calls three kernels.
      const steps = Math.ceil(pixels / GRADIENT_PIXELS);
      return steps * (product(1, 9 * depth, columns, pixels / steps) + CALL) + order + 4 * CALL;
    }
    return product(1, pixels, columns, 9 * depth) + order + 4 * CALL;
  }
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
