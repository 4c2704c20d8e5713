import { ARGS_ADDRESS, kernelList, type Runtime } from '../runtime.ts';
import { controlBytes, ENDED, statusWord } from './control.ts';
import type { Workers } from './host.ts';
import { ThreadPool } from './pool.ts';
import { Thread } from './thread.ts';
import type { StartMessage } from './worker.ts';

/** Milliseconds that a worker stays awake without a job. */
const SPIN = 0.2;

/** What a pool starts with. */
export interface PoolOptions {
  readonly module: WebAssembly.Module;
  /** Threads, the caller included. */
  readonly slots: number;
  readonly workers: Workers;
}

/**
 * Starts a pool of threads over the runtime's memory, a shared one. Workers that cannot be started are left out.
 *
 * @throws Error with the reason where none can be
 */
export async function startPool(runtime: Runtime, { module, slots, workers }: PoolOptions): Promise<ThreadPool> {
  // Never given back: a worker that is ended may still look at it.
  const { address } = runtime.allocator.allocate(controlBytes(slots));
  const words = runtime.memory.i32.subarray(address / 4, (address + controlBytes(slots)) / 4).fill(0);
  const { names, privateWords } = kernelList();
  const common = {
    module,
    memory: runtime.memory.memory,
    control: address,
    args: ARGS_ADDRESS,
    slots,
    kernels: names,
    privateWords,
    spin: SPIN,
  };
  const reasons: string[] = [];
  const start = async (message: StartMessage): Promise<Thread | null> => {
    const failures: string[] = [];
    for (const make of workers.makers) {
      try {
        return await Thread.start(make, message);
      } catch (error) {
        failures.push(error instanceof Error ? error.message : String(error));
      }
    }
    // One that comes after all takes no part.
    Atomics.store(words, statusWord(message.thread), ENDED);
    reasons.push(failures.join('; then '));
    return null;
  };
  const numbers = Array.from({ length: slots - 1 }, (_, i) => i + 1);
  const started = await Promise.all(numbers.map(thread => start({ ...common, thread })));
  workers.release();
  if (started.every(thread => thread === null)) throw new Error(reasons[0]);
  return new ThreadPool(words, started, reasons);
}
