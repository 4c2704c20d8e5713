import { describe, expect, it } from 'vitest';
import {
  ArgumentError,
  type Conv2D,
  type Linear,
  runtimeInfo,
  Sequential,
  SGD,
  type SGDOptions,
  SoftmaxCrossEntropy,
  StateError,
  type Tensor,
} from '../../src/index.ts';
import { expectExactly, expectWithin } from '../helpers/compare.ts';
import { expectArgumentError, expectError, shown } from '../helpers/errors.ts';
import { made, read } from '../helpers/tensors.ts';
import { gradsOf, paramsOf, pictures, smallNet, train } from '../helpers/training.ts';
import { dtypes, epsilon, filled, random, type Values } from '../helpers/values.ts';
import * as reference from '../reference/sgd.ts';

describe.each(dtypes)('SGD in %s', dtype => {
  it.each<[SGDOptions]>([
    [{ learningRate: 0.1 }],
    [{ learningRate: 0.1, momentum: 0 }],
    [{ learningRate: 0.05, momentum: 0.9 }],
    [{ learningRate: 0.05, momentum: 0.9, nesterov: true }],
    [{ learningRate: 0.05, momentum: 0.9, dampening: 0.4 }],
    [{ learningRate: 0.05, weightDecay: 0.3 }],
    [{ learningRate: 0.05, momentum: 0.9, weightDecay: 0.3 }],
    [{ learningRate: 0.05, momentum: 0.9, weightDecay: 0.3, nesterov: true }],
  ])('five steps of the written-out formulas, with %j', options => {
    const net = smallNet(dtype);
    const optimizer = new SGD(net, options);
    const expected = paramsOf(net).map(p => ({ param: read(p), velocity: filled(p.shape, 0) }));
    const { x, labels } = pictures(6, dtype);
    const loss = new SoftmaxCrossEntropy();
    for (let step = 1; step <= 5; step++) {
      loss.forward(net.forward(made(x, dtype)), labels);
      net.backward(loss.backward());
      const grads = gradsOf(net).map(grad => read(grad as Tensor));
      optimizer.step();
      paramsOf(net).forEach((param, i) => {
        const { param: p, velocity } = expected[i] as { param: Values; velocity: Values };
        // The velocity starts as the whole gradient.
        const dampening = step === 1 ? 0 : (options.dampening ?? 0);
        const next = reference.sgdStep(p, grads[i] as Values, velocity, { momentum: 0, ...options, dampening });
        expected[i] = next;
        expectWithin(param, next.param, () => 16 * epsilon[dtype], `parameter ${i} after step ${step}`);
      });
    }
  });

  it('a tiny network learns', () => {
    const net = smallNet(dtype);
    const losses = train(net, new SGD(net, { learningRate: 0.1, momentum: 0.9 }), 60, dtype);
    expect(losses[0]).toBeGreaterThan(0.5);
    expect(losses.at(-1)).toBeLessThan(0.05);
  });

  it('two runs from the same seeds give the same bits', () => {
    const run = () => {
      const net = smallNet(dtype);
      const losses = train(net, new SGD(net, { learningRate: 0.1, momentum: 0.9 }), 10, dtype);
      return { losses, params: paramsOf(net).map(read) };
    };
    const [first, second] = [run(), run()];
    expect(second.losses).toEqual(first.losses);
    second.params.forEach((param, i) => {
      expectExactly(param, first.params[i] as Values);
    });
  });
});

describe('SGD', () => {
  it('leaves a layer with optimizable = false untouched, and the others learn', () => {
    const net = smallNet();
    const [conv, linear] = [net.layers[0] as Conv2D, net.layers[4] as Linear];
    conv.optimizable = false;
    const before = [conv.params.W, conv.params.b, linear.params.W].map(t => read(t as Tensor));
    train(net, new SGD(net, { learningRate: 0.1, momentum: 0.9 }), 3, 'float32');
    expectExactly(conv.params.W as Tensor, before[0] as Values);
    expectExactly(conv.params.b as Tensor, before[1] as Values);
    expect(read(linear.params.W as Tensor).data).not.toEqual(before[2]?.data);
  });

  it('leaves all layers of a Sequential with optimizable = false untouched', () => {
    const net = smallNet();
    const outer = new Sequential([net]);
    net.optimizable = false;
    const before = paramsOf(net).map(read);
    train(outer, new SGD(outer, { learningRate: 0.1 }), 2, 'float32');
    paramsOf(net).forEach((param, i) => {
      expectExactly(param, before[i] as Values);
    });
  });

  it('optimizable counts at each step, not only when the optimizer is made', () => {
    const net = smallNet();
    const conv = net.layers[0] as Conv2D;
    const optimizer = new SGD(net, { learningRate: 0.1 });
    train(net, optimizer, 1, 'float32');
    conv.optimizable = false;
    const before = read(conv.filters);
    train(net, optimizer, 2, 'float32');
    expectExactly(conv.filters, before);
    conv.optimizable = true;
    train(net, optimizer, 1, 'float32');
    expect(read(conv.filters).data).not.toEqual(before.data);
  });

  it('follows a learning rate that is changed between steps', () => {
    const net = smallNet();
    const optimizer = new SGD(net, { learningRate: 0.1 });
    expect(optimizer.learningRate).toBe(0.1);
    train(net, optimizer, 1, 'float32');
    const before = paramsOf(net).map(read);
    optimizer.learningRate = 0.5;
    optimizer.step();
    paramsOf(net).forEach((param, i) => {
      const [p, grad] = [before[i] as Values, read(gradsOf(net)[i] as Tensor)];
      const options = { learningRate: 0.5, momentum: 0 };
      const { param: wanted } = reference.sgdStep(p, grad, filled(p.shape, 0), options);
      expectWithin(param, wanted, () => 4 * epsilon.float32);
    });
  });

  it('refuses a step without any gradient', () => {
    const net = smallNet();
    const optimizer = new SGD(net, { learningRate: 0.1 });
    expectError(() => optimizer.step(), StateError, 'backward');
    train(net, optimizer, 1, 'float32');
    net.clearGrad();
    expectError(() => optimizer.step(), StateError, 'backward');
  });

  it('steps over a layer without gradients where others have some', () => {
    const net = smallNet();
    const optimizer = new SGD(net, { learningRate: 0.1, momentum: 0.9 });
    train(net, optimizer, 1, 'float32');
    const [conv, linear] = [net.layers[0] as Conv2D, net.layers[4] as Linear];
    conv.clearGrad();
    const before = [conv.params.W, linear.params.W].map(t => read(t as Tensor));
    optimizer.step();
    expectExactly(conv.params.W as Tensor, before[0] as Values);
    expect(read(linear.params.W as Tensor).data).not.toEqual(before[1]?.data);
  });

  it('gives its memory back when it is disposed of', () => {
    const net = smallNet();
    train(net, new SGD(net, { learningRate: 0.1 }), 2, 'float32');
    const { used } = runtimeInfo().memory;
    const optimizer = new SGD(net, { learningRate: 0.1, momentum: 0.9 });
    optimizer.step();
    expect(runtimeInfo().memory.used).toBeGreaterThan(used);
    optimizer.dispose();
    expect(runtimeInfo().memory.used).toBe(used);
  });

  it('steps the filters that were assigned after it was made', () => {
    const net = smallNet();
    const conv = net.layers[0] as Conv2D;
    const optimizer = new SGD(net, { learningRate: 0.1, momentum: 0.9 });
    train(net, optimizer, 2, 'float32');
    const fresh = random([4, 1, 3, 3], 77, 'float32');
    conv.filters = made(fresh);
    train(net, optimizer, 1, 'float32');
    expect(read(conv.filters).data).not.toEqual(fresh.data);
    expectWithin(conv.filters, fresh, () => 1);
  });

  it('refuses what is no layer', () => {
    expectArgumentError(() => new SGD({} as never, { learningRate: 0.1 }), ArgumentError, 'net');
  });

  it.each([
    ['learningRate', [Number.NaN, undefined, '0.1', -1, 0, Number.POSITIVE_INFINITY]],
    ['momentum', [Number.NaN, -0.1, 1]],
    ['dampening', [Number.NaN, -0.1, 1.1]],
    ['weightDecay', [Number.NaN, -0.1, Number.POSITIVE_INFINITY, '0.1']],
    ['nesterov', [1, null, true]],
  ] as const)('refuses %s of no meaning', (argument, values) => {
    for (const value of values)
      expectArgumentError(
        () => new SGD(smallNet(), { learningRate: 0.1, [argument]: value } as never),
        ArgumentError,
        argument,
        shown(value),
      );
  });

  it('refuses nesterov with dampening', () => {
    const options = { learningRate: 0.1, momentum: 0.9, nesterov: true, dampening: 0.1 };
    expectArgumentError(() => new SGD(smallNet(), options), ArgumentError, 'nesterov', 'true', 'dampening');
  });
});
