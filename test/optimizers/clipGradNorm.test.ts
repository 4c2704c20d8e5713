import { describe, expect, it } from 'vitest';
import {
  ArgumentError,
  type Conv2D,
  clipGradNorm,
  ReLU,
  type Sequential,
  SGD,
  StateError,
  type Tensor,
} from '../../src/index.ts';
import { expectExactly, expectNumber, expectWithin } from '../helpers/compare.ts';
import { expectArgumentError, expectError, shown } from '../helpers/errors.ts';
import { read } from '../helpers/tensors.ts';
import { gradsOf, smallNet, train } from '../helpers/training.ts';
import { type DType, dtypes, epsilon, inner, largest, map, type Values } from '../helpers/values.ts';

/** A network after a backward pass. */
function withGradients(dtype: DType = 'float32'): Sequential {
  const net = smallNet(dtype);
  train(net, new SGD(net, { learningRate: 0.1 }), 1, dtype);
  return net;
}

const gradients = (net: Sequential): Values[] => gradsOf(net).map(grad => read(grad as Tensor));

const normOf = (all: readonly Values[]): number => Math.sqrt(all.reduce((sum, grad) => sum + inner(grad, grad), 0));

describe.each(dtypes)('clipGradNorm in %s', dtype => {
  it('scales all gradients by maxNorm / (norm + 1e-6), and returns the norm before', () => {
    const net = withGradients(dtype);
    const before = gradients(net);
    const norm = normOf(before);
    const maxNorm = norm / 3;
    expectNumber(clipGradNorm(net, maxNorm), norm, 1e-14);
    gradients(net).forEach((grad, i) => {
      const wanted = map(before[i] as Values, g => (g * maxNorm) / (norm + 1e-6));
      expectWithin(grad, wanted, () => 2 * epsilon[dtype] * largest(wanted), `gradient ${i}`);
    });
    const after = normOf(gradients(net));
    expect(after).toBeLessThan(maxNorm);
    expectNumber(after, maxNorm, 1e-5);
  });

  it.each([2, Number.POSITIVE_INFINITY])('leaves gradients alone whose norm is below: %d times as large', times => {
    const net = withGradients(dtype);
    const before = gradients(net);
    const norm = clipGradNorm(net, times * normOf(before));
    expectNumber(norm, normOf(before), 1e-14);
    gradients(net).forEach((grad, i) => {
      expectExactly(grad, before[i] as Values);
    });
  });

  it('makes all gradients NaN for a NaN', () => {
    const net = withGradients(dtype);
    (gradsOf(net)[2] as Tensor).data[5] = Number.NaN;
    expect(clipGradNorm(net, 1)).toBeNaN();
    for (const grad of gradients(net))
      expectExactly(
        grad,
        map(grad, () => Number.NaN),
      );
  });

  it('makes an infinity NaN, and all others 0', () => {
    const net = withGradients(dtype);
    (gradsOf(net)[2] as Tensor).data[5] = Number.NEGATIVE_INFINITY;
    expect(clipGradNorm(net, 1)).toBe(Number.POSITIVE_INFINITY);
    gradients(net).forEach((grad, i) => {
      expectExactly(
        grad,
        map(grad, (_, j) => (i === 2 && j === 5 ? Number.NaN : 0)),
      );
    });
  });
});

describe('clipGradNorm', () => {
  it('has no part in layers that are frozen', () => {
    const net = withGradients();
    (net.layers[0] as Conv2D).optimizable = false;
    const before = gradients(net);
    const norm = normOf(before.slice(2));
    expectNumber(clipGradNorm(net, norm / 2), norm, 1e-14);
    const after = gradients(net);
    expectExactly(after[0] as Values, before[0] as Values);
    expectExactly(after[1] as Values, before[1] as Values);
    expectNumber(normOf(after.slice(2)), norm / 2, 1e-5);
  });

  it('takes the gradients that there are', () => {
    const net = withGradients();
    (net.layers[0] as Conv2D).clearGrad();
    const grads = gradsOf(net).flatMap(grad => (grad ? [read(grad)] : []));
    expect(grads).toHaveLength(2);
    expectNumber(clipGradNorm(net, 1), normOf(grads), 1e-14);
  });

  it('is 0 for a network without parameters', () => {
    expect(clipGradNorm(new ReLU(), 1)).toBe(0);
  });

  it('refuses a network before backward', () => {
    expectError(() => clipGradNorm(smallNet(), 1), StateError, 'clipGradNorm', 'backward');
  });

  it('refuses what is no layer, and a norm of no meaning', () => {
    expectArgumentError(() => clipGradNorm({} as never, 1), ArgumentError, 'net');
    for (const value of [0, -1, Number.NaN, '1', undefined])
      expectArgumentError(() => clipGradNorm(withGradients(), value as number), ArgumentError, 'maxNorm', shown(value));
  });
});
