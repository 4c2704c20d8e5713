import { describe, expect, it } from 'vitest';
import { flopsOf, outSize, SHAPES } from '../../bench/shapes.ts';
import { sliceOf } from '../../bench/slice.ts';

const BUDGET = 2e7;

describe.each(SHAPES)('slice of $name', s => {
  const { slice, scale } = sliceOf(s, BUDGET);
  const rows = slice.end - slice.first;

  it('lies inside the work', () => {
    expect(slice.images).toBeGreaterThanOrEqual(1);
    expect(slice.images).toBeLessThanOrEqual(s.batch);
    expect(slice.first).toBeGreaterThanOrEqual(0);
    expect(rows).toBeGreaterThanOrEqual(1);
    expect(slice.end).toBeLessThanOrEqual(outSize(s));
  });

  it('keeps to the budget, unless one row is more', () => {
    const part = (slice.images * rows) / (s.batch * outSize(s));
    if (rows > 1) expect(flopsOf(s) * part).toBeLessThanOrEqual(BUDGET);
  });

  it('says how much more the whole is', () => {
    const plain = (s.batch * outSize(s)) / (slice.images * rows);
    // Of the border rows some taps fall on the padding, which the loop skips.
    expect(scale).toBeLessThanOrEqual(plain);
    expect(scale).toBeGreaterThanOrEqual(plain * (1 - (2 * s.padding) / outSize(s)));
  });
});

describe('slice', () => {
  it('is the whole of small work', () => {
    const small = {
      name: '',
      batch: 2,
      inChannels: 1,
      outChannels: 1,
      size: 4,
      kernel: 3,
      stride: 1,
      padding: 1,
      groups: 1,
    };
    expect(sliceOf(small, BUDGET)).toEqual({ slice: { images: 2, first: 0, end: 4 }, scale: 1 });
  });
});
