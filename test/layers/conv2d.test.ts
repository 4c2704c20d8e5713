import { describe, expect, it } from 'vitest';
import {
  ArgumentError,
  Conv2D,
  DisposedError,
  DTypeError,
  heNormal,
  Layer,
  normal,
  ShapeError,
  StateError,
  scope,
  type Tensor,
  tensor,
  uniform,
  zeros,
} from '../../src/index.ts';
import { conv2d, conv2dFilterGrad, conv2dInputGrad } from '../../src/ops/index.ts';
import { expectExactly, expectSums } from '../helpers/compare.ts';
import { expectArgumentError, expectError, shown } from '../helpers/errors.ts';
import { made, read } from '../helpers/tensors.ts';
import { at, dtypes, filled, magnitude, map, random, scaled, sum, valuesOf } from '../helpers/values.ts';
import * as reference from '../reference/conv2d.ts';

const small = { inChannels: 3, outChannels: 5, kernelSize: 3 };

describe('a new Conv2D', () => {
  it('has filters drawn from N(0, 1) and a bias of zeros', () => {
    const layer = new Conv2D({ inChannels: 32, outChannels: 64, kernelSize: [3, 5] });
    expect(layer.filters.shape).toEqual([64, 32, 3, 5]);
    const values = [...layer.filters.data];
    const mean = values.reduce((total, v) => total + v, 0) / values.length;
    const variance = values.reduce((total, v) => total + (v - mean) ** 2, 0) / values.length;
    // 30,720 draws: the standard errors are 0.0057 and 0.008; six of them never happen.
    expect(Math.abs(mean)).toBeLessThan(0.035);
    expect(Math.abs(variance - 1)).toBeLessThan(0.05);
    const within = values.filter(v => Math.abs(v) < 1).length / values.length;
    expect(Math.abs(within - 0.6827)).toBeLessThan(0.02);
    expectExactly(layer.bias as Tensor, filled([64], 0));
  });

  it('is a Layer that is optimizable, in training, with gradients null', () => {
    const layer = new Conv2D(small);
    expect(layer).toBeInstanceOf(Layer);
    expect([layer.optimizable, layer.training]).toEqual([true, true]);
    expect(layer.grads).toEqual({ W: null, b: null });
    expect(Object.keys(layer.params)).toEqual(['W', 'b']);
  });

  it('draws the same filters from the same seed, others from another', () => {
    const draw = (seed: number) => read(new Conv2D({ ...small, initializer: normal({ seed }) }).filters);
    expectExactly(draw(7), draw(7));
    expect(draw(8).data).not.toEqual(draw(7).data);
  });

  it('draws from the initializer that it is given', () => {
    const low = new Conv2D({ ...small, initializer: uniform({ low: 5, high: 6, seed: 1 }) });
    expect(Math.min(...low.filters.data)).toBeGreaterThanOrEqual(5);
    expect(Math.max(...low.filters.data)).toBeLessThanOrEqual(6);
    const wide = new Conv2D({ inChannels: 50, outChannels: 40, kernelSize: 3, initializer: heNormal({ seed: 1 }) });
    const variance = [...wide.filters.data].reduce((total, v) => total + v * v, 0) / wide.filters.size;
    expect(variance * 450).toBeGreaterThan(1.9);
    expect(variance * 450).toBeLessThan(2.1);
  });

  it('has [out, in / groups, kh, kw] filters with groups', () => {
    expect(new Conv2D({ inChannels: 6, outChannels: 9, kernelSize: 2, groups: 3 }).filters.shape).toEqual([9, 2, 2, 2]);
  });

  it.each(dtypes)('computes in %s when told to', dtype => {
    const layer = new Conv2D({ ...small, dtype });
    const y = layer.forward(made(random([1, 3, 4, 4], 1, dtype), dtype));
    layer.backward(y);
    for (const t of [y, layer.filters, layer.bias, layer.grads.W, layer.grads.b])
      expect((t as Tensor).dtype).toBe(dtype);
  });

  it('without bias has neither the parameter nor the gradient', () => {
    const layer = new Conv2D({ ...small, bias: false });
    expect(Object.keys(layer.params)).toEqual(['W']);
    const x = made(random([2, 3, 4, 4], 1));
    layer.backward(layer.forward(x));
    expect(layer.grads.W).not.toBeNull();
    expect(layer.grads.b ?? null).toBeNull();
  });
});

describe('filters and bias are params.W and params.b', () => {
  it('from the start', () => {
    const layer = new Conv2D(small);
    expect(layer.params.W).toBe(layer.filters);
    expect(layer.params.b).toBe(layer.bias);
  });

  it('after filters and bias were assigned', () => {
    const layer = new Conv2D(small);
    const [W, b] = [random([5, 3, 3, 3], 1, 'float32'), random([5], 2, 'float32')];
    layer.filters = made(W);
    layer.bias = made(b);
    expect(layer.params.W).toBe(layer.filters);
    expect(layer.params.b).toBe(layer.bias);
    expectExactly(layer.params.W as Tensor, W);
    expectExactly(layer.params.b as Tensor, b);
  });

  it('after params.W and params.b were assigned', () => {
    const layer = new Conv2D(small);
    const [W, b] = [random([5, 3, 3, 3], 1, 'float32'), random([5], 2, 'float32')];
    layer.params.W = made(W);
    layer.params.b = made(b);
    expect(layer.filters).toBe(layer.params.W);
    expect(layer.bias).toBe(layer.params.b);
    expectExactly(layer.filters, W);
    expectExactly(layer.bias as Tensor, b);
  });

  it('and forward computes with what was assigned', () => {
    const layer = new Conv2D({ inChannels: 1, outChannels: 1, kernelSize: 1 });
    layer.filters = tensor([3], [1, 1, 1, 1]);
    layer.bias = tensor([10]);
    expect([...layer.forward(tensor([1, 2], [1, 1, 1, 2])).data]).toEqual([13, 16]);
    layer.params.W = tensor([5], [1, 1, 1, 1]);
    expect([...layer.forward(tensor([1, 2], [1, 1, 1, 2])).data]).toEqual([15, 20]);
    layer.filters.set([7]);
    expect([...layer.forward(tensor([1, 2], [1, 1, 1, 2])).data]).toEqual([17, 24]);
  });

  it('an assigned tensor must fit', () => {
    const layer = new Conv2D(small);
    const before = read(layer.filters);
    expectArgumentError(
      () => {
        layer.filters = zeros([5, 3, 3, 2]);
      },
      ShapeError,
      'filters',
      '[5, 3, 3, 2]',
      '[5, 3, 3, 3]',
    );
    expectArgumentError(
      () => {
        layer.bias = zeros([4]);
      },
      ShapeError,
      'bias',
      '[4]',
      '[5]',
    );
    expectArgumentError(
      () => {
        layer.filters = zeros([5, 3, 3, 3], 'float64');
      },
      DTypeError,
      'filters',
      'float64',
      'float32',
    );
    expectExactly(layer.filters, before);
  });
});

describe.each(dtypes)('Conv2D in %s: the gradients', dtype => {
  const x = random([4, 3, 5, 6], 1, dtype);
  const dy = random([4, 5, 5, 6], 2, dtype);
  const options = { padding: 1, algorithm: 'direct' as const };
  const lambda = 0.25;

  function trained(extra: object): { layer: Conv2D; dx: Tensor } {
    const layer = new Conv2D({ ...small, ...options, initializer: normal({ seed: 3 }), dtype, ...extra });
    layer.forward(made(x, dtype));
    return { layer, dx: layer.backward(made(dy, dtype)) };
  }

  const dW = reference.conv2dFilterGrad(x, dy, [5, 3, 3, 3], options);
  const DW = reference.conv2dFilterGrad(magnitude(x), magnitude(dy), [5, 3, 3, 3], options);
  const db = reference.conv2dBiasGrad(dy);
  const DB = reference.conv2dBiasGrad(magnitude(dy));

  it.each([
    ['mean', 1 / 4, undefined],
    ['mean', 1 / 4, 'mean'],
    ['sum', 1, 'sum'],
  ] as const)('of the parameters are the %s over the batch', (_, factor, gradReduction) => {
    const { layer } = trained(gradReduction ? { gradReduction } : {});
    expectSums(layer.grads.W as Tensor, scaled(dW, factor), { scale: scaled(DW, factor), terms: 120, dtype });
    expectSums(layer.grads.b as Tensor, scaled(db, factor), { scale: scaled(DB, factor), terms: 120, dtype });
  });

  it('of the filters: (dW + 2 * lambda * W) / batch with weight decay; the bias does not decay', () => {
    const { layer } = trained({ weightDecay: true, weightDecayLambda: lambda });
    const decay = scaled(read(layer.filters), 2 * lambda);
    expectSums(layer.grads.W as Tensor, scaled(sum(dW, decay), 1 / 4), {
      scale: scaled(sum(DW, magnitude(decay)), 1 / 4),
      terms: 121,
      dtype,
    });
    expectSums(layer.grads.b as Tensor, scaled(db, 1 / 4), { scale: scaled(DB, 1 / 4), terms: 120, dtype });
  });

  it('lambda counts only with weightDecay', () => {
    const [plain, off] = [trained({}), trained({ weightDecayLambda: lambda })];
    expectExactly(off.layer.grads.W as Tensor, read(plain.layer.grads.W as Tensor));
  });

  it('of the input is not divided by the batch', () => {
    const { layer, dx } = trained({});
    const w = read(layer.filters);
    expectSums(dx, reference.conv2dInputGrad(dy, w, x.shape, options), {
      scale: reference.conv2dInputGrad(magnitude(dy), magnitude(w), x.shape, options),
      terms: 45,
      dtype,
    });
  });

  it('are made anew by each backward, not added up', () => {
    const { layer } = trained({});
    const first = read(layer.grads.W as Tensor);
    layer.backward(made(scaled(dy, 2), dtype));
    expectExactly(layer.grads.W as Tensor, scaled(first, 2));
  });

  it('belong to the last forward, whatever happened to other tensors since', () => {
    const layer = new Conv2D({ ...small, ...options, dtype });
    const other = map(x, v => v + 1);
    layer.forward(made(other, dtype));
    layer.forward(made(x, dtype));
    layer.backward(made(dy, dtype));
    expectSums(layer.grads.W as Tensor, scaled(dW, 1 / 4), { scale: scaled(DW, 1 / 4), terms: 120, dtype });
  });

  it('are null again after clearGrad', () => {
    const { layer } = trained({});
    layer.clearGrad();
    expect(layer.grads).toEqual({ W: null, b: null });
    layer.backward(made(dy, dtype));
    expect(layer.grads.W).not.toBeNull();
  });
});

describe('Conv2D refuses', () => {
  it('backward before forward', () => {
    expectError(() => new Conv2D(small).backward(zeros([1, 5, 2, 2])), StateError, 'backward', 'forward');
  });

  it('an input with other channels, naming both numbers', () => {
    const error = expectError(() => new Conv2D(small).forward(zeros([2, 4, 6, 6])), ShapeError, '[2, 4, 6, 6]', '3');
    expect(error.argument).toBe('x');
  });

  it('an input that is not 4-D', () =>
    expectArgumentError(() => new Conv2D(small).forward(zeros([3, 6, 6])), ShapeError, 'x', '[3, 6, 6]'));

  it('a padded input smaller than the kernel', () => {
    expectArgumentError(
      () => new Conv2D(small).forward(zeros([1, 3, 2, 6])),
      ShapeError,
      'kernelSize',
      '3',
      'height of 2',
    );
    expect(new Conv2D({ ...small, padding: [1, 0] }).forward(zeros([1, 3, 2, 6])).shape).toEqual([1, 5, 2, 4]);
  });

  it('an input of another dtype', () =>
    expectArgumentError(
      () => new Conv2D(small).forward(zeros([1, 3, 6, 6], 'float64')),
      DTypeError,
      'x',
      'float64',
      'float32',
    ));

  it('an output gradient of another shape, and keeps the last gradients', () => {
    const layer = new Conv2D(small);
    layer.forward(zeros([2, 3, 6, 6]));
    layer.backward(zeros([2, 5, 4, 4]));
    const kept = layer.grads.W;
    for (const shape of [
      [2, 5, 4, 5],
      [2, 5, 5, 4],
      [2, 4, 4, 4],
      [1, 5, 4, 4],
      [2, 80],
    ])
      expectArgumentError(() => layer.backward(zeros(shape)), ShapeError, 'dy', shown(shape), '[2, 5, 4, 4]');
    expect(layer.grads.W).toBe(kept);
  });

  it.each([
    ['inChannels', [0, -1, 1.5, undefined, '3']],
    ['outChannels', [0, 2.5, undefined]],
    ['kernelSize', [0, [3], [3, 0], undefined]],
    ['stride', [0, [1, 2, 3]]],
    ['padding', [-1, 'full', [1, 2, 3]]],
    ['dilation', [0, 1.5]],
    ['groups', [0, 2, 1.5]],
    ['gradReduction', ['max', 1]],
    ['algorithm', ['fastest']],
    ['initializer', [1, 'normal']],
    ['weightDecayLambda', [Number.NaN, '1']],
  ] as const)('%s of no meaning', (argument, values) => {
    for (const value of values)
      expectArgumentError(
        () => new Conv2D({ ...small, [argument]: value } as never),
        ArgumentError,
        argument,
        shown(value),
      );
  });

  it('an unknown dtype', () =>
    expectArgumentError(() => new Conv2D({ ...small, dtype: 'float16' as never }), DTypeError, 'dtype', 'float16'));
});

describe('the algorithm of a Conv2D', () => {
  it.each(['direct', 'winograd2', 'winograd4', 'auto'] as const)(
    '%s is what it computes with, in all three passes',
    algorithm => {
      const layer = new Conv2D({ ...small, padding: 1, algorithm });
      const [x, dy] = [made(random([2, 3, 9, 9], 1)), made(random([2, 5, 9, 9], 2))];
      const options = { padding: 1, algorithm };
      expectExactly(layer.forward(x), read(conv2d(x, layer.filters, layer.bias, options)));
      expectExactly(layer.backward(dy), read(conv2dInputGrad(dy, layer.filters, x.shape, options)));
      const dW = conv2dFilterGrad(x, dy, layer.filters.shape, { ...options, scale: 1 / 2 });
      expectExactly(layer.grads.W as Tensor, read(dW));
    },
  );

  it('of its input gradient is the direct sum where Winograd has none: padding over 2', () => {
    for (const algorithm of ['winograd2', 'winograd4'] as const) {
      const layer = new Conv2D({ ...small, padding: 3, algorithm });
      const dy = made(random([1, 5, 8, 8], 2));
      layer.forward(made(random([1, 3, 4, 4], 1)));
      const direct = conv2dInputGrad(dy, layer.filters, [1, 3, 4, 4], { padding: 3, algorithm: 'direct' });
      expectExactly(layer.backward(dy), read(direct));
    }
  });

  it('is heard: the last bits of the three differ', () => {
    const x = made(random([2, 3, 9, 9], 1));
    const w = made(random([5, 3, 3, 3], 2));
    const [direct, two, four] = (['direct', 'winograd2', 'winograd4'] as const).map(algorithm =>
      String(conv2d(x, w, null, { padding: 1, algorithm }).data),
    );
    expect(new Set([direct, two, four]).size).toBe(3);
  });
});

describe('the life of a Conv2D', () => {
  it('eval and train switch `training` and change no number', () => {
    const layer = new Conv2D({ ...small, padding: 1, algorithm: 'direct' });
    const x = made(random([2, 3, 5, 5], 1));
    const trained = read(layer.forward(x));
    expect(layer.eval()).toBe(layer);
    expect(layer.training).toBe(false);
    expectExactly(layer.forward(x), trained);
    expect(layer.train()).toBe(layer);
    expect(layer.training).toBe(true);
    expectExactly(layer.forward(x), trained);
  });

  it('in eval, filters assigned or written to still count', () => {
    const layer = new Conv2D({ inChannels: 1, outChannels: 1, kernelSize: 1, bias: false }).eval();
    const x = tensor([1, 2], [1, 1, 1, 2]);
    layer.filters = tensor([3], [1, 1, 1, 1]);
    expect([...layer.forward(x).data]).toEqual([3, 6]);
    layer.filters = tensor([4], [1, 1, 1, 1]);
    expect([...layer.forward(x).data]).toEqual([4, 8]);
  });

  it('parameters and gradients outlive the scope that they were made in', () => {
    const layer = scope(() => {
      const inside = new Conv2D({ ...small, initializer: normal({ seed: 1 }) });
      inside.backward(inside.forward(made(random([1, 3, 4, 4], 1))));
      return inside;
    });
    expect(at(read(layer.filters).data, 0)).not.toBe(0);
    expect(read(layer.grads.W as Tensor).data.some(v => v !== 0)).toBe(true);
    expect(layer.forward(zeros([1, 3, 4, 4])).shape).toEqual([1, 5, 2, 2]);
  });

  it('filters and bias that were assigned in a scope outlive it, too', () => {
    const layer = new Conv2D({ inChannels: 1, outChannels: 1, kernelSize: 1 });
    scope(() => {
      layer.filters = tensor([3], [1, 1, 1, 1]);
      layer.bias = tensor([4]);
    });
    expect([...layer.forward(tensor([1, 2], [1, 1, 1, 2])).data]).toEqual([7, 10]);
  });

  it('dispose frees its tensors, and using it after is an error', () => {
    const layer = new Conv2D(small);
    const { filters, bias } = layer;
    layer.backward(layer.forward(zeros([1, 3, 4, 4])));
    const grad = layer.grads.W as Tensor;
    layer.dispose();
    expect([filters.disposed, bias?.disposed, grad.disposed]).toEqual([true, true, true]);
    expectError(() => layer.forward(zeros([1, 3, 4, 4])), DisposedError);
  });

  it('leaves the tensors that it was given alone', () => {
    const layer = new Conv2D(small);
    const [x, dy] = [random([1, 3, 4, 4], 1, 'float32'), random([1, 5, 2, 2], 2, 'float32')];
    const [tx, tdy] = [made(x), made(dy)];
    layer.forward(tx);
    layer.backward(tdy);
    expectExactly(tx, x);
    expectExactly(tdy, dy);
    layer.dispose();
    expect([tx.disposed, tdy.disposed]).toEqual([false, false]);
  });
});

describe("the notebook's output size: floor((H + 2 p - k) / s) + 1", () => {
  it.each([
    [7, 3, 1, 0, 5],
    [7, 3, 2, 0, 3],
    [8, 3, 2, 0, 3],
    [8, 3, 3, 2, 4],
    [5, 5, 1, 0, 1],
    [1, 1, 4, 0, 1],
  ])('%i pixels, kernel %i, stride %i, padding %i: %i', (size, kernelSize, stride, padding, output) => {
    const layer = new Conv2D({ inChannels: 1, outChannels: 1, kernelSize, stride, padding });
    expect(layer.forward(made(valuesOf([1, 1, size, size], new Array(size * size).fill(1)))).shape).toEqual([
      1,
      1,
      output,
      output,
    ]);
  });
});
