import { describe, expect, it } from 'vitest';
import { Flatten } from '../../src/index.ts';
import { expectExactly } from '../helpers/compare.ts';
import { formats, made } from '../helpers/tensors.ts';
import { dtypes, random } from '../helpers/values.ts';

describe.each(formats)('Flatten of a %s tensor', format => {
  it.each(dtypes)('comes out in NCHW order, and its gradient goes back to the shape of the input, in %s', dtype => {
    const x = random([2, 3, 4, 5], 1, dtype);
    const layer = new Flatten();
    const input = made(x, dtype, format);
    const y = layer.forward(input);
    expectExactly(y, { shape: [2, 60], data: x.data });
    expectExactly(input, x, 'the input afterwards');
    const dy = random([2, 60], 2, dtype);
    expectExactly(layer.backward(made(dy, dtype)), { shape: [2, 3, 4, 5], data: dy.data });
  });
});

describe('Flatten', () => {
  it('keeps the batch and joins all else, whatever the rank', () => {
    expect(new Flatten().forward(made(random([3, 7], 1))).shape).toEqual([3, 7]);
    expect(new Flatten().forward(made(random([3, 2, 5], 1))).shape).toEqual([3, 10]);
    expect(new Flatten().forward(made(random([1, 8, 1, 1], 1))).shape).toEqual([1, 8]);
  });

  it('gives a tensor that outlives its input, and the other way round', () => {
    const x = random([2, 3, 2, 2], 1, 'float32');
    for (const format of formats) {
      const [input, other] = [made(x, 'float32', format), made(x, 'float32', format)];
      const y = new Flatten().forward(input);
      input.dispose();
      expectExactly(y, { shape: [2, 12], data: x.data });
      new Flatten().forward(other).dispose();
      expectExactly(other, x);
    }
  });
});
