import { describe, expect, it } from 'vitest';
import { ArgumentError, ConvTranspose2D, DTypeError, ShapeError, scope, type Tensor, zeros } from '../../src/index.ts';
import { expectExactly, expectRelative, expectSums } from '../helpers/compare.ts';
import { expectArgumentError, shown } from '../helpers/errors.ts';
import { made, read } from '../helpers/tensors.ts';
import { at, dtypes, filled, inner, magnitude, random, scaled, type Values } from '../helpers/values.ts';
import * as reference from '../reference/convTranspose2d.ts';
import { numericalGradient } from '../reference/gradientCheck.ts';

const small = { inChannels: 4, outChannels: 6, kernelSize: 3 };

describe('a new ConvTranspose2D', () => {
  it("has PyTorch's shapes, and first values uniform in +-1 / sqrt(out / groups * taps)", () => {
    const layer = new ConvTranspose2D({ inChannels: 6, outChannels: 400, kernelSize: [2, 4], groups: 2 });
    expect([layer.params.W?.shape, layer.params.b?.shape]).toEqual([[6, 200, 2, 4], [400]]);
    for (const tensor of [layer.params.W, layer.params.b] as Tensor[]) {
      const values = [...tensor.data].sort((a, b) => a - b);
      for (const end of [-(values[0] as number), values.at(-1) as number]) {
        expect(end).toBeLessThanOrEqual(0.0251);
        expect(end).toBeGreaterThan(0.0225);
      }
    }
  });

  it('has a bias of zeros where only the filters are given, and none with bias: false', () => {
    const initializer = (size: number) => new Float64Array(size).fill(2);
    const layer = new ConvTranspose2D({ ...small, initializer });
    expectExactly(layer.params.W as Tensor, filled([4, 6, 3, 3], 2));
    expectExactly(layer.params.b as Tensor, filled([6], 0));
    expect(Object.keys(new ConvTranspose2D({ ...small, bias: false }).params)).toEqual(['W']);
  });
});

const options = [
  {},
  { stride: 2, padding: 1, outputPadding: 1 },
  { stride: [3, 2], padding: [0, 1, 2, 0], outputPadding: [2, 1] },
  { groups: 2, padding: 1 },
  { dilation: 2, padding: 3, bias: false },
] as const;

describe.each(options.map(option => [JSON.stringify(option), option] as const))('ConvTranspose2D %s', (_, option) => {
  it.each(dtypes)('computes the transposed convolution in %s', dtype => {
    for (const algorithm of ['direct', 'planar'] as const) {
      if (algorithm === 'planar' && 'groups' in option) continue;
      const layer = new ConvTranspose2D({ ...small, ...option, algorithm, dtype });
      const x = random([2, 4, 5, 4], 1, dtype);
      const [w, b] = [read(layer.params.W as Tensor), layer.params.b ? read(layer.params.b) : null];
      const scale = reference.convTranspose2d(magnitude(x), magnitude(w), b && magnitude(b), option);
      expectSums(layer.forward(made(x, dtype)), reference.convTranspose2d(x, w, b, option), {
        scale,
        terms: 37,
        dtype,
      });
    }
  });

  it('has gradients as finite differences say', () => {
    const layer = new ConvTranspose2D({ ...small, ...option, dtype: 'float64', gradReduction: 'sum' });
    const x = random([2, 4, 3, 4], 1);
    const dy = random(layer.forward(made(x, 'float64')).shape, 2);
    const value = (v: Values) => scope(() => inner(read(layer.forward(made(v, 'float64'))), dy));
    const dx = numericalGradient(value, x);
    const numerical = Object.entries(layer.params).map(([name, tensor]) => {
      const before = read(tensor);
      const gradient = numericalGradient(v => {
        tensor.set(v.data);
        return value(x);
      }, before);
      tensor.set(before.data);
      return [name, gradient] as const;
    });
    layer.forward(made(x, 'float64'));
    expectRelative(layer.backward(made(dy, 'float64')), dx, 1e-8);
    for (const [name, gradient] of numerical) expectRelative(layer.grads[name] as Tensor, gradient, 1e-8, name);
  });
});

describe('ConvTranspose2D', () => {
  it('averages the gradients of its parameters over the batch, unless told to sum them', () => {
    const [x, dy] = [random([4, 4, 3, 3], 1), random([4, 6, 5, 5], 2)];
    const run = (gradReduction?: 'mean' | 'sum') => {
      const initializer = (size: number) => new Float64Array(size).fill(0.5);
      const layer = new ConvTranspose2D({
        ...small,
        initializer,
        dtype: 'float64',
        ...(gradReduction && { gradReduction }),
      });
      layer.forward(made(x, 'float64'));
      const dx = read(layer.backward(made(dy, 'float64')));
      return { dx, dW: read(layer.grads.W as Tensor), db: read(layer.grads.b as Tensor) };
    };
    const [mean, sum] = [run(), run('sum')];
    expectExactly(run('mean').dW, mean.dW);
    expectExactly(mean.dx, sum.dx);
    expectExactly(mean.dW, scaled(sum.dW, 1 / 4));
    expectExactly(mean.db, scaled(sum.db, 1 / 4));
    expect(at(sum.db.data, 0)).not.toBe(0);
  });

  it.each(['winograd2', 'winograd4'] as const)(
    'by %s, or by direct sums where that has no input gradient',
    algorithm => {
      for (const padding of [1, 3]) {
        const layer = new ConvTranspose2D({ ...small, padding, algorithm });
        const x = random([1, 4, 9, 9], 1, 'float32');
        const [w, b] = [read(layer.params.W as Tensor), read(layer.params.b as Tensor)];
        const y = layer.forward(made(x));
        expectRelative(y, reference.convTranspose2d(x, w, b, { padding }), 1e-5);
        expect(layer.backward(y).shape).toEqual(x.shape);
      }
    },
  );

  it.each([
    ['inChannels', [0, undefined]],
    ['outChannels', [0, 1.5]],
    ['kernelSize', [0, [3]]],
    ['stride', [0]],
    ['padding', [-1, 'same', 'valid']],
    ['outputPadding', [1, -1]],
    ['dilation', [0]],
    ['groups', [0, 3]],
    ['gradReduction', ['max']],
    ['algorithm', ['fastest']],
    ['initializer', [1]],
  ] as const)('refuses %s of no meaning', (argument, values) => {
    for (const value of values)
      expectArgumentError(
        () => new ConvTranspose2D({ ...small, [argument]: value } as never),
        ArgumentError,
        argument,
        shown(value),
      );
  });

  it('refuses an input or an output gradient that does not fit', () => {
    const layer = new ConvTranspose2D(small);
    expectArgumentError(() => layer.forward(zeros([2, 3, 5, 5])), ShapeError, 'x', '[2, 3, 5, 5]', '4');
    expectArgumentError(() => layer.forward(zeros([2, 4, 5, 5], 'float64')), DTypeError, 'x', 'float64');
    layer.forward(zeros([2, 4, 3, 3]));
    expectArgumentError(() => layer.backward(zeros([2, 6, 5, 6])), ShapeError, 'dy', '[2, 6, 5, 6]', '[2, 6, 5, 5]');
    expectArgumentError(() => layer.backward(zeros([2, 6, 5, 5], 'float64')), DTypeError, 'dy', 'float64');
  });
});
