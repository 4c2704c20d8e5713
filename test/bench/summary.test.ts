import { describe, expect, it } from 'vitest';
import type { Measurements } from '../../bench/rounds.ts';
import { conditionsOf, meansOf, summarise } from '../../bench/summary.ts';
import type { Task } from '../../bench/tasks.ts';

const task = { shape: { name: 's' }, operation: { key: 'forward' }, flops: 60e6 } as Task;
const measurements: Measurements = {
  // Rates of 60, 30 and 20 GFLOP/s, under a ceiling that goes along but in the last round.
  user: [
    { times: [1, 1, 1], interrupted: 0, ceiling: 80 },
    { times: [2, 2, 2], interrupted: 1, ceiling: 40 },
    { times: [3, 3, 2.5], interrupted: 3, ceiling: 60 },
  ],
  betweenLayers: [
    { times: [1], interrupted: 0, ceiling: 60 },
    { times: [1], interrupted: 0, ceiling: 60 },
    { times: [0.5], interrupted: 0, ceiling: 60 },
  ],
  plain: [50, 100, 30],
};

describe('summary', () => {
  const row = summarise(task, measurements);

  it('has median, minimum and rate over all calls', () => {
    expect(row.user).toMatchObject({ median: 2, least: 1, rate: 30 });
    expect(row.betweenLayers).toMatchObject({ median: 1, least: 0.5, rate: 60 });
  });

  it('compares within each round', () => {
    expect(row.user.share).toBe(0.75);
    expect(row.betweenLayers.share).toBe(1);
    expect(row.timesPlain).toBe(50);
  });

  it('tells what the run met with', () => {
    expect(conditionsOf([measurements])).toEqual({
      rounds: 3,
      ceiling: { median: 60, least: 40, most: 80 },
      calls: 12,
      interrupted: 4,
    });
  });

  it('has geometric means', () => {
    const other = { ...row, user: { ...row.user, rate: 120, share: 3 }, timesPlain: 2 };
    const means = meansOf([row, other]);
    expect(means.rate).toBeCloseTo(60, 10);
    expect(means.share).toBeCloseTo(1.5, 10);
    expect(means.timesPlain).toBeCloseTo(10, 10);
  });
});
