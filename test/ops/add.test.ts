import { describe, expect, it } from 'vitest';
import { ArgumentError, DisposedError, DTypeError, ForeignTensorError, ShapeError, zeros } from '../../src/index.ts';
import { add } from '../../src/ops/index.ts';
import { expectExactly } from '../helpers/compare.ts';
import { range } from '../helpers/convCases.ts';
import { expectArgumentError, expectError } from '../helpers/errors.ts';
import { describeOut } from '../helpers/out.ts';
import { formats, made } from '../helpers/tensors.ts';
import { dtypes, map, random, rounded, sum, type Values } from '../helpers/values.ts';

describe.each(dtypes)('add in %s', dtype => {
  const wanted = (a: Values, b: Values) => map(sum(a, b), value => rounded(value, dtype));

  it('is a + b for 1 to 33 elements, and across blocks', () => {
    for (const n of [...range(1, 33), 16383, 16384, 16385, 40001]) {
      const [a, b] = [random([n], n, dtype), random([n], n + 1, dtype)];
      expectExactly(add(made(a, dtype), made(b, dtype)), wanted(a, b), `${n} elements`);
    }
  });

  it('in either memory format and both mixed, into a new tensor, a or b', () => {
    const [a, b] = [random([2, 3, 5, 7], 1, dtype), random([2, 3, 5, 7], 2, dtype)];
    for (const aFormat of formats)
      for (const bFormat of formats)
        for (const into of ['new', 'a', 'b']) {
          const [x, z] = [made(a, dtype, aFormat), made(b, dtype, bFormat)];
          const out = { new: undefined, a: x, b: z }[into];
          const y = add(x, z, { out });
          if (out) expect(y).toBe(out);
          const label = `${aFormat}, ${bFormat}, into ${into}`;
          expectExactly(y, wanted(a, b), label);
          if (y !== x) expectExactly(x, a, `a, ${label}`);
          if (y !== z) expectExactly(z, b, `b, ${label}`);
        }
  });

  it('of a tensor with itself', () => {
    const a = random([2, 3, 5, 7], 1, dtype);
    for (const format of formats) {
      const x = made(a, dtype, format);
      expectExactly(add(x, x), wanted(a, a));
      expectExactly(add(x, x, { out: x }), wanted(a, a));
    }
  });
});

describe('add refuses', () => {
  it('another shape or dtype, an `out` that shares memory in another shape, disposed and foreign tensors', () => {
    expectArgumentError(() => add(zeros([2, 3]), zeros([3, 2])), ShapeError, 'b', '[3, 2]', '[2, 3]');
    expectArgumentError(() => add(zeros([2]), zeros([2], 'float64')), DTypeError, 'b', 'float64');
    const a = zeros([2, 3]);
    expectArgumentError(() => add(a, zeros([2, 3]), { out: a.reshape([2, 3]) }), ArgumentError, 'out');
    const gone = zeros([2]);
    gone.dispose();
    expectError(() => add(zeros([2]), gone), DisposedError, 'b');
    expectError(() => add({} as never, zeros([2])), ForeignTensorError, 'a');
  });
});

describeOut({
  add: (options, dtype) =>
    add(
      made(random([2, 3, 5, 7], 1, dtype), dtype),
      made(random([2, 3, 5, 7], 2, dtype), dtype, 'channels-last'),
      options,
    ),
});
