import { at, map, type Values } from '../helpers/values.ts';

export interface SgdOptions {
  readonly learningRate: number;
  readonly momentum: number;
}

/** v' = momentum * v + g; p' = p - learningRate * v'. */
export function sgdStep(
  param: Values,
  grad: Values,
  velocity: Values,
  { learningRate, momentum }: SgdOptions,
): { param: Values; velocity: Values } {
  const next = map(velocity, (v, i) => momentum * v + at(grad.data, i));
  return { param: map(param, (p, i) => p - learningRate * at(next.data, i)), velocity: next };
}
