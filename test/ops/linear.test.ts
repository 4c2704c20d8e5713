import { describe, it } from 'vitest';
import {
  ArgumentError,
  DisposedError,
  DTypeError,
  ForeignTensorError,
  ShapeError,
  scope,
  zeros,
} from '../../src/index.ts';
import { linear, linearBiasGrad, linearInputGrad, linearWeightGrad } from '../../src/ops/index.ts';
import { expectExactly, expectSums } from '../helpers/compare.ts';
import { range } from '../helpers/convCases.ts';
import { expectArgumentError, expectError } from '../helpers/errors.ts';
import { describeOut } from '../helpers/out.ts';
import { made, read } from '../helpers/tensors.ts';
import { type DType, dtypes, magnitude, map, random, scaled } from '../helpers/values.ts';
import * as reference from '../reference/linear.ts';

function check(batch: number, inputs: number, out: number, dtype: DType, factor = 1): void {
  const [x, w] = [random([batch, inputs], 1, dtype), random([out, inputs], 2, dtype)];
  const [b, dy] = [random([out], 3, dtype), random([batch, out], 4, dtype)];
  const [X, W, B, DY] = [magnitude(x), magnitude(w), magnitude(b), magnitude(dy)];
  const bound = (terms: number, label: string, scale: typeof x) => ({
    scale,
    terms,
    dtype,
    label: `${label} of x [${batch}, ${inputs}], w [${out}, ${inputs}]`,
  });
  scope(() => {
    const [tx, tw, tb, tdy] = [made(x, dtype), made(w, dtype), made(b, dtype), made(dy, dtype)];
    const options = { scale: factor };
    const [y, Y] = [reference.linear(x, w, b), reference.linear(X, W, B)];
    expectSums(linear(tx, tw, tb), y, bound(inputs + 1, 'y', Y));
    const [dx, DX] = [reference.linearInputGrad(dy, w), reference.linearInputGrad(DY, W)];
    expectSums(linearInputGrad(tdy, tw), dx, bound(out, 'dx', DX));
    const [dw, DW] = [reference.linearWeightGrad(x, dy), reference.linearWeightGrad(X, DY)];
    expectSums(linearWeightGrad(tx, tdy, options), scaled(dw, factor), bound(batch, 'dw', scaled(DW, factor)));
    const [db, DB] = [reference.linearBiasGrad(dy), reference.linearBiasGrad(DY)];
    expectSums(linearBiasGrad(tdy, options), scaled(db, factor), bound(batch, 'db', scaled(DB, factor)));
    [x, w, b, dy].forEach((values, i) => {
      expectExactly([tx, tw, tb, tdy][i] as typeof tx, values, `input ${i} afterwards`);
    });
  });
}

const sizes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 15, 16, 17];

describe.each(dtypes)('linear in %s, forward and the three gradients', dtype => {
  it.each(range(1, 17))('%i outputs, by 1 to 17 inputs and rows', out => {
    for (const batch of sizes) for (const inputs of sizes) check(batch, inputs, out, dtype);
  });

  it('larger than every block', () => {
    check(2, 5003, 30, dtype);
    check(2, 30, 5003, dtype);
    check(53, 67, 41, dtype);
    check(257, 3, 131, dtype);
  });

  it('gradients of the parameters times `scale`', () => {
    for (const n of range(1, 9)) check(3, n, 10 - n, dtype, 1 / 3);
  });

  it.each([
    ['relu', Number.POSITIVE_INFINITY],
    ['relu6', 6],
  ] as const)('with %s at the end', (activation, upper) => {
    for (const out of range(1, 17)) {
      const [x, w, b] = [random([7, 5], 1, dtype), scaled(random([out, 5], 2, dtype), 8), random([out], 3, dtype)];
      scope(() => {
        const operands = [made(x, dtype), made(w, dtype), made(b, dtype)] as const;
        const plain = read(linear(...operands));
        expectExactly(
          linear(...operands, { activation }),
          map(plain, v => Math.min(Math.max(v, 0), upper)),
        );
      });
    }
  });

  it('without bias', () => {
    const [x, w] = [random([3, 5], 1, dtype), random([7, 5], 2, dtype)];
    const [expected, scale] = [reference.linear(x, w, null), reference.linear(magnitude(x), magnitude(w), null)];
    for (const none of [undefined, null])
      expectSums(linear(made(x, dtype), made(w, dtype), none), expected, { scale, terms: 5, dtype });
  });
});

describe('linear refuses', () => {
  const [x, w, dy] = [() => zeros([3, 5]), () => zeros([7, 5]), () => zeros([3, 7])];

  it.each([
    ['an input that is not 2-D', 'x', '[3, 5, 1]', () => linear(zeros([3, 5, 1]), w())],
    ['weights that are not 2-D', 'w', '[7]', () => linear(x(), zeros([7]))],
    ['weights for another number of inputs', 'x', '[3, 5]', () => linear(x(), zeros([7, 4]))],
    ['a bias of another length', 'b', '[5]', () => linear(x(), w(), zeros([5]))],
    ['input gradient: dy for another number of outputs', 'dy', '[3, 6]', () => linearInputGrad(zeros([3, 6]), w())],
    ['input gradient: dy that is not 2-D', 'dy', '[21]', () => linearInputGrad(zeros([21]), w())],
    ['weight gradient: dy of another batch', 'dy', '[2, 7]', () => linearWeightGrad(x(), zeros([2, 7]))],
    ['weight gradient: x that is not 2-D', 'x', '[15]', () => linearWeightGrad(zeros([15]), dy())],
    ['weight gradient: dy that is not 2-D', 'dy', '[3]', () => linearWeightGrad(x(), zeros([3]))],
    ['bias gradient: dy that is not 2-D', 'dy', '[7]', () => linearBiasGrad(zeros([7]))],
  ] as const)('%s', (_, argument, value, run) => expectArgumentError(run, ShapeError, argument, value));

  it('an activation that it does not know', () =>
    expectArgumentError(() => linear(x(), w(), null, { activation: 'tanh' as never }), ArgumentError, 'activation'));

  it('tensors of several dtypes, disposed ones and foreign ones', () => {
    expectArgumentError(() => linear(x(), zeros([7, 5], 'float64')), DTypeError, 'w', 'float64');
    expectArgumentError(() => linear(x(), w(), zeros([7], 'float64')), DTypeError, 'b', 'float64');
    expectArgumentError(() => linearInputGrad(dy(), zeros([7, 5], 'float64')), DTypeError, 'w', 'float64');
    expectArgumentError(() => linearWeightGrad(x(), zeros([3, 7], 'float64')), DTypeError, 'dy', 'float64');
    const gone = x();
    gone.dispose();
    expectError(() => linear(gone, w()), DisposedError, 'x');
    expectError(() => linear(x(), {} as never), ForeignTensorError, 'w');
  });
});

describeOut({
  linear: (options, dtype) =>
    linear(made(random([3, 5], 1, dtype), dtype), made(random([7, 5], 2, dtype), dtype), null, options),
  linearInputGrad: (options, dtype) =>
    linearInputGrad(made(random([3, 7], 1, dtype), dtype), made(random([7, 5], 2, dtype), dtype), options),
  linearWeightGrad: (options, dtype) =>
    linearWeightGrad(made(random([3, 5], 1, dtype), dtype), made(random([3, 7], 2, dtype), dtype), options),
  linearBiasGrad: (options, dtype) => linearBiasGrad(made(random([3, 7], 1, dtype), dtype), options),
});
