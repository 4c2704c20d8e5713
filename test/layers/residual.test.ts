import { describe, expect, it } from 'vitest';
import {
  ArgumentError,
  BatchNorm2D,
  Conv2D,
  ConvTranspose2D,
  DepthwiseConv2D,
  Dropout,
  GlobalAvgPool2D,
  heNormal,
  Linear,
  normal,
  ReLU,
  Residual,
  runtimeInfo,
  Sequential,
  SGD,
  ShapeError,
  SoftmaxCrossEntropy,
  scope,
  type Tensor,
} from '../../src/index.ts';
import { expectExactly, expectRelative } from '../helpers/compare.ts';
import { expectArgumentError } from '../helpers/errors.ts';
import { made, read } from '../helpers/tensors.ts';
import { add, at, inner, random, rounded, sum, type Values } from '../helpers/values.ts';
import { numericalGradient } from '../reference/gradientCheck.ts';

const conv = (outChannels: number, stride: number, seed: number) =>
  new Conv2D({
    inChannels: 3,
    outChannels,
    kernelSize: 3,
    padding: 1,
    stride,
    initializer: normal({ seed }),
    dtype: 'float64',
    gradReduction: 'sum',
  });

const block = (shortcut: boolean) => {
  const channels = shortcut ? 4 : 3;
  const body = new Sequential([conv(channels, shortcut ? 2 : 1, 1), new BatchNorm2D({ channels, dtype: 'float64' })]);
  return new Residual(body, shortcut ? conv(4, 2, 2) : null);
};

const x = random([2, 3, 4, 4], 1);

describe.each([
  ['without', false],
  ['with', true],
] as const)('Residual %s a shortcut', (_, shortcut) => {
  const dy = random(shortcut ? [2, 4, 2, 2] : [2, 3, 4, 4], 2);

  it('adds what body and shortcut make', () => {
    const [whole, parts] = [block(shortcut), block(shortcut)];
    const input = made(x, 'float64');
    const body = read(parts.body.forward(input));
    const other = parts.shortcut ? read(parts.shortcut.forward(input)) : x;
    expectExactly(whole.forward(input), sum(body, other));
    expectExactly(input, x, 'the input afterwards');
  });

  it('has gradients as finite differences say', () => {
    const layer = block(shortcut);
    const value = (v: Values) => scope(() => inner(read(layer.forward(made(v, 'float64'))), dy));
    const dx = numericalGradient(value, x);
    const W = layer.params['body.0.W'] as Tensor;
    const w = read(W);
    const dW = numericalGradient(v => {
      W.set(v.data);
      return value(x);
    }, w);
    W.set(w.data);
    layer.forward(made(x, 'float64'));
    expectRelative(layer.backward(made(dy, 'float64')), dx, 1e-7);
    expectRelative(layer.grads['body.0.W'] as Tensor, dW, 1e-7);
  });

  it('gives everything back', () => {
    const input = made(x, 'float64');
    const gradient = made(dy, 'float64');
    const run = (steps: number) => {
      const layer = block(shortcut);
      for (let i = 0; i < steps; i++) {
        layer.forward(input).dispose();
        layer.backward(gradient).dispose();
      }
      layer.eval().forward(input).dispose();
      layer.dispose();
      expect(Object.values(layer.params).every(tensor => tensor.disposed)).toBe(true);
    };
    run(1);
    const { used } = runtimeInfo().memory;
    run(3);
    expect(runtimeInfo().memory.used).toBe(used);
  });
});

describe('Residual', () => {
  it('names parameters and buffers by body and shortcut, and an optimizer finds them', () => {
    const layer = block(true);
    expect(Object.keys(layer.params)).toEqual([
      'body.0.W',
      'body.0.b',
      'body.1.weight',
      'body.1.bias',
      'shortcut.W',
      'shortcut.b',
    ]);
    expect(Object.keys(layer.buffers)).toEqual(['body.1.runningMean', 'body.1.runningVar']);
    expect(Object.keys(layer.grads)).toEqual(Object.keys(layer.params));
    const before = read(layer.params['shortcut.W'] as Tensor);
    layer.backward(layer.forward(made(x, 'float64')));
    new SGD(layer, { learningRate: 0.1 }).step();
    expect(read(layer.params['shortcut.W'] as Tensor).data).not.toEqual(before.data);
  });

  it('takes a body that hands its input on', () => {
    const numbers = random([2, 3], 1, 'float32');
    const twice = sum(numbers, numbers);
    const input = made(numbers);
    for (const body of [new Sequential([]), new Dropout({ p: 0.5 }).eval()]) {
      const layer = new Residual(body);
      if (!body.training) layer.eval();
      for (let i = 0; i < 2; i++) expectExactly(layer.forward(input), twice);
      expectExactly(input, numbers);
    }
    const layer = new Residual(new Sequential([]));
    layer.forward(input);
    expectExactly(layer.backward(input), twice);
  });

  it('stands in a network, nested', () => {
    const net = new Sequential([new Residual(new Residual(new ReLU())), new ReLU()]);
    const [numbers, dy] = [random([2, 3, 4, 4], 1, 'float32'), random([2, 3, 4, 4], 2, 'float32')];
    const y = net.forward(made(numbers));
    // x > 0: relu(x) + x + x, else x + x.
    const factor = (value: number) => (value > 0 ? 3 : 2);
    expectExactly(y, {
      shape: numbers.shape,
      data: numbers.data.map(v => rounded(Math.max(0, rounded(Math.max(v, 0) + v, 'float32') + v), 'float32')),
    });
    const dx = read(net.backward(made(dy)));
    expectRelative(
      dx,
      { shape: dy.shape, data: dy.data.map((v, i) => ((numbers.data[i] as number) > 0 ? factor(1) * v : 0)) },
      1e-6,
    );
  });

  it('is trained in a network with all that modern ones have, in memory that stays flat', () => {
    const seeded = (seed: number) => ({ initializer: heNormal({ seed }) });
    const separable = (seed: number) =>
      new Sequential([
        new DepthwiseConv2D({ channels: 8, kernelSize: 3, padding: 1, ...seeded(seed) }),
        new BatchNorm2D({ channels: 8 }),
        new ReLU(),
        new Conv2D({ inChannels: 8, outChannels: 8, kernelSize: 1, ...seeded(seed + 1) }),
        new BatchNorm2D({ channels: 8 }),
      ]);
    const net = new Sequential([
      new ConvTranspose2D({ inChannels: 1, outChannels: 8, kernelSize: 2, stride: 2, ...seeded(1) }),
      new Residual(separable(2)),
      new ReLU(),
      new Residual(separable(4), new Conv2D({ inChannels: 8, outChannels: 8, kernelSize: 1, ...seeded(6) })),
      new ReLU(),
      new GlobalAvgPool2D(),
      new Dropout({ p: 0.2, seed: 7 }),
      new Linear({ inFeatures: 8, outFeatures: 2, ...seeded(8) }),
    ]);
    // Class 1: a bar that stands, class 0: one that lies.
    const labels = Int32Array.from({ length: 16 }, (_, n) => n % 2);
    const pixels = random([16, 1, 6, 6], 9, 'float32');
    labels.forEach((label, n) => {
      for (let i = 0; i < 6; i++) add(pixels.data, n * 36 + (label ? 6 * i + (n % 6) : 6 * (n % 6) + i), 3);
    });
    const images = made(pixels);
    const loss = new SoftmaxCrossEntropy();
    const optimizer = new SGD(net, { learningRate: 0.05, momentum: 0.9 });
    const step = () =>
      scope(() => {
        const value = loss.forward(net.forward(images), labels);
        net.backward(loss.backward());
        optimizer.step();
        return value;
      });
    const first = step();
    for (let i = 0; i < 20; i++) step();
    const { used } = runtimeInfo().memory;
    for (let i = 0; i < 60; i++) step();
    expect(runtimeInfo().memory.used).toBe(used);
    expect(step()).toBeLessThan(first / 4);
    const scores = net.eval().forward(images).data;
    const right = [...labels].filter((label, n) => Number(at(scores, 2 * n + 1) > at(scores, 2 * n)) === label);
    expect(right.length).toBeGreaterThanOrEqual(15);
  });

  it('refuses what is no layer, and branches that answer with other shapes', () => {
    for (const wrong of [undefined, null, {}, [new ReLU()]])
      expectArgumentError(() => new Residual(wrong as never), ArgumentError, 'body');
    expectArgumentError(() => new Residual(new ReLU(), {} as never), ArgumentError, 'shortcut');
    const layer = new Residual(conv(4, 1, 1));
    expectArgumentError(() => layer.forward(made(x, 'float64')), ShapeError, 'b', '[2, 3, 4, 4]', '[2, 4, 4, 4]');
  });
});
