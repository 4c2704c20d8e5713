import { describe, expect, it } from 'vitest';
import { geometricMean, median, range } from '../../bench/statistics.ts';

describe('statistics', () => {
  it('median', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([10, 9, 1, 2])).toBe(5.5);
    expect(median([7])).toBe(7);
    expect(median([])).toBeNaN();
  });

  it('median leaves its argument as it was', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });

  it('range of more values than a call can have arguments', () => {
    expect(range(Array.from({ length: 300_000 }, (_, i) => i))).toEqual({ least: 0, most: 299_999 });
  });

  it('geometric mean', () => {
    expect(geometricMean([1, 100])).toBeCloseTo(10, 12);
    expect(geometricMean([])).toBeNaN();
  });
});
