import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mostLikely, ShapeError, tensor } from '../../src/index.ts';
import { expectArgumentError } from '../helpers/errors.ts';
import { runs } from '../helpers/property.ts';

describe('mostLikely', () => {
  it('finds the place of the largest value in each row, the first of equal ones', () => {
    const rows = fc.integer({ min: 1, max: 5 }).chain(classes =>
      fc.array(fc.array(fc.integer({ min: -3, max: 3 }), { minLength: classes, maxLength: classes }), {
        minLength: 1,
      }),
    );
    fc.assert(
      fc.property(rows, values => {
        const expected = values.map(row => row.indexOf(Math.max(...row)));
        const scores = { shape: [values.length, values[0]?.length as number], data: values.flat() };
        expect([...mostLikely(scores)]).toEqual(expected);
        const t = tensor(values);
        expect([...mostLikely(t)]).toEqual(expected);
        t.dispose();
      }),
      runs(50),
    );
  });

  it('passes NaN over', () => {
    const data = [Number.NaN, 1, 2, Number.NaN, Number.NaN, Number.NaN, Number.NEGATIVE_INFINITY, Number.NaN, -1];
    expect([...mostLikely({ shape: [3, 3], data })]).toEqual([2, 0, 2]);
  });

  it('refuses other shapes', () => {
    for (const shape of [[4], [2, 2, 1], []])
      expectArgumentError(() => mostLikely({ shape, data: [1, 2, 3, 4] }), ShapeError, 'scores', '[samples, classes]');
  });
});
