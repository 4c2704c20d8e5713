import { at, map, type Values } from '../helpers/values.ts';

export interface SgdOptions {
  readonly learningRate: number;
  readonly momentum: number;
  readonly dampening?: number;
  readonly nesterov?: boolean;
  readonly weightDecay?: number;
}

/** d = g + weightDecay * p; v' = momentum * v + (1 - dampening) * d; p' = p - learningRate * (nesterov ? d + momentum * v' : v'). */
export function sgdStep(
  param: Values,
  grad: Values,
  velocity: Values,
  { learningRate, momentum, dampening = 0, nesterov = false, weightDecay = 0 }: SgdOptions,
): { param: Values; velocity: Values } {
  const decayed = map(grad, (g, i) => g + weightDecay * at(param.data, i));
  const next = map(velocity, (v, i) => momentum * v + (1 - dampening) * at(decayed.data, i));
  const step = nesterov ? map(decayed, (d, i) => d + momentum * at(next.data, i)) : next;
  return { param: map(param, (p, i) => p - learningRate * at(step.data, i)), velocity: next };
}
