import { describe, it } from 'vitest';
import { DisposedError, DTypeError, ForeignTensorError, ShapeError, zeros } from '../../src/index.ts';
import { addScaled } from '../../src/ops/index.ts';
import { expectExactly, expectWithin } from '../helpers/compare.ts';
import { range } from '../helpers/convCases.ts';
import { expectArgumentError, expectError } from '../helpers/errors.ts';
import { formats, made } from '../helpers/tensors.ts';
import { dtypes, epsilon, random, scaled, sum } from '../helpers/values.ts';

describe.each(dtypes)('addScaled in %s', dtype => {
  it('adds factor * source to target, for 1 to 33 elements', () => {
    for (const n of range(1, 33)) {
      const [a, b] = [random([n], n, dtype), random([n], n + 1, dtype)];
      const [target, source] = [made(a, dtype), made(b, dtype)];
      addScaled(target, source, -0.3);
      expectWithin(target, sum(a, scaled(b, -0.3)), () => 4 * epsilon[dtype], `${n} elements`);
      expectExactly(source, b, 'the source afterwards');
    }
  });

  it('in either memory format, and in both mixed', () => {
    const [a, b] = [random([2, 3, 4, 5], 1, dtype), random([2, 3, 4, 5], 2, dtype)];
    for (const one of formats)
      for (const other of formats) {
        const target = made(a, dtype, one);
        addScaled(target, made(b, dtype, other), 2);
        expectWithin(target, sum(a, scaled(b, 2)), () => 8 * epsilon[dtype], `${one}, ${other}`);
      }
  });
});

describe('addScaled refuses', () => {
  it('another shape or dtype, disposed and foreign tensors', () => {
    expectArgumentError(() => addScaled(zeros([2, 3]), zeros([3, 2]), 1), ShapeError, 'source', '[3, 2]', '[2, 3]');
    expectArgumentError(() => addScaled(zeros([2]), zeros([2], 'float64'), 1), DTypeError, 'source', 'float64');
    const gone = zeros([2]);
    gone.dispose();
    expectError(() => addScaled(gone, zeros([2]), 1), DisposedError, 'target');
    expectError(() => addScaled(zeros([2]), {} as never, 1), ForeignTensorError, 'source');
  });
});
