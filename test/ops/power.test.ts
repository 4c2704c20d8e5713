import fc from 'fast-check';
import { expect, it } from 'vitest';
import { power } from '../../src/ops/power.ts';
import { runs } from '../helpers/property.ts';

/** numerator / 2^53 to the power of `exponent`, in whole numbers: 100 bits of it, then rounded once. */
function exact(numerator: bigint, exponent: number): number {
  const product = numerator ** BigInt(exponent);
  const surplus = Math.max(0, product.toString(2).length - 100);
  // In two steps, since 2^-(53 exponent) may be less than a float64 holds.
  const scale = surplus - 53 * exponent;
  const half = Math.trunc(scale / 2);
  return Number(product >> BigInt(surplus)) * 2 ** half * 2 ** (scale - half);
}

it('is the exact power, to the last bit or the one beside it', () => {
  const whole = 2n ** 53n;
  const base = fc.oneof(fc.bigInt({ min: 1n, max: whole }), fc.bigInt({ min: whole - 2n ** 45n, max: whole }));
  fc.assert(
    fc.property(base, fc.integer({ min: 0, max: 400 }), (numerator, exponent) => {
      const wanted = exact(numerator, exponent);
      // Below, products lose bits that float64 cannot hold.
      fc.pre(wanted > 2 ** -900);
      expect(Math.abs(power(Number(numerator) / 2 ** 53, exponent) - wanted)).toBeLessThanOrEqual(2 ** -52 * wanted);
    }),
    runs(500),
  );
});

it.each([
  [0, 0, 1],
  [0, 1, 0],
  [1, 2 ** 50, 1],
  [0.5, 1074, 2 ** -1074],
  [0.999, 2 ** 50, 0],
  [0.9, 3, 0.7290000000000001],
])('%d to the power of %d is %d', (base, exponent, wanted) => {
  expect(power(base, exponent)).toBe(wanted);
});
