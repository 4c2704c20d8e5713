import { describe, expect, it } from 'vitest';
import { conv2d } from '../../src/ops/index.ts';
import { expectExactly } from '../helpers/compare.ts';
import { range } from '../helpers/convCases.ts';
import { made } from '../helpers/tensors.ts';
import { dtypes, filled } from '../helpers/values.ts';

describe.each(dtypes)('memory formats in %s', dtype => {
  it('a tensor from numbers is contiguous; made(..., channels-last), which these tests rely on, is channels-last', () => {
    const values = filled([2, 3, 4, 5], i => i);
    expect(made(values, dtype).format).toBe('contiguous');
    expect(made(values, dtype, 'channels-last').format).toBe('channelsLast');
  });

  it.each([
    ['direct', 'channelsLast'],
    ['planar', 'contiguous'],
  ] as const)('the result of a %s conv2d is %s until its data are looked at', (algorithm, format) => {
    const y = conv2d(made(filled([1, 2, 3, 3], 1), dtype), made(filled([4, 2, 1, 1], 1), dtype), null, { algorithm });
    expect(y.format).toBe(format);
    expectExactly(y, filled([1, 4, 3, 3], 2));
    expect(y.format).toBe('contiguous');
  });

  it.each(range(1, 18))('there and back again with %i channels, 1 to 18 pixels and 1 to 3 images', channels => {
    for (const width of range(1, 18))
      for (const batch of [1, 3]) {
        const values = filled([batch, channels, 1, width], i => i);
        const t = made(values, dtype, 'channels-last');
        const twice = t.clone();
        expectExactly(t, values, `${width} pixels, ${batch} images`);
        expectExactly(twice, values, `the clone, ${width} pixels, ${batch} images`);
        t.dispose();
        twice.dispose();
      }
  });
});
