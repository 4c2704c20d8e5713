import { describe, expect, it } from 'vitest';
import { ArgumentError, Conv2D, DepthwiseConv2D, normal, scope, type Tensor } from '../../src/index.ts';
import { expectExactly, expectRelative, expectSums } from '../helpers/compare.ts';
import { expectArgumentError, shown } from '../helpers/errors.ts';
import { made, read } from '../helpers/tensors.ts';
import { dtypes, filled, inner, magnitude, random, type Values } from '../helpers/values.ts';
import * as reference from '../reference/conv2d.ts';
import { numericalGradient } from '../reference/gradientCheck.ts';

describe('DepthwiseConv2D', () => {
  it('is a Conv2D with a group for each channel', () => {
    const layer = new DepthwiseConv2D({ channels: 5, multiplier: 3, kernelSize: [3, 2] });
    expect(layer).toBeInstanceOf(Conv2D);
    expect([layer.inChannels, layer.outChannels, layer.groups, layer.multiplier]).toEqual([5, 15, 5, 3]);
    expect(layer.filters.shape).toEqual([15, 1, 3, 2]);
  });

  it("starts from PyTorch's filters and bias, uniform in +-1 / sqrt(taps); a given initializer leaves the bias zero", () => {
    const layer = new DepthwiseConv2D({ channels: 400, kernelSize: 4 });
    for (const tensor of [layer.filters, layer.bias] as Tensor[]) {
      const values = [...tensor.data].sort((a, b) => a - b);
      // 400 draws at least: the chance that none falls into the outer tenth is below 1e-9.
      for (const end of [-(values[0] as number), values.at(-1) as number]) {
        expect(end).toBeLessThanOrEqual(0.25);
        expect(end).toBeGreaterThan(0.225);
      }
    }
    const given = new DepthwiseConv2D({ channels: 4, kernelSize: 4, initializer: normal({ seed: 1 }) });
    expectExactly(given.bias as Tensor, filled([4], 0));
    expect(new DepthwiseConv2D({ channels: 4, kernelSize: 4, bias: false }).bias).toBeNull();
  });

  it.each(dtypes)('computes channel by channel, with a multiplier too, in %s', dtype => {
    for (const multiplier of [1, 2]) {
      const layer = new DepthwiseConv2D({ channels: 5, multiplier, kernelSize: 3, padding: 1, stride: 2, dtype });
      const x = random([2, 5, 7, 8], 1, dtype);
      const [w, b] = [read(layer.filters), read(layer.bias as Tensor)];
      const options = { padding: 1, stride: 2, groups: 5 };
      const scale = reference.conv2d(magnitude(x), magnitude(w), magnitude(b), options);
      const y = layer.forward(made(x, dtype));
      expectSums(y, reference.conv2d(x, w, b, options), { scale, terms: 10, dtype });
    }
  });

  it('has gradients as finite differences say', () => {
    const [x, dy] = [random([2, 3, 4, 5], 1), random([2, 6, 4, 5], 2)];
    const options = { channels: 3, multiplier: 2, kernelSize: 3, padding: 1, gradReduction: 'sum' as const };
    const layer = new DepthwiseConv2D({ ...options, dtype: 'float64' });
    const value = (v: Values) => scope(() => inner(read(layer.forward(made(v, 'float64'))), dy));
    const dx = numericalGradient(value, x);
    const w = read(layer.filters);
    const dW = numericalGradient(v => {
      layer.filters.set(v.data);
      return value(x);
    }, w);
    layer.filters.set(w.data);
    layer.forward(made(x, 'float64'));
    expectRelative(layer.backward(made(dy, 'float64')), dx, 1e-8);
    expectRelative(layer.grads.W as Tensor, dW, 1e-8);
  });

  it.each([
    ['channels', [0, 1.5, undefined]],
    ['multiplier', [0, 0.5]],
    ['kernelSize', [0]],
  ] as const)('refuses %s of no meaning', (argument, values) => {
    for (const value of values)
      expectArgumentError(
        () => new DepthwiseConv2D({ channels: 3, kernelSize: 3, [argument]: value } as never),
        ArgumentError,
        argument,
        shown(value),
      );
  });
});
