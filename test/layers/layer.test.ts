import { describe, expect, it } from 'vitest';
import {
  ArgumentError,
  AvgPool2D,
  BatchNorm2D,
  Conv2D,
  ConvTranspose2D,
  DepthwiseConv2D,
  Dropout,
  Flatten,
  GlobalAvgPool2D,
  HardSwish,
  type Layer,
  LeakyReLU,
  Linear,
  MaxPool2D,
  ReLU,
  ReLU6,
  Residual,
  runtimeInfo,
  Sequential,
  ShapeError,
  Sigmoid,
  SiLU,
  Softmax,
  StateError,
  Tanh,
  zeros,
} from '../../src/index.ts';
import { expectExactly } from '../helpers/compare.ts';
import { expectArgumentError, expectError } from '../helpers/errors.ts';
import { made, read } from '../helpers/tensors.ts';
import { random } from '../helpers/values.ts';

const image = [2, 3, 4, 6];

/** Every layer, with the shape of an input. */
const layers: [string, () => Layer, number[]][] = [
  ['Conv2D', () => new Conv2D({ inChannels: 3, outChannels: 5, kernelSize: 3, algorithm: 'direct' }), image],
  ['Linear', () => new Linear({ inFeatures: 7, outFeatures: 3 }), [2, 7]],
  ['ReLU', () => new ReLU(), image],
  ['ReLU6', () => new ReLU6(), image],
  ['LeakyReLU', () => new LeakyReLU(), image],
  ['HardSwish', () => new HardSwish(), image],
  ['SiLU', () => new SiLU(), image],
  ['Sigmoid', () => new Sigmoid(), image],
  ['Tanh', () => new Tanh(), image],
  ['Softmax', () => new Softmax(), [3, 7]],
  ['MaxPool2D', () => new MaxPool2D({ kernelSize: 2 }), image],
  ['AvgPool2D', () => new AvgPool2D({ kernelSize: 2 }), image],
  ['GlobalAvgPool2D', () => new GlobalAvgPool2D(), image],
  ['Flatten', () => new Flatten(), image],
  [
    'DepthwiseConv2D',
    () => new DepthwiseConv2D({ channels: 3, multiplier: 2, kernelSize: 3, algorithm: 'direct' }),
    image,
  ],
  ['ConvTranspose2D', () => new ConvTranspose2D({ inChannels: 3, outChannels: 5, kernelSize: 3, stride: 2 }), image],
  ['BatchNorm2D', () => new BatchNorm2D({ channels: 3 }), image],
  ['Dropout', () => new Dropout({ p: 0.5 }), image],
  ['Residual', () => new Residual(new ReLU()), image],
  [
    'Sequential',
    () => new Sequential([new ReLU(), new Flatten(), new Linear({ inFeatures: 72, outFeatures: 3 })]),
    image,
  ],
];

/** Those that do something else in training. */
const changing = ['BatchNorm2D', 'Dropout'];

describe.each(layers)('%s keeps what every Layer promises:', (name, make, shape) => {
  it('optimizable, in training, no gradients yet', () => {
    const layer = make();
    expect([layer.optimizable, layer.training]).toEqual([true, true]);
    expect(Object.keys(layer.grads)).toEqual(Object.keys(layer.params));
    expect(Object.values(layer.grads).every(grad => grad === null)).toBe(true);
  });

  it('train() and eval() return it', () => {
    const layer = make();
    expect(layer.eval()).toBe(layer);
    expect(layer.training).toBe(false);
    expect(layer.train()).toBe(layer);
    expect(layer.training).toBe(true);
  });

  it('backward before forward is a StateError', () => {
    expectError(() => make().backward(zeros(shape)), StateError, 'backward', 'forward');
  });

  it('backward after a forward in eval() is a StateError: nothing was kept', () => {
    const layer = make();
    layer.forward(made(random(shape, 1)));
    const y = layer.eval().forward(made(random(shape, 1)));
    expectError(() => layer.backward(y), StateError, 'backward', 'eval');
  });

  it.skipIf(changing.includes(name))(
    'forward gives the same numbers in eval() (left out where they are meant to differ: statistics, dropout)',
    () => {
      const layer = make();
      const x = made(random(shape, 1));
      const trained = read(layer.forward(x));
      layer.eval();
      for (const _ of ['first', 'second']) expectExactly(layer.forward(x), trained);
      expectExactly(layer.train().forward(x), trained);
    },
  );

  it('forward in eval() leaves nothing in memory but its result, when the layer is disposed of', () => {
    const x = made(random(shape, 1));
    const run = (): void => {
      const layer = make().eval();
      for (let i = 0; i < 3; i++) {
        const y = layer.forward(x);
        if (y !== x) y.dispose();
      }
      layer.dispose();
    };
    run();
    const { used } = runtimeInfo().memory;
    run();
    expect(runtimeInfo().memory.used).toBe(used);
  });

  it('backward answers with a gradient of the shape of the input', () => {
    const layer = make();
    const y = layer.forward(made(random(shape, 1)));
    expect(layer.backward(y).shape).toEqual(shape);
  });

  it('backwardParams gives the gradients that backward gives, and leaves nothing else', () => {
    const layer = make();
    const gradients = () => Object.entries(layer.grads).map(([key, grad]) => [key, grad && read(grad)]);
    const dy = layer.forward(made(random(shape, 1))).clone();
    layer.backward(dy).dispose();
    const wanted = gradients();
    layer.clearGrad();
    const { used } = runtimeInfo().memory;
    layer.backwardParams(dy);
    expect(gradients()).toEqual(wanted);
    expect(runtimeInfo().memory.used).toBe(used);
    layer.clearGrad();
    if (Object.keys(layer.params).length === 0) return;
    const wrong = zeros([...dy.shape.slice(0, -1), (dy.shape.at(-1) as number) + 1]);
    expectArgumentError(() => layer.backwardParams(wrong), ShapeError, 'dy');
    layer.eval().forward(made(random(shape, 1)));
    expectError(() => layer.backwardParams(dy), StateError, 'backward', 'eval');
  });

  it('backward refuses an output gradient of another shape, naming it and what is allowed', () => {
    const layer = make();
    const y = layer.forward(made(random(shape, 1)));
    const wrong = [...y.shape.slice(0, -1), (y.shape.at(-1) as number) + 1];
    expectArgumentError(
      () => layer.backward(zeros(wrong)),
      ShapeError,
      'dy',
      `[${wrong.join(', ')}]`,
      `[${y.shape.join(', ')}]`,
    );
  });

  it('has a state that can be set again as JSON brings it, or has none and says so', () => {
    const layer = make();
    const { state } = layer;
    if (state === undefined) {
      expectArgumentError(
        () => {
          layer.state = {};
        },
        ArgumentError,
        'state',
        'has no state',
      );
    } else layer.state = JSON.parse(JSON.stringify(state));
    expect(layer.state).toEqual(state);
  });

  it('clearGrad and dispose work at any time', () => {
    const layer = make();
    layer.clearGrad();
    layer.backward(layer.forward(made(random(shape, 1))));
    layer.clearGrad();
    expect(Object.values(layer.grads).every(grad => grad === null)).toBe(true);
    layer.dispose();
    for (const param of Object.values(layer.params)) expect(param.disposed).toBe(true);
  });
});
