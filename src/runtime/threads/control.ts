/**
 * The words (32 bits each) that the caller and the workers of a pool share. What different threads write at the same time stands on
 * cache lines of its own, 16 words each.
 *
 * A job is opened by raising GENERATION and closed by taking OPEN out of STATE. A worker takes part if it can raise STATE while the
 * job is open, so one that wakes up late costs the caller nothing; what the job is stays as it is until STATE is 0.
 */

/** Written by the caller: a number for each job, and what the job is. */
export const GENERATION = 0;
/** 1: the workers are to end. */
export const STOP = 1;
/** Place of the kernel in the list of kernels. */
export const KERNEL = 2;
export const BLOCKS = 3;
/** Blocks that are claimed at a time. */
export const STEP = 4;
/** Bytes between the private memory of two threads. */
export const PRIVATE_BYTES = 5;

/** OPEN while workers may join, and JOINED for each that has. */
export const STATE = 16;
export const OPEN = 1;
export const JOINED = 2;
/** 1: the caller sleeps until STATE is 0. */
export const CALLER_SLEEPS = 17;

/** Workers that do not sleep. */
export const AWAKE = 32;
/** 1: a kernel has failed in a worker, which has ended. */
export const FAILED = 33;

/** Two lines for each thread: its status, and the first block of its part that nobody has claimed. */
const THREADS = 48;
const THREAD_WORDS = 32;
export const NEXT = 16;
export const IDLE = 0;
export const ASLEEP = 1;
export const BUSY = 2;
/** A kernel failed in it, or it has ended. */
export const ENDED = 3;

/** Bytes of an argument struct, at most. */
export const ARGS_BYTES = 256;

/** Place of a thread's status. */
export function statusWord(thread: number): number {
  return THREADS + thread * THREAD_WORDS;
}

/**
 * Does blocks of the open job until there are none left. Each thread begins with a part of its own, the same part of every job with as
 * many blocks: what it wrote in one kernel it finds in its cache in the next. Then it helps the others with theirs.
 */
export function claimBlocks(
  words: Int32Array,
  threads: number,
  thread: number,
  call: (first: number, last: number) => void,
): void {
  const blocks = words[BLOCKS] as number;
  const step = words[STEP] as number;
  for (let turn = 0; turn < threads; turn++) {
    const part = (thread + turn) % threads;
    const next = statusWord(part) + NEXT;
    const end = partStart(blocks, threads, part + 1);
    for (;;) {
      const first = Atomics.add(words, next, step);
      if (first >= end) break;
      call(first, Math.min(first + step, end));
    }
  }
}

/** The first block of a thread's part. */
export function partStart(blocks: number, threads: number, thread: number): number {
  return Math.floor((blocks * thread) / threads);
}

/** Place of a thread's own copy of the argument struct, in words; the caller's copy stands elsewhere. */
export function argsWord(threads: number, thread: number): number {
  return statusWord(threads) + (thread * ARGS_BYTES) / 4;
}

/** Bytes of all this for so many threads. */
export function controlBytes(threads: number): number {
  return argsWord(threads, threads) * 4;
}
