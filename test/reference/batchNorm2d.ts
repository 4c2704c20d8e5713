import { add, at, filled, map, type Values } from '../helpers/values.ts';

export interface Statistics {
  readonly mean: Values;
  readonly variance: Values;
}

const channelOf = (x: Values, i: number): number => Math.floor(i / (at(x.shape, 2) * at(x.shape, 3))) % at(x.shape, 1);

/** Elements of a channel. */
export const countOf = (x: Values): number => x.data.length / at(x.shape, 1);

/** The sum of fn(i) over the elements i of each channel. */
function channelSums(x: Values, fn: (i: number) => number): Values {
  const sums = filled([at(x.shape, 1)], 0);
  for (let i = 0; i < x.data.length; i++) add(sums.data, channelOf(x, i), fn(i));
  return sums;
}

/** Mean and biased variance of each channel. */
export function statistics(x: Values): Statistics {
  const n = countOf(x);
  const first = map(
    channelSums(x, i => at(x.data, i)),
    v => v / n,
  );
  // The sum of many large numbers is off by more than the mean may be.
  const rest = channelSums(x, i => at(x.data, i) - at(first.data, channelOf(x, i)));
  const mean = map(first, (v, c) => v + at(rest.data, c) / n);
  const squares = channelSums(x, i => (at(x.data, i) - at(mean.data, channelOf(x, i))) ** 2);
  return { mean, variance: map(squares, v => v / n) };
}

/** (x - mean) / sqrt(variance + eps) * weight + bias */
export const batchNorm = (x: Values, s: Statistics, weight: Values | null, bias: Values | null, eps = 1e-5): Values =>
  map(x, (value, i) => {
    const c = channelOf(x, i);
    const normal = (value - at(s.mean.data, c)) / Math.sqrt(at(s.variance.data, c) + eps);
    return normal * (weight ? at(weight.data, c) : 1) + (bias ? at(bias.data, c) : 0);
  });

/** The gradients by the chain rule, step by step: of the normalised x, of the variance, of the mean, of x. */
export function batchNormGrad(dy: Values, x: Values, weight: Values | null, eps = 1e-5) {
  const n = countOf(x);
  const { mean, variance } = statistics(x);
  const centred = map(x, (value, i) => value - at(mean.data, channelOf(x, i)));
  const r = map(variance, v => 1 / Math.sqrt(v + eps));
  const dNormal = map(dy, (value, i) => value * (weight ? at(weight.data, channelOf(x, i)) : 1));
  const dVariance = map(
    channelSums(x, i => at(dNormal.data, i) * at(centred.data, i)),
    (value, c) => (-value * at(r.data, c) ** 3) / 2,
  );
  const dMean = map(
    channelSums(x, i => at(dNormal.data, i)),
    (value, c) => -value * at(r.data, c),
  );
  return {
    weightGrad: map(
      channelSums(x, i => at(dy.data, i) * at(centred.data, i)),
      (value, c) => value * at(r.data, c),
    ),
    biasGrad: channelSums(x, i => at(dy.data, i)),
    dx: map(dNormal, (value, i) => {
      const c = channelOf(x, i);
      return value * at(r.data, c) + (at(dVariance.data, c) * 2 * at(centred.data, i)) / n + at(dMean.data, c) / n;
    }),
  };
}
