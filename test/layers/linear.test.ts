import { describe, expect, it } from 'vitest';
import { ArgumentError, DTypeError, Linear, normal, ShapeError, type Tensor, zeros } from '../../src/index.ts';
import { expectExactly, expectSums } from '../helpers/compare.ts';
import { expectArgumentError, shown } from '../helpers/errors.ts';
import { made, read } from '../helpers/tensors.ts';
import { dtypes, magnitude, random, scaled } from '../helpers/values.ts';
import * as reference from '../reference/linear.ts';

describe('a new Linear', () => {
  it("has PyTorch's default weights and bias: uniform in +-1 / sqrt(inFeatures)", () => {
    const layer = new Linear({ inFeatures: 400, outFeatures: 300 });
    expect([layer.params.W?.shape, layer.params.b?.shape]).toEqual([[300, 400], [300]]);
    for (const param of [layer.params.W, layer.params.b] as Tensor[]) {
      const values = [...param.data].sort((a, b) => a - b);
      const [low, high] = [values[0] as number, values.at(-1) as number];
      expect(low).toBeGreaterThanOrEqual(-0.05);
      expect(high).toBeLessThanOrEqual(0.05);
      // 300 draws at least: the chance that none falls into the outer tenth is below 1e-6.
      expect(low).toBeLessThan(-0.045);
      expect(high).toBeGreaterThan(0.045);
    }
  });

  it('draws from the initializer that it is given, the same from the same seed', () => {
    const draw = (seed: number) =>
      read(new Linear({ inFeatures: 5, outFeatures: 3, initializer: normal({ seed }) }).params.W as Tensor);
    expectExactly(draw(1), draw(1));
    expect(draw(2).data).not.toEqual(draw(1).data);
  });

  it('without bias has one parameter', () => {
    const layer = new Linear({ inFeatures: 5, outFeatures: 3, bias: false });
    expect(Object.keys(layer.params)).toEqual(['W']);
    layer.backward(layer.forward(zeros([2, 5])));
    expect(Object.keys(layer.grads)).toEqual(['W']);
  });
});

describe.each(dtypes)('Linear in %s', dtype => {
  const [x, dy] = [random([4, 5], 1, dtype), random([4, 3], 2, dtype)];
  const [X, DY] = [magnitude(x), magnitude(dy)];

  it('computes x W^T + b', () => {
    const layer = new Linear({ inFeatures: 5, outFeatures: 3, dtype });
    const [w, b] = [read(layer.params.W as Tensor), read(layer.params.b as Tensor)];
    const scale = reference.linear(X, magnitude(w), magnitude(b));
    expectSums(layer.forward(made(x, dtype)), reference.linear(x, w, b), { scale, terms: 6, dtype });
  });

  it.each([
    ['mean', 1 / 4, {}],
    ['sum', 1, { gradReduction: 'sum' as const }],
  ] as const)(
    'gradients of the parameters are the %s over the batch, that of the input is per sample',
    (_, factor, extra) => {
      const layer = new Linear({ inFeatures: 5, outFeatures: 3, dtype, ...extra });
      layer.forward(made(x, dtype));
      const dx = layer.backward(made(dy, dtype));
      const w = read(layer.params.W as Tensor);
      const [dw, db] = [reference.linearWeightGrad(x, dy), reference.linearBiasGrad(dy)];
      const [DW, DB] = [reference.linearWeightGrad(X, DY), reference.linearBiasGrad(DY)];
      expectSums(layer.grads.W as Tensor, scaled(dw, factor), { scale: scaled(DW, factor), terms: 4, dtype });
      expectSums(layer.grads.b as Tensor, scaled(db, factor), { scale: scaled(DB, factor), terms: 4, dtype });
      expectSums(dx, reference.linearInputGrad(dy, w), {
        scale: reference.linearInputGrad(DY, magnitude(w)),
        terms: 3,
        dtype,
      });
    },
  );
});

describe('Linear refuses', () => {
  it.each([
    ['inFeatures', [0, -1, 1.5, undefined]],
    ['outFeatures', [0, undefined]],
    ['gradReduction', ['max']],
  ] as const)('%s of no meaning', (argument, values) => {
    for (const value of values)
      expectArgumentError(
        () => new Linear({ inFeatures: 5, outFeatures: 3, [argument]: value } as never),
        ArgumentError,
        argument,
        shown(value),
      );
  });

  it('an input with other features, another rank or another dtype', () => {
    const layer = new Linear({ inFeatures: 5, outFeatures: 3 });
    expectArgumentError(() => layer.forward(zeros([2, 4])), ShapeError, 'x', '[2, 4]', '5');
    expectArgumentError(() => layer.forward(zeros([2, 1, 5, 1])), ShapeError, 'x', '[2, 1, 5, 1]');
    expectArgumentError(() => layer.forward(zeros([2, 5], 'float64')), DTypeError, 'x', 'float64');
  });
});
