import { describe, expect, it } from 'vitest';
import {
  clipGradNorm,
  Layer,
  Linear,
  loadStateDict,
  Sequential,
  SGD,
  stateDict,
  summary,
  type Tensor,
  tensor,
  zeros,
} from '../../src/index.ts';

/** A container with a parameter and a buffer of its own, which it does not use: the parameter's gradient is 1. */
class Shifted extends Layer {
  readonly inner = new Linear({ inFeatures: 2, outFeatures: 2, bias: false });

  constructor() {
    super();
    this.params.shift = tensor([5]);
    this.buffers.seen = tensor([7]);
  }

  override get namedChildren() {
    return [['inner', this.inner] as const];
  }

  override forward(x: Tensor): Tensor {
    return this.inner.forward(x);
  }

  override backward(dy: Tensor): Tensor {
    this.grads.shift ??= tensor([1]);
    return this.inner.backward(dy);
  }
}

describe('containers with tensors of their own', () => {
  const names = ['0.shift', '0.seen', '0.inner.weight'];

  it('are saved and loaded with them', () => {
    const net = new Sequential([new Shifted()]);
    expect(Object.keys(stateDict(net))).toEqual(names);
    loadStateDict(net, { '0.shift': tensor([1]), '0.seen': tensor([2]), '0.inner.weight': zeros([2, 2]) });
    const [shifted] = net.layers as [Shifted];
    expect([shifted.params.shift?.toArray(), shifted.buffers.seen?.toArray()]).toEqual([[1], [2]]);
    expect(summary(net, [2])).toMatchObject({ parameters: 5, trainable: 5 });
  });

  it('are trained with them', () => {
    const net = new Shifted();
    const optimizer = new SGD(net, { learningRate: 0.5, momentum: 0.9 });
    const y = net.forward(tensor([[1, 2]]));
    net.backward(zeros(y.shape));
    expect(clipGradNorm(net, 10)).toBe(1);
    optimizer.step();
    expect(net.params.shift?.toArray()).toEqual([4.5]);
    expect(optimizer.state().steps.parameters).toEqual({ shift: 1, 'inner.W': 1 });
    net.optimizable = false;
    optimizer.step();
    expect(net.params.shift?.toArray()).toEqual([4.5]);
  });

  it('may show those of the layers inside them, which are still there once', () => {
    const net = new Shifted();
    net.params['inner.W'] = net.inner.params.W as Tensor;
    expect(Object.keys(stateDict(net))).toEqual(['shift', 'seen', 'inner.weight']);
  });
});
