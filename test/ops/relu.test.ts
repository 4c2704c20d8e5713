import { describe, expect, it } from 'vitest';
import { DisposedError, DTypeError, ForeignTensorError, ShapeError, tensor, zeros } from '../../src/index.ts';
import { relu, relu6, reluGrad } from '../../src/ops/index.ts';
import { expectExactly } from '../helpers/compare.ts';
import { range } from '../helpers/convCases.ts';
import { expectArgumentError, expectError } from '../helpers/errors.ts';
import { describeOut } from '../helpers/out.ts';
import { formats, made } from '../helpers/tensors.ts';
import { dtypes, random } from '../helpers/values.ts';
import * as reference from '../reference/relu.ts';

describe.each(dtypes)('relu in %s', dtype => {
  it('is max(x, 0) for 1 to 33 elements', () => {
    for (const n of range(1, 33)) {
      const [x, dy] = [random([n], n, dtype), random([n], n + 1, dtype)];
      expectExactly(relu(made(x, dtype)), reference.relu(x), `${n} elements`);
      expectExactly(reluGrad(made(dy, dtype), made(x, dtype)), reference.reluGrad(dy, x), `gradient of ${n} elements`);
    }
  });

  it('works in either memory format, and in both mixed', () => {
    const [x, dy] = [random([2, 3, 5, 7], 1, dtype), random([2, 3, 5, 7], 2, dtype)];
    for (const xFormat of formats) {
      expectExactly(relu(made(x, dtype, xFormat)), reference.relu(x), xFormat);
      for (const dyFormat of formats)
        expectExactly(
          reluGrad(made(dy, dtype, dyFormat), made(x, dtype, xFormat)),
          reference.reluGrad(dy, x),
          `dy ${dyFormat}, x ${xFormat}`,
        );
    }
  });

  it('keeps NaN, passes infinity on and stops minus infinity', () => {
    const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0];
    const all = [...special, ...special, ...special];
    expect([...relu(tensor(all, [all.length], dtype)).data].map(Math.abs)).toEqual(
      all.map(v => (v === Number.NEGATIVE_INFINITY ? 0 : Math.abs(v))),
    );
  });

  it('makes 0 of -0, with a limit and without', () => {
    for (const op of [relu, relu6]) {
      const y = op(tensor([-0, -0, -0, -0, -0, -0, -0, -0, -0], [9], dtype));
      expect([...y.data].every(v => Object.is(v, 0))).toBe(true);
    }
  });

  it('has gradient 0 at 0 and at NaN, and passes what comes where x > 0, NaN too', () => {
    const x = tensor([0, -0, Number.NaN, 1, -1, Number.POSITIVE_INFINITY, 2, 3, 0], [9], dtype);
    const dy = tensor([5, 5, 5, Number.NaN, Number.NaN, 5, Number.POSITIVE_INFINITY, 5, Number.NaN], [9], dtype);
    expect([...reluGrad(dy, x).data].map(v => v + 0)).toEqual([
      0,
      0,
      0,
      Number.NaN,
      0,
      5,
      Number.POSITIVE_INFINITY,
      5,
      0,
    ]);
  });
});

describe('relu refuses', () => {
  it('a gradient of another shape or dtype', () => {
    expectArgumentError(() => reluGrad(zeros([2, 3]), zeros([3, 2])), ShapeError, 'dy', '[2, 3]');
    expectArgumentError(() => reluGrad(zeros([2], 'float64'), zeros([2])), DTypeError, 'x', 'float64');
  });

  it('disposed and foreign tensors', () => {
    const gone = zeros([1]);
    gone.dispose();
    expectError(() => relu(gone), DisposedError, 'x');
    expectError(() => relu([1, 2] as never), ForeignTensorError, 'x');
    expectError(() => reluGrad({} as never, zeros([1])), ForeignTensorError, 'dy');
  });
});

describeOut({
  relu: (options, dtype) => relu(made(random([2, 3, 5, 7], 1, dtype), dtype), options),
  'relu of a matrix': (options, dtype) => relu(made(random([3, 7], 1, dtype), dtype), options),
  reluGrad: (options, dtype) =>
    reluGrad(made(random([2, 3, 5, 7], 1, dtype), dtype), made(random([2, 3, 5, 7], 2, dtype), dtype), options),
});
