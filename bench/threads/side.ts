// One side of the comparison: a worker with a runtime of its own, which times what it is told to and is silent in between.
import { parentPort, workerData } from 'node:worker_threads';
import { init, runtimeInfo } from 'convasm';
import { median } from '../statistics.ts';
import { WORKLOADS } from './workloads.ts';

/** "Time this workload for so many milliseconds." */
export interface Order {
  readonly workload: number;
  readonly time: number;
}

/** Milliseconds of a call. */
export interface Answer {
  readonly median: number;
  readonly minimum: number;
}

export interface Ready {
  readonly threads: number;
  readonly threadsOff: string | undefined;
  readonly variant: string;
}

/** Calls that are not counted: the threads are asleep, the caches hold the other side's data. */
const FIRST = 3;
const LEAST = 5;

await init(workerData as { threads: number });
const prepared = new Map<number, () => void>();
parentPort?.on('message', ({ workload, time }: Order) => {
  const run = prepared.get(workload) ?? WORKLOADS[workload]?.prepare();
  if (!run) throw new Error(`there is no workload ${workload}`);
  prepared.set(workload, run);
  for (let i = 0; i < FIRST; i++) run();
  const times: number[] = [];
  const until = performance.now() + time;
  for (let now = performance.now(); now < until || times.length < LEAST; ) {
    run();
    const after = performance.now();
    times.push(after - now);
    now = after;
  }
  parentPort?.postMessage({ median: median(times), minimum: times.reduce((a, b) => Math.min(a, b)) } satisfies Answer);
});
const { threads, threadsOff, variant } = runtimeInfo();
parentPort?.postMessage({ threads, threadsOff, variant } satisfies Ready);
