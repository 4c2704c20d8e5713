import { describe, expect, it } from 'vitest';
import {
  ArgumentError,
  constant,
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  type Initializer,
  normal,
  uniform,
} from '../../src/index.ts';
import { expectArgumentError, shown } from '../helpers/errors.ts';

const fans = { in: 50, out: 70 };
const count = 20_000;

function moments(values: Float64Array): { mean: number; std: number; low: number; high: number } {
  const mean = values.reduce((total, v) => total + v, 0) / values.length;
  const std = Math.sqrt(values.reduce((total, v) => total + (v - mean) ** 2, 0) / values.length);
  return { mean, std, low: Math.min(...values), high: Math.max(...values) };
}

const seeded: [string, (seed?: number) => Initializer, { mean: number; std: number; limit?: number }][] = [
  ['normal', seed => normal({ seed }), { mean: 0, std: 1 }],
  ['normal with mean and std', seed => normal({ seed, mean: 3, std: 0.5 }), { mean: 3, std: 0.5 }],
  ['uniform', seed => uniform({ seed }), { mean: 0, std: 1 / Math.sqrt(3), limit: 1 }],
  ['uniform with limits', seed => uniform({ seed, low: 2, high: 6 }), { mean: 4, std: 2 / Math.sqrt(3), limit: 2 }],
  ['heNormal', seed => heNormal({ seed }), { mean: 0, std: Math.sqrt(2 / 50) }],
  ['heUniform', seed => heUniform({ seed }), { mean: 0, std: Math.sqrt(2 / 50), limit: Math.sqrt(6 / 50) }],
  ['heNormal of fan out', seed => heNormal({ seed, fan: 'out' }), { mean: 0, std: Math.sqrt(2 / 70) }],
  [
    'heUniform of fan out',
    seed => heUniform({ seed, fan: 'out' }),
    { mean: 0, std: Math.sqrt(2 / 70), limit: Math.sqrt(6 / 70) },
  ],
  ['glorotNormal', seed => glorotNormal({ seed }), { mean: 0, std: Math.sqrt(2 / 120) }],
  ['glorotUniform', seed => glorotUniform({ seed }), { mean: 0, std: Math.sqrt(2 / 120), limit: Math.sqrt(6 / 120) }],
];

describe.each(seeded)('%s', (_, make, expected) => {
  it('has the mean, the spread and the limits of its distribution', () => {
    const values = make(1)(count, fans);
    expect(values).toHaveLength(count);
    const { mean, std, low, high } = moments(values);
    // Five standard errors; the seed is fixed, so this is no matter of luck.
    expect(Math.abs(mean - expected.mean)).toBeLessThan((5 * expected.std) / Math.sqrt(count));
    expect(Math.abs(std / expected.std - 1)).toBeLessThan(0.03);
    if (expected.limit === undefined) {
      expect(high - mean).toBeGreaterThan(3 * expected.std);
      expect(mean - low).toBeGreaterThan(3 * expected.std);
    } else {
      expect(low).toBeGreaterThanOrEqual(expected.mean - expected.limit);
      expect(high).toBeLessThanOrEqual(expected.mean + expected.limit);
      expect(high - low).toBeGreaterThan(1.99 * expected.limit);
    }
  });

  it('gives the same from the same seed, others from another seed and from no seed', () => {
    const draw = (seed?: number) => [...make(seed)(10, fans)];
    expect(draw(5)).toEqual(draw(5));
    expect(draw(6)).not.toEqual(draw(5));
    expect(draw()).not.toEqual(draw());
  });

  it('goes on in its sequence from call to call', () => {
    const one = make(5);
    const [first, second] = [one(10, fans), one(10, fans)];
    expect([...second]).not.toEqual([...first]);
    expect([...first, ...second]).toEqual([...make(5)(20, fans)]);
  });

  it('refuses a seed that is no whole number', () => {
    for (const seed of [0.5, Number.NaN, '1'])
      expectArgumentError(() => make(seed as number), ArgumentError, 'seed', shown(seed));
  });
});

describe('constant', () => {
  it('is the value everywhere', () => {
    expect(constant(-0.25)(3, fans)).toEqual(Float64Array.of(-0.25, -0.25, -0.25));
  });

  it('refuses what is no finite number', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, '1', undefined])
      expectArgumentError(() => constant(value as number), ArgumentError, 'value', shown(value));
  });
});

describe.each([heNormal, heUniform])('%o', make => {
  it('refuses a fan that is not in or out', () => {
    for (const fan of ['avg', null, 1])
      expectArgumentError(() => make({ fan: fan as never }), ArgumentError, 'fan', shown(fan));
  });
});

describe('seeded numbers', () => {
  it('are those of xoshiro128** from a state of SplitMix32, in every engine', () => {
    expect([...uniform({ seed: 42 })(3, fans)].map(v => v * 2 ** 31)).toEqual([-1487039427, 1505340084, -2069811122]);
  });
});
