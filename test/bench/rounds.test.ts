import { describe, expect, it } from 'vitest';
import { runRounds } from '../../bench/rounds.ts';
import type { Task } from '../../bench/tasks.ts';

/** Takes about `time` milliseconds, and notes that it ran. */
const work = (log: string[], name: string, time: number) => () => {
  log.push(name);
  const end = performance.now() + time;
  while (performance.now() < end);
};

function task(log: string[], name: string): Task {
  return {
    shape: { name } as Task['shape'],
    operation: { key: 'forward' } as Task['operation'],
    flops: 1e6,
    user: work(log, `${name} user`, 0.2),
    betweenLayers: work(log, `${name} layers`, 0.1),
    plain: work(log, `${name} plain`, 0.4),
    plainScale: 10,
  };
}

describe('rounds', () => {
  const log: string[] = [];
  const tasks = [task(log, 'a'), task(log, 'b')];
  const ceiling = { flops: 2e6, run: work(log, 'ceiling', 0.1) };
  const seen: string[] = [];
  const measurements = runRounds(tasks, ceiling, { rounds: 3, time: 1 }, (round, i) => seen.push(`${round}.${i}`));

  it('go through all tasks in turn, after a round to warm up', () => {
    expect(seen).toEqual(['0.0', '0.1', '1.0', '1.1', '2.0', '2.1', '3.0', '3.1']);
  });

  it('measure the ceiling beside each use', () => {
    const order = log.filter((name, i) => name !== log[i - 1]);
    const one = (name: string) => ['ceiling', `${name} user`, 'ceiling', `${name} layers`, 'ceiling', `${name} plain`];
    expect(order.slice(order.indexOf('ceiling'))).toEqual([1, 2, 3].flatMap(() => [...one('a'), ...one('b')]));
  });

  it('give times for each use in each round', () => {
    for (const { user, betweenLayers, plain } of measurements) {
      expect([user.length, betweenLayers.length, plain.length]).toEqual([3, 3, 3]);
      for (const { times, ceiling } of [...user, ...betweenLayers]) {
        expect(times.length).toBeGreaterThanOrEqual(3);
        expect(ceiling).toBeGreaterThan(0);
      }
      // 10 times .4 ms; on a busy machine part of it was waiting.
      for (const time of plain) expect(time).toBeGreaterThan(0);
    }
  });
});
