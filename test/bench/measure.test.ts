import { describe, expect, it } from 'vitest';
import { measure } from '../../bench/measure.ts';

const wait = (time: number) => {
  const end = performance.now() + time;
  while (performance.now() < end);
};

describe('measure', () => {
  it('times every call', () => {
    let calls = 0;
    const { times, interrupted } = measure(() => {
      calls++;
      wait(1);
    }, 10);
    expect(times).toHaveLength(calls);
    expect(interrupted).toBeLessThanOrEqual(calls);
    // On a busy machine the wait is left out of the time.
    if (interrupted === 0) for (const time of times) expect(time).toBeGreaterThanOrEqual(1);
  });

  it('makes the least number of calls', () => {
    expect(measure(() => wait(1), 0, 4).times).toHaveLength(4);
  });

  it('lets errors through', () => {
    const fail = () => {
      throw new RangeError('broken');
    };
    expect(() => measure(fail, 1)).toThrow('broken');
  });
});
