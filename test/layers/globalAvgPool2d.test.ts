import { describe, expect, it } from 'vitest';
import { GlobalAvgPool2D, scope } from '../../src/index.ts';
import { expectRelative } from '../helpers/compare.ts';
import { formats, made, read } from '../helpers/tensors.ts';
import { inner, random } from '../helpers/values.ts';
import { numericalGradient } from '../reference/gradientCheck.ts';

describe('GlobalAvgPool2D', () => {
  it('makes [batch, channels], with gradients as finite differences say', () => {
    const [x, dy] = [random([2, 3, 4, 5], 1), random([2, 3], 2)];
    for (const format of formats) {
      const layer = new GlobalAvgPool2D();
      const forward = (v: typeof x) => layer.forward(made(v, 'float64', format));
      expect(forward(x).shape).toEqual([2, 3]);
      const wanted = numericalGradient(v => scope(() => inner(read(forward(v)), dy)), x);
      expectRelative(layer.backward(made(dy, 'float64')), wanted, 1e-8);
    }
  });
});
