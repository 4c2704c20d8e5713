import { describe, expect, it } from 'vitest';
import {
  ArgumentError,
  BatchNorm2D,
  DTypeError,
  runtimeInfo,
  Sequential,
  ShapeError,
  scope,
  type Tensor,
  zeros,
} from '../../src/index.ts';
import { expectExactly, expectRelative, expectWithin } from '../helpers/compare.ts';
import { expectArgumentError, shown } from '../helpers/errors.ts';
import { formats, made, read } from '../helpers/tensors.ts';
import { dtypes, epsilon, filled, inner, map, random, scaled, sum } from '../helpers/values.ts';
import * as reference from '../reference/batchNorm2d.ts';
import { numericalGradient } from '../reference/gradientCheck.ts';

const shape = [4, 3, 5, 6];
const affine = { weight: random([3], 5, 'float32'), bias: random([3], 6, 'float32') };

function layerWith(options: object): BatchNorm2D {
  const layer = new BatchNorm2D({ channels: 3, ...options });
  layer.params.weight?.set(affine.weight.data);
  layer.params.bias?.set(affine.bias.data);
  return layer;
}

describe('a new BatchNorm2D', () => {
  it("has PyTorch's names, sizes and first values", () => {
    const layer = new BatchNorm2D({ channels: 3 });
    expect([layer.eps, layer.momentum]).toEqual([1e-5, 0.1]);
    expect(Object.keys(layer.params)).toEqual(['weight', 'bias']);
    expect(layer.grads).toEqual({ weight: null, bias: null });
    expect(Object.keys(layer.buffers)).toEqual(['runningMean', 'runningVar']);
    expectExactly(layer.params.weight as Tensor, filled([3], 1));
    expectExactly(layer.params.bias as Tensor, filled([3], 0));
    expectExactly(layer.runningMean, filled([3], 0));
    expectExactly(layer.runningVar, filled([3], 1));
  });

  it('without affine has no parameters', () => {
    const layer = new BatchNorm2D({ channels: 3, affine: false });
    expect([layer.params, layer.grads]).toEqual([{}, {}]);
    const x = random(shape, 1, 'float32');
    const y = reference.batchNorm(x, reference.statistics(x), null, null);
    expectWithin(layer.forward(made(x)), y, () => 2e-6);
    const dy = random(shape, 2, 'float32');
    expectWithin(layer.backward(made(dy)), reference.batchNormGrad(dy, x, null).dx, () => 1e-5);
    expect(layer.grads).toEqual({});
  });
});

describe.each(dtypes)('BatchNorm2D in %s', dtype => {
  const [x, dy] = [random(shape, 1, dtype), random(shape, 2, dtype)];
  const near = (factor: number) => () => factor * epsilon[dtype];

  it('normalises by the batch in training, by the running statistics in eval', () => {
    for (const format of formats) {
      const layer = layerWith({ dtype, momentum: 0.25 });
      const batch = reference.statistics(x);
      const y = reference.batchNorm(x, batch, affine.weight, affine.bias);
      expectWithin(layer.forward(made(x, dtype, format)), y, near(32));
      const unbiased = scaled(batch.variance, 120 / 119);
      const running = {
        mean: scaled(batch.mean, 0.25),
        variance: sum(filled([3], 0.75), scaled(unbiased, 0.25)),
      };
      expectWithin(layer.runningMean, running.mean, near(4));
      expectWithin(layer.runningVar, running.variance, near(4));
      const later = reference.batchNorm(x, running, affine.weight, affine.bias);
      layer.eval();
      for (let i = 0; i < 2; i++) expectWithin(layer.forward(made(x, dtype, format)), later, near(32));
      expectWithin(layer.runningMean, running.mean, near(4), 'the running mean after eval');
    }
  });

  it.each([
    ['mean', 1 / 4, {}],
    ['sum', 1, { gradReduction: 'sum' as const }],
  ] as const)('gradients of the parameters are the %s over the batch, that of x is per sample', (_, factor, extra) => {
    for (const format of formats) {
      const layer = layerWith({ dtype, ...extra });
      layer.forward(made(x, dtype, format));
      const dx = layer.backward(made(dy, dtype));
      const wanted = reference.batchNormGrad(dy, x, affine.weight);
      expectWithin(dx, wanted.dx, near(128));
      expectWithin(layer.grads.weight as Tensor, scaled(wanted.weightGrad, factor), near(128));
      expectWithin(layer.grads.bias as Tensor, scaled(wanted.biasGrad, factor), near(128));
    }
  });
});

describe('BatchNorm2D', () => {
  it.each([
    [[4, 3, 2, 2], 1e-5],
    [[3, 5, 1, 1], 0.1],
    [[2, 2, 3, 4], 1e-5],
  ] as const)('has gradients as finite differences say: %j', (small, eps) => {
    const channels = small[1];
    const [x, dy] = [random(small, 1), random(small, 2)];
    const params = { weight: random([channels], 3), bias: random([channels], 4) };
    const run = (input: typeof x, at: typeof params) => {
      const layer = new BatchNorm2D({ channels, eps, dtype: 'float64', gradReduction: 'sum' });
      layer.params.weight?.set(at.weight.data);
      layer.params.bias?.set(at.bias.data);
      return { layer, y: layer.forward(made(input, 'float64')) };
    };
    const value = (input: typeof x, at: typeof params) => scope(() => inner(read(run(input, at).y), dy));
    const { layer } = run(x, params);
    const dx = layer.backward(made(dy, 'float64'));
    expectRelative(
      dx,
      numericalGradient(v => value(v, params), x),
      1e-7,
    );
    for (const name of ['weight', 'bias'] as const) {
      const numerical = numericalGradient(v => value(x, { ...params, [name]: v }), params[name]);
      expectRelative(layer.grads[name] as Tensor, numerical, 1e-7, name);
    }
  });

  it('keeps what backward needs beyond a scope, and gives all back', () => {
    const x = made(random(shape, 1));
    const run = () => {
      const layer = layerWith({});
      scope(() => {
        layer.forward(x);
      });
      layer.backward(x).dispose();
      layer.forward(x).dispose();
      layer.backward(x).dispose();
      layer.dispose();
      expect([layer.runningMean.disposed, layer.params.weight?.disposed]).toEqual([true, true]);
    };
    run();
    const { used } = runtimeInfo().memory;
    run();
    expect(runtimeInfo().memory.used).toBe(used);
  });

  it('shows its buffers through a network, by the names of its parameters', () => {
    const layer = new BatchNorm2D({ channels: 3 });
    const net = new Sequential([new Sequential([layer])]);
    expect(Object.keys(net.buffers)).toEqual(['0.0.runningMean', '0.0.runningVar']);
    expect(net.buffers['0.0.runningMean']).toBe(layer.runningMean);
  });

  it('brings another distribution to mean bias and deviation weight', () => {
    const x = map(random([8, 3, 9, 9], 1, 'float32'), value => Math.fround(50 + 20 * value));
    const { mean, variance } = reference.statistics(read(layerWith({}).forward(made(x))));
    expectWithin(mean, affine.bias, () => 1e-5);
    expectWithin(map(variance, Math.sqrt), map(affine.weight, Math.abs), () => 1e-5);
  });
});

describe('BatchNorm2D refuses', () => {
  it.each([
    ['channels', [0, -1, 1.5, undefined]],
    ['eps', [-1, Number.NaN]],
    ['momentum', [-0.1, 2, Number.NaN]],
    ['gradReduction', ['max']],
    ['dtype', ['float16']],
  ] as const)('%s of no meaning', (argument, values) => {
    for (const value of values)
      expectArgumentError(
        () => new BatchNorm2D({ channels: 3, [argument]: value } as never),
        argument === 'dtype' ? DTypeError : ArgumentError,
        argument,
        shown(value),
      );
  });

  it('an input with other channels, another rank or dtype; in training a single value', () => {
    const layer = new BatchNorm2D({ channels: 3 });
    expectArgumentError(() => layer.forward(zeros([2, 4, 5, 5])), ShapeError, 'x', '[2, 4, 5, 5]', '3');
    expectArgumentError(() => layer.forward(zeros([2, 3])), ShapeError, 'x', '[2, 3]');
    expectArgumentError(() => layer.forward(zeros([2, 3, 5, 5], 'float64')), DTypeError, 'x', 'float64');
    expectArgumentError(() => layer.forward(zeros([1, 3, 1, 1])), ShapeError, 'x', '[1, 3, 1, 1]', 'one value');
    expect(layer.eval().forward(zeros([1, 3, 1, 1])).shape).toEqual([1, 3, 1, 1]);
  });
});
