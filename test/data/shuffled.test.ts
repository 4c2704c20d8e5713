import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArgumentError, shuffled } from '../../src/index.ts';
import { expectArgumentError, shown } from '../helpers/errors.ts';
import { runs } from '../helpers/property.ts';
import { at } from '../helpers/values.ts';

describe('shuffled', () => {
  it('is a permutation, the same again for the same seed and epoch', () => {
    const seeds = fc.maxSafeInteger();
    fc.assert(
      fc.property(fc.nat(300), seeds, fc.nat(), (length, seed, epoch) => {
        const order = shuffled(length, seed, epoch);
        expect(order).toBeInstanceOf(Uint32Array);
        expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length }, (_, i) => i));
        expect(shuffled(length, seed, epoch)).toEqual(order);
      }),
      runs(200),
    );
  });

  it('differs from seed to seed and epoch to epoch, also where only high bits differ or they change places', () => {
    const orders = [
      [1, 0],
      [0, 1],
      [1, 1],
      [2, 0],
      [-1, 0],
      [1 + 2 ** 32, 0],
      [1, 2 ** 32],
      [0, 0],
    ].map(([seed, epoch]) => shuffled(50, seed as number, epoch as number).join());
    expect(new Set(orders).size).toBe(orders.length);
  });

  it('is the same in every engine, and in an implementation of xoshiro128** in Python', () => {
    expect([...shuffled(12, 42, 3)]).toEqual([10, 0, 7, 6, 9, 4, 8, 2, 1, 5, 3, 11]);
  });

  it('has every number at every place equally often', () => {
    const [length, epochs] = [8, 8000];
    const counts = new Float64Array(length * length);
    for (let epoch = 0; epoch < epochs; epoch++) {
      shuffled(length, 5, epoch).forEach((number, place) => {
        counts[place * length + number] = at(counts, place * length + number) + 1;
      });
    }
    const expected = epochs / length;
    const chiSquared = counts.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
    // 49 degrees of freedom: above 93 once in ten thousand seeds, and this seed is fixed.
    expect(chiSquared).toBeLessThan(93);
  });

  it('refuses what is no length, seed or epoch', () => {
    for (const length of [-1, 0.5, 2 ** 32])
      expectArgumentError(() => shuffled(length, 1, 0), ArgumentError, 'length', shown(length));
    for (const seed of [0.5, undefined, Number.NaN])
      expectArgumentError(() => shuffled(1, seed as number, 0), ArgumentError, 'seed', shown(seed));
    for (const epoch of [-1, 0.5, undefined])
      expectArgumentError(() => shuffled(1, 1, epoch as number), ArgumentError, 'epoch', shown(epoch));
  });
});
