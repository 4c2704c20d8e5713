import { describe, expect, it } from 'vitest';
import { ArgumentError, DisposedError, DTypeError, ForeignTensorError, ShapeError, zeros } from '../../src/index.ts';
import { add, relu, relu6, relu6Grad, reluGrad } from '../../src/ops/index.ts';
import { expectBits, expectExactly } from '../helpers/compare.ts';
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

  /** Both signs of zero, sums of exactly 0 and 6, NaN, infinities, and numbers beyond the limits. */
  const special = (shape: readonly number[], seed: number) =>
    map(random(shape, seed, dtype), (value, i) => SPECIAL[(i * seed) % 23] ?? 8 * value);

  it('is activated in the same pass, with the bits of two', () => {
    for (const shape of [...range(1, 33).map(n => [n]), [16384], [40001], [2, 3, 5, 7]])
      for (const aFormat of shape.length === 4 ? formats : (['contiguous'] as const))
        for (const [activation, plain] of Object.entries({ relu, relu6 })) {
          const [a, b] = [made(special(shape, 1), dtype, aFormat), made(special(shape, 3), dtype)];
          const wanted = plain(add(a, b));
          expectBits(add(a, b, { activation: activation as 'relu' }), wanted, `${activation} of [${shape}]`);
          expect(add(a, b, { activation: activation as 'relu', out: b })).toBe(b);
          expectBits(b, wanted, `${activation} of [${shape}], in place`);
        }
  });

  it('goes on through an activation in the same pass, with the bits of two', () => {
    for (const shape of [...range(1, 33).map(n => [n]), [16384], [40001], [2, 3, 5, 7]])
      for (const format of shape.length === 4 ? formats : (['contiguous'] as const))
        for (const [activation, plain, gradient] of [
          ['relu', relu, reluGrad],
          ['relu6', relu6, relu6Grad],
        ] as const) {
          const [a, b] = [made(special(shape, 1), dtype, format), made(special(shape, 3), dtype)];
          const output = plain(made(special(shape, 5), dtype, format));
          const wanted = gradient(add(a, b), output);
          expectBits(add(a, b, { through: { activation, output } }), wanted, `${activation} of [${shape}]`);
          expect(add(a, b, { through: { activation, output }, out: a })).toBe(a);
          expectBits(a, wanted, `${activation} of [${shape}], in place`);
        }
  });
});

const SPECIAL = [0, -0, 3, -3, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

describe('add refuses', () => {
  it('an activation it does not know, one together with another, and an output that does not fit', () => {
    const [a, b] = [zeros([2, 3]), zeros([2, 3])];
    const output = zeros([2, 3]);
    expectArgumentError(() => add(a, b, { activation: 'tanh' as never }), ArgumentError, 'activation', 'tanh');
    expectArgumentError(
      () => add(a, b, { through: { activation: 'tanh' as never, output } }),
      ArgumentError,
      'through.activation',
      'tanh',
    );
    for (const through of [{ output }, { activation: 'relu' }, null, 'relu'])
      expectArgumentError(() => add(a, b, { through: through as never }), ArgumentError, 'through');
    const through = { activation: 'relu', output } as const;
    expectArgumentError(() => add(a, b, { activation: 'relu', through }), ArgumentError, 'through');
    expectArgumentError(() => add(a, b, { through, out: output }), ArgumentError, 'out');
    expectArgumentError(
      () => add(a, b, { through: { ...through, output: zeros([3, 2]) } }),
      ShapeError,
      'through.output',
      '[3, 2]',
    );
    expectArgumentError(
      () => add(a, b, { through: { ...through, output: zeros([2, 3], 'float64') } }),
      DTypeError,
      'through.output',
      'float64',
    );
    output.dispose();
    expectError(() => add(a, b, { through }), DisposedError, 'through.output');
  });

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
