import type { Ceiling } from './ceiling.ts';
import { type Calls, measure } from './measure.ts';
import { median } from './statistics.ts';
import type { Task } from './tasks.ts';

export interface Schedule {
  readonly rounds: number;
  /** Milliseconds that a task gets in a round, for each of its two uses. */
  readonly time: number;
}

/** Milliseconds that the ceiling gets each time. */
const CEILING_TIME = 5;
/** Milliseconds for a use in round 0, in which V8 optimises; its times are thrown away. */
const WARM_UP_TIME = 20;
const WARM_UP_PLAIN_CALLS = 5;
/** Calls in a round, however long they take. */
const LEAST_CALLS = 3;

/** The times of one use of a task in one round. */
export interface Reading extends Calls {
  /** GFLOP/s of the ceiling, measured just before and just after. */
  readonly ceiling: number;
}

/** What was measured of a task, round by round. */
export interface Measurements {
  readonly user: Reading[];
  readonly betweenLayers: Reading[];
  /** Milliseconds of the whole work in plain TypeScript. */
  readonly plain: number[];
}

/**
 * Times all tasks in turn, and that several times: a machine's speed may jump for a second at a time, and what is compared
 * should meet the same weather. The ceiling is measured anew beside every task.
 *
 * @param progress called before each task
 */
export function runRounds(
  tasks: readonly Task[],
  ceiling: Ceiling,
  { rounds, time }: Schedule,
  progress: (round: number, task: number) => void,
): readonly Measurements[] {
  const measurements = tasks.map((): Measurements => ({ user: [], betweenLayers: [], plain: [] }));
  warmUp(tasks, task => progress(0, task));
  for (let round = 1; round <= rounds; round++) {
    measurements.forEach(({ user, betweenLayers, plain }, i) => {
      progress(round, i);
      const task = tasks[i] as Task;
      const before = ceilingRate(ceiling);
      const userCalls = measure(task.user, time, LEAST_CALLS);
      const between = ceilingRate(ceiling);
      const layersCalls = measure(task.betweenLayers, time, LEAST_CALLS);
      const after = ceilingRate(ceiling);
      user.push({ ...userCalls, ceiling: (before + between) / 2 });
      betweenLayers.push({ ...layersCalls, ceiling: (between + after) / 2 });
      plain.push(plainTime(task));
    });
  }
  return measurements;
}

function warmUp(tasks: readonly Task[], progress: (task: number) => void): void {
  tasks.forEach((task, i) => {
    progress(i);
    measure(task.user, WARM_UP_TIME);
    measure(task.betweenLayers, WARM_UP_TIME);
    measure(task.plain, 0, WARM_UP_PLAIN_CALLS);
  });
}

/** GFLOP/s */
function ceilingRate(ceiling: Ceiling): number {
  return ceiling.flops / median(measure(ceiling.run, CEILING_TIME).times) / 1e6;
}

/** Milliseconds that the whole work of a task would take in plain TypeScript. */
function plainTime({ plain, plainScale }: Task): number {
  return median(measure(plain, 0).times) * plainScale;
}
