import { Bench } from 'tinybench';

/** Times of one task. */
export interface Calls {
  /** Milliseconds of each call that ran undisturbed; of all, if none did. */
  readonly times: readonly number[];
  /** Calls in which the operating system gave the processor to somebody else: they measure its queue, and are left out. */
  readonly disturbed: number;
  /** Calls in all. */
  readonly total: number;
}

/**
 * Calls `run` for about `time` milliseconds.
 *
 * @param least calls to make even if they take longer
 */
export function measure(run: () => void, time: number, least = 1): Calls {
  const undisturbed: number[] = [];
  const disturbed: number[] = [];
  const bench = new Bench({ time, iterations: least, warmup: false, throws: true });
  bench.add('', () => {
    const switches = involuntarySwitches();
    const start = bench.now();
    run();
    const overriddenDuration = bench.now() - start;
    (involuntarySwitches() === switches ? undisturbed : disturbed).push(overriddenDuration);
    return { overriddenDuration };
  });
  bench.runSync();
  return {
    times: undisturbed.length > 0 ? undisturbed : disturbed,
    disturbed: disturbed.length,
    total: undisturbed.length + disturbed.length,
  };
}

/** How often this process has lost the processor while it had work to do; always 0 on Windows. Takes 1 us. */
function involuntarySwitches(): number {
  return process.resourceUsage().involuntaryContextSwitches;
}
