import { at, map, type Values } from '../helpers/values.ts';

export interface AdamOptions {
  readonly learningRate: number;
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly weightDecay: number;
  readonly decoupled: boolean;
}

export interface AdamState {
  readonly param: Values;
  readonly m: Values;
  readonly v: Values;
}

/** The formulas of torch.optim.Adam and AdamW; `step` counts from 1. */
export function adamStep({ param, m, v }: AdamState, grad: Values, step: number, options: AdamOptions): AdamState {
  const { learningRate, betas, eps, weightDecay, decoupled } = options;
  const [beta1, beta2] = betas;
  const shrunk = decoupled ? map(param, p => p * (1 - learningRate * weightDecay)) : param;
  const g = decoupled ? grad : map(grad, (value, i) => value + weightDecay * at(param.data, i));
  const first = map(m, (value, i) => beta1 * value + (1 - beta1) * at(g.data, i));
  const second = map(v, (value, i) => beta2 * value + (1 - beta2) * at(g.data, i) ** 2);
  const next = map(shrunk, (p, i) => {
    const mean = at(first.data, i) / (1 - beta1 ** step);
    const spread = Math.sqrt(at(second.data, i) / (1 - beta2 ** step));
    return p - (learningRate * mean) / (spread + eps);
  });
  return { param: next, m: first, v: second };
}
