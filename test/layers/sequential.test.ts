import { describe, expect, it } from 'vitest';
import {
  ArgumentError,
  Conv2D,
  Flatten,
  Layer,
  Linear,
  normal,
  ReLU,
  Sequential,
  StateError,
  type Tensor,
} from '../../src/index.ts';
import { expectExactly } from '../helpers/compare.ts';
import { expectArgumentError, expectError } from '../helpers/errors.ts';
import { made, read } from '../helpers/tensors.ts';
import { random } from '../helpers/values.ts';

const parts = () =>
  [
    new Conv2D({ inChannels: 2, outChannels: 3, kernelSize: 3, padding: 1, initializer: normal({ seed: 1 }) }),
    new ReLU(),
    new Flatten(),
    new Linear({ inFeatures: 60, outFeatures: 4, initializer: normal({ seed: 2 }) }),
  ] as const;

describe('Sequential', () => {
  it('forward goes through its layers in order, backward in reverse', () => {
    const [x, dy] = [made(random([2, 2, 4, 5], 1)), made(random([2, 4], 2))];
    const [conv, relu, flatten, linear] = parts();
    const y = linear.forward(flatten.forward(relu.forward(conv.forward(x))));
    const dx = conv.backward(relu.backward(flatten.backward(linear.backward(dy))));

    const layers = parts();
    const net = new Sequential([...layers]);
    expectExactly(net.forward(x), read(y));
    expectExactly(net.backward(dy), read(dx));
    expectExactly(layers[0].grads.W as Tensor, read(conv.grads.W as Tensor));
    expectExactly(layers[3].grads.W as Tensor, read(linear.grads.W as Tensor));
  });

  it('shows its layers', () => {
    const layers = [...parts()];
    expect(new Sequential(layers).layers).toEqual(layers);
  });

  it('names parameters and gradients as PyTorch does: the place of the layer, a dot, its own name', () => {
    const layers = parts();
    const net = new Sequential([new Sequential([layers[0], layers[1]]), layers[2], layers[3]]);
    expect(Object.keys(net.params)).toEqual(['0.0.W', '0.0.b', '2.W', '2.b']);
    expect(net.params['0.0.W']).toBe(layers[0].filters);
    expect(net.grads).toEqual({ '0.0.W': null, '0.0.b': null, '2.W': null, '2.b': null });
    net.backward(net.forward(made(random([2, 2, 4, 5], 1))));
    expect(net.grads['2.W']).toBe(layers[3].grads.W);
    expect(net.grads['2.W']).not.toBeNull();
  });

  it('without layers passes everything through', () => {
    const net = new Sequential([]);
    const x = made(random([2, 3], 1));
    expect(net.forward(x)).toBe(x);
    expect(net.backward(x)).toBe(x);
    expect(net.eval().forward(x)).toBe(x);
    expect(x.disposed).toBe(false);
  });

  it('hands eval, train, clearGrad and dispose on', () => {
    const layers = parts();
    const net = new Sequential([...layers]);
    net.eval();
    expect(layers.map(layer => layer.training)).toEqual([false, false, false, false]);
    net.train();
    expect(layers.map(layer => layer.training)).toEqual([true, true, true, true]);
    net.forward(made(random([2, 2, 4, 5], 1)));
    net.backward(made(random([2, 4], 2)));
    net.clearGrad();
    expect(layers[0].grads).toEqual({ W: null, b: null });
    net.dispose();
    expect(layers[3].params.W?.disposed).toBe(true);
  });

  it('may stand in another one', () => {
    const [a, b, c, d] = parts();
    const nested = new Sequential([new Sequential([a, b]), new Sequential([c, d])]);
    const flat = new Sequential([...parts()]);
    const [x, dy] = [made(random([2, 2, 4, 5], 1)), made(random([2, 4], 2))];
    expectExactly(nested.forward(x), read(flat.forward(x)));
    expectExactly(nested.backward(dy), read(flat.backward(dy)));
  });

  it('has no gradients where one layer stands twice, which forward may do with', () => {
    const relu = new ReLU();
    const net = new Sequential([relu, new Sequential([new Flatten(), relu])]);
    const y = net.forward(made(random([2, 3, 4, 5], 1)));
    for (const call of [() => net.backward(y), () => net.backwardParams(y)])
      expectError(call, StateError, 'one layer stands at 0 and 1.1');
  });

  it('backwardParams reaches containers of the user that stand first', () => {
    class Block extends Layer {
      readonly inner = new Linear({ inFeatures: 4, outFeatures: 4 });
      override get namedChildren(): readonly (readonly [string, Layer])[] {
        return [['inner', this.inner]];
      }
      override forward(x: Tensor): Tensor {
        return this.inner.forward(x);
      }
      override backward(dy: Tensor): Tensor {
        return this.inner.backward(dy);
      }
    }
    const block = new Block();
    const net = new Sequential([new ReLU(), block, new ReLU(), new Linear({ inFeatures: 4, outFeatures: 3 })]);
    net.forward(made(random([2, 4], 1)));
    net.backwardParams(made(random([2, 3], 2)));
    expect(block.inner.grads.W).not.toBeNull();
  });

  it('refuses what is no list of layers', () => {
    for (const wrong of [undefined, {}, [new ReLU(), {}], [null]])
      expectArgumentError(() => new Sequential(wrong as never), ArgumentError, 'layers');
  });
});
