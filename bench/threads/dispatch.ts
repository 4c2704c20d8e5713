// What it costs to share a job: `node build/bench/threads/dispatch.js`. A job of two blocks that take 2 us, alone and shared, back to
// back and after pauses, in which the worker falls asleep.
import { median } from '../statistics.ts';
import { formatTable } from '../table.ts';

/** Milliseconds between two jobs. */
const PAUSES = [0, 0.1, 0.2, 2];
const JOBS = 2000;
const ELEMENTS = 2 * 16384;

const dist = new URL('../../../dist/', import.meta.url);
/** Not part of the public API: how a kernel is called (src/runtime). */
interface Runtime {
  pool: { limits: object } | null;
  run(kernel: string, type: string, args: object, blocks: number): void;
}
const internal: { runtime(): Runtime } = await import(`${dist}runtime/init.js`);
const { init, runtimeInfo, zeros }: typeof import('convasm') = await import(`${dist}index.js`);

await init({ threads: 2 });
const runtime = internal.runtime();
const { pool } = runtime;
if (!pool) throw new Error(`there are no threads: ${runtimeInfo().threadsOff}`);
const addressOf = (values: unknown) => (values as { address: number }).address;
const [x, y] = [zeros([ELEMENTS]), zeros([ELEMENTS])];
const args = { x: addressOf(x), dy: 0, target: addressOf(y), count: ELEMENTS, upper: Number.POSITIVE_INFINITY };

/** Microseconds of each job, `pause` milliseconds after the one before. */
function times(pause: number): number[] {
  return Array.from({ length: Math.min(JOBS, Math.ceil(1000 / (pause || 0.001))) }, () => {
    for (const until = performance.now() + pause; performance.now() < until; );
    const start = performance.now();
    runtime.run('relu', 'f32', args, 2);
    return (performance.now() - start) * 1000;
  });
}

const rows = PAUSES.map(pause => {
  runtime.pool = null;
  times(pause);
  const alone = times(pause);
  runtime.pool = pool;
  pool.limits = { ...pool.limits, share: 0, wake: 0, claim: 0 };
  times(pause);
  const shared = times(pause);
  const p99 = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.99)] as number;
  return [`${pause} ms`, ...[median(alone), median(shared), p99(alone), p99(shared)].map(us => us.toFixed(1))];
});
console.log(`Node ${process.versions.node}, two blocks of ${ELEMENTS / 2} elements, microseconds`);
console.log(formatTable([{ title: '', columns: ['pause', 'alone', 'shared', 'alone, p99', 'shared, p99'], rows }]));
