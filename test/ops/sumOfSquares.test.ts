import { describe, expect, it } from 'vitest';
import { DisposedError, tensor, zeros } from '../../src/index.ts';
import { sumOfSquares } from '../../src/ops/index.ts';
import { ELEMENTWISE_BLOCK } from '../../src/runtime/abi.ts';
import { expectNumber } from '../helpers/compare.ts';
import { range } from '../helpers/convCases.ts';
import { expectError } from '../helpers/errors.ts';
import { made } from '../helpers/tensors.ts';
import { dtypes, epsilon, inner, random } from '../helpers/values.ts';

describe.each(dtypes)('sumOfSquares in %s', dtype => {
  it('of 1 to 33 elements, and around one and two blocks', () => {
    const around = (n: number) => range(n - 9, n + 9);
    for (const n of [...range(1, 33), ...around(ELEMENTWISE_BLOCK), ...around(2 * ELEMENTWISE_BLOCK)]) {
      const x = random([n], n, dtype);
      // In float64 whatever the element type: sqrt(n) roundings.
      expectNumber(sumOfSquares(made(x, dtype)), inner(x, x), 2 * Math.sqrt(n) * epsilon.float64, `${n} elements`);
    }
  });

  it('has the same bits whatever the memory format', () => {
    const x = random([3, 7, 5, 9], 1, dtype);
    expect(sumOfSquares(made(x, dtype, 'channels-last'))).toBe(sumOfSquares(made(x, dtype)));
  });

  it('is NaN with a NaN in it, else infinite with an infinity, wherever they stand', () => {
    for (const i of range(0, 18)) {
      const x = zeros([19], dtype);
      x.data[i] = Number.NEGATIVE_INFINITY;
      expect(sumOfSquares(x), `infinity at ${i}`).toBe(Number.POSITIVE_INFINITY);
      x.data[i] = Number.NaN;
      expect(sumOfSquares(x), `NaN at ${i}`).toBeNaN();
    }
  });
});

describe('sumOfSquares', () => {
  it('of float32 neither overflows nor vanishes', () => {
    for (const value of [2 ** 100, 2 ** -100]) expect(sumOfSquares(tensor([value, value]))).toBe(2 * value ** 2);
  });

  it('refuses a disposed tensor', () => {
    const gone = zeros([2]);
    gone.dispose();
    expectError(() => sumOfSquares(gone), DisposedError, 'x');
  });
});
