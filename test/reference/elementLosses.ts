import { at, map, type Values } from '../helpers/values.ts';

/** The loss of one element and its derivative by the prediction. */
export interface ElementLoss {
  readonly value: (p: number, t: number) => number;
  readonly derivative: (p: number, t: number) => number;
}

const sigmoid = (x: number): number => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)));
/** -ln sigmoid(x). */
const cost = (x: number): number => Math.max(-x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

export const losses = {
  mse: { value: (p, t) => (p - t) ** 2, derivative: (p, t) => 2 * (p - t) },
  bceWithLogits: {
    value: (p, t) => t * cost(p) + (1 - t) * cost(-p),
    // sigmoid(p) - t, without the cancellation.
    derivative: (p, t) => (1 - t) * sigmoid(p) - t * sigmoid(-p),
  },
} as const satisfies Record<string, ElementLoss>;

/** The mean over all elements. */
export const mean = ({ value }: ElementLoss, prediction: Values, target: Values): number =>
  prediction.data.reduce((sum, p, i) => sum + value(p, at(target.data, i)), 0) / prediction.data.length;

/** The gradient of the sum over the batch of each sample's mean. */
export function gradient({ derivative }: ElementLoss, prediction: Values, target: Values): Values {
  const perSample = prediction.data.length / at(prediction.shape, 0);
  return map(prediction, (p, i) => derivative(p, at(target.data, i)) / perSample);
}
