/**
 * The words (32 bits each) that the caller and the workers of a pool share. What different threads write at the same time stands on
 * cache lines of its own, 16 words each.
 *
 * A slot is the place of a thread in all this: the caller's is number 0. Those of threads that are lost stay, and stay empty.
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
/** A kernel failed in it, or it has ended, or is to end: it does not come back from here. */
export const ENDED = 3;

/** Bytes of an argument struct, at most. */
export const ARGS_BYTES = 256;

/** Place of a thread's status. */
export function statusWord(thread: number): number {
  return THREADS + thread * THREAD_WORDS;
}

/** Place of a thread's own copy of the argument struct, in words; the caller's copy stands elsewhere. */
export function argsWord(slots: number, thread: number): number {
  return statusWord(slots) + (thread * ARGS_BYTES) / 4;
}

/** Bytes of all this for so many threads. */
export function controlBytes(slots: number): number {
  return argsWord(slots, slots) * 4;
}
