import { Bench } from 'tinybench';

/** Times of one task. */
export interface Calls {
  /** Milliseconds of each call. */
  readonly times: readonly number[];
  /** Calls during which the operating system gave the processor to another process; of these the time without the wait counts. */
  readonly interrupted: number;
}

/**
 * Calls `run` for about `time` milliseconds.
 *
 * @param least calls to make even if they take longer
 */
export function measure(run: () => void, time: number, least = 1): Calls {
  let interrupted = 0;
  const bench = new Bench({ time, iterations: least, warmup: false, retainSamples: true, throws: true });
  const call = () => {
    const before = process.resourceUsage();
    const start = bench.now();
    run();
    const elapsed = bench.now() - start;
    const after = process.resourceUsage();
    // Always equal on Windows.
    const alone = after.involuntaryContextSwitches === before.involuntaryContextSwitches;
    if (!alone) interrupted++;
    return {
      overriddenDuration: alone ? elapsed : processorTime(after) - processorTime(before),
      overriddenIterationCost: elapsed,
    };
  };
  // Told that it is synchronous, tinybench does not make a call of its own to find out.
  bench.add('', call, { async: false });
  const result = bench.runSync()[0]?.result;
  if (result?.state !== 'completed') throw new Error(`tinybench: a task ended as '${result?.state}'`);
  return { times: result.latency.samples ?? [], interrupted };
}

/** Milliseconds that this process has had a processor; good to about 1 %, which the clock is better than. */
function processorTime({ userCPUTime, systemCPUTime }: NodeJS.ResourceUsage): number {
  return (userCPUTime + systemCPUTime) / 1000;
}
