import type { Pass, WinogradAlgorithm } from '../algorithm.ts';
import type { ConvGeometry } from '../geometry.ts';
import { product } from './direct.ts';
import { CALL, type Work } from './work.ts';

/**
 * Cycles of the transforms (64 channels at 56 x 56).
 *
 *                                      tile of 4 x 4   tile of 2 x 2
 */
const WINOGRAD_COST = {
  /** Data transform, per tile and vector of channels. */
  input: { winograd4: 160, winograd2: 60 },
  /** Result transform, per tile and vector of channels. */
  output: { winograd4: 125, winograd2: 53 },
  /** Transform of an output gradient, per tile and vector of channels. */
  outputGrad: { winograd4: 117, winograd2: 50 },
  /** Filter transform, per filter. */
  filter: { winograd4: 24, winograd2: 14 },
  /** Transform of a filter's gradient, per filter. */
  filterGrad: { winograd4: 35, winograd2: 22 },
} as const;

export function winogradCost(
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
