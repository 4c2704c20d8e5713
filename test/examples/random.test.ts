import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../examples/digits/random.ts';

const numbers = (seed: number, stream?: number, count = 20) => {
  const random = seededRandom(seed, stream);
  return Array.from({ length: count }, () => random.next());
};

describe('seededRandom', () => {
  it('repeats itself with the same seed and stream, and only then', () => {
    expect(numbers(7)).toEqual(numbers(7));
    expect(numbers(7, 3)).toEqual(numbers(7, 3));
    const kinds = [numbers(7), numbers(8), numbers(7, 1), numbers(7, 2), numbers(2 ** 40 + 7), numbers(0)];
    expect(new Set(kinds.map(String)).size).toBe(kinds.length);
  });

  it('gives uniform numbers in [0, 1) and normal ones with the right moments', () => {
    const random = seededRandom(1);
    const uniform = Array.from({ length: 20_000 }, () => random.next());
    expect(Math.min(...uniform)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...uniform)).toBeLessThan(1);
    expect(mean(uniform)).toBeCloseTo(0.5, 1.5);
    expect(mean(uniform.map(x => (x - 0.5) ** 2))).toBeCloseTo(1 / 12, 2);
    const normal = Array.from({ length: 20_000 }, () => random.normal());
    expect(Math.abs(mean(normal))).toBeLessThan(0.03);
    expect(Math.abs(mean(normal.map(x => x * x)) - 1)).toBeLessThan(0.05);
  });

  it('chooses all whole numbers below a limit about equally often', () => {
    const random = seededRandom(3);
    const counts = [0, 0, 0, 0, 0];
    for (let i = 0; i < 10_000; i++) {
      const chosen = random.below(5);
      counts[chosen] = (counts[chosen] ?? Number.NaN) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(200);
  });
});

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
