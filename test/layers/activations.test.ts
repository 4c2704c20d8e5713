import { describe, expect, it } from 'vitest';
import {
  ArgumentError,
  HardSwish,
  type Layer,
  LeakyReLU,
  ReLU6,
  Sequential,
  Sigmoid,
  SiLU,
  Tanh,
} from '../../src/index.ts';
import { expectWithin } from '../helpers/compare.ts';
import { expectArgumentError } from '../helpers/errors.ts';
import { formats, made, read } from '../helpers/tensors.ts';
import { dtypes, epsilon, random, scaled } from '../helpers/values.ts';
import { activations, backward, forward, type Reference } from '../reference/activations.ts';

const all: [string, () => Layer, Reference][] = [
  ['ReLU6', () => new ReLU6(), activations.relu6],
  ['LeakyReLU', () => new LeakyReLU(), activations.leakyRelu],
  ['HardSwish', () => new HardSwish(), activations.hardSwish],
  ['SiLU', () => new SiLU(), activations.silu],
  ['Sigmoid', () => new Sigmoid(), activations.sigmoid],
  ['Tanh', () => new Tanh(), activations.tanh],
];

describe.each(all)('%s', (_, make, reference) => {
  describe.each(dtypes)('in %s', dtype => {
    const tolerance = 32 * epsilon[dtype];

    it.each([[[2, 3, 4, 5]], [[3, 7]], [[1]]])('forward and gradient for shape %j', shape => {
      const [x, dy] = [scaled(random(shape, 1, dtype), 8), random(shape, 2, dtype)];
      for (const format of shape.length === 4 ? formats : (['contiguous'] as const)) {
        const layer = make();
        const input = made(x, dtype, format);
        expectWithin(layer.forward(input), forward(reference, x), () => tolerance);
        expectWithin(layer.backward(made(dy, dtype)), backward(reference, dy, x), () => tolerance, 'gradient');
        expect(read(input), 'the input afterwards').toEqual(x);
      }
    });

    it('gradients belong to the last forward', () => {
      const layer = make();
      const [first, second, dy] = [random([9], 1, dtype), random([9], 2, dtype), random([9], 3, dtype)];
      layer.forward(made(first, dtype));
      layer.forward(made(second, dtype));
      expectWithin(layer.backward(made(dy, dtype)), backward(reference, dy, second), () => tolerance);
    });

    it('between other layers', () => {
      const net = new Sequential([make(), make()]);
      const [x, dy] = [scaled(random([3, 5], 1, dtype), 2), random([3, 5], 2, dtype)];
      const between = forward(reference, x);
      expectWithin(net.forward(made(x, dtype)), forward(reference, between), () => tolerance);
      const wanted = backward(reference, backward(reference, dy, between), x);
      expectWithin(net.backward(made(dy, dtype)), wanted, () => tolerance, 'gradient');
    });
  });
});

describe('LeakyReLU', () => {
  it('has a slope of 0.01, or the one that is given, forward and backward', () => {
    expect(new LeakyReLU().negativeSlope).toBe(0.01);
    const layer = new LeakyReLU({ negativeSlope: 0.25 });
    const x = random([9], 1);
    const wanted = x.data.map(v => (v > 0 ? v : v / 4));
    expect([...layer.forward(made(x, 'float64')).data]).toEqual([...wanted]);
    const slopes = x.data.map(v => (v > 0 ? 1 : 0.25));
    const ones = { shape: [9], data: new Float64Array(9).fill(1) };
    expect([...layer.backward(made(ones, 'float64')).data]).toEqual([...slopes]);
  });

  it('refuses a slope that is no finite number', () => {
    for (const negativeSlope of [Number.NaN, Number.NEGATIVE_INFINITY])
      expectArgumentError(() => new LeakyReLU({ negativeSlope }), ArgumentError, 'negativeSlope', 'finite');
  });
});
