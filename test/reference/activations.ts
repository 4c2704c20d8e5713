import { at, map, type Values } from '../helpers/values.ts';

/** A function of one number, its derivative, and which of input x and output y the library's gradient is made of. */
export interface Reference {
  readonly value: (x: number) => number;
  readonly derivative: (x: number) => number;
  readonly from: 'x' | 'y';
  /** By how much the terms of the derivative are larger than itself, where they cancel. Default 1. */
  readonly terms?: (x: number) => number;
}

const sigmoid = (x: number): number => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)));
/** x * y, and 0 where y is 0, also for infinite x. */
const timesOrZero = (x: number, y: number): number => (y === 0 ? 0 : x * y);

export const activations = {
  relu6: {
    value: x => (Number.isNaN(x) ? x : Math.min(Math.max(x, 0), 6)),
    derivative: x => (x > 0 && x < 6 ? 1 : 0),
    from: 'x',
  },
  leakyRelu: { value: x => (x > 0 ? x : 0.01 * x), derivative: x => (x > 0 ? 1 : 0.01), from: 'x' },
  hardSwish: {
    value: x => (x <= -3 ? 0 : x >= 3 ? x : (x * (x + 3)) / 6),
    derivative: x => (x <= -3 ? 0 : x >= 3 ? 1 : x / 3 + 0.5),
    from: 'x',
    terms: x => Math.abs(x) / 3 + 0.5,
  },
  sigmoid: { value: sigmoid, derivative: x => sigmoid(x) * sigmoid(-x), from: 'y' },
  tanh: { value: Math.tanh, derivative: x => (1 - Math.tanh(x)) * (1 + Math.tanh(x)), from: 'y' },
  silu: {
    value: x => timesOrZero(x, sigmoid(x)),
    derivative: x => sigmoid(x) + timesOrZero(x, sigmoid(x) * sigmoid(-x)),
    from: 'x',
    terms: x => sigmoid(x) + Math.abs(timesOrZero(x, sigmoid(x) * sigmoid(-x))),
  },
} as const satisfies Record<string, Reference>;

export const forward = ({ value }: Reference, x: Values): Values => map(x, value);

export const backward = ({ derivative }: Reference, dy: Values, x: Values): Values =>
  map(dy, (value, i) => value * derivative(at(x.data, i)));
