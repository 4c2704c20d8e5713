import { ThreadError } from '../../errors.ts';
import { claimBlocks, partStart } from './claim.ts';
import {
  ASLEEP,
  AWAKE,
  BLOCKS,
  BUSY,
  CALLER_SLEEPS,
  ENDED,
  FAILED,
  GENERATION,
  IDLE,
  JOINED,
  KERNEL,
  NEXT,
  OPEN,
  PRIVATE_BYTES,
  STATE,
  STEP,
  STOP,
  statusWord,
} from './control.ts';
import type { Thread } from './thread.ts';

/** A kernel as the pool needs it. */
export interface SharedKernel {
  readonly call: (args: number, first: number, last: number) => void;
  /** Its place in the list that the workers have. */
  readonly place: number;
}

/** When work is shared; in nanoseconds of work that one thread has with it where nothing else is said. */
export interface Limits {
  /** Less is done alone: a job costs 0.5 us to open and to close, and up to a block of waiting. */
  readonly share: number;
  /** Less does not wake workers that sleep: that costs the caller 5 us, and they come 50 us later. */
  readonly wake: number;
  /** A claim takes about as long as this at least: it costs 0.1 us. */
  readonly claim: number;
  /**
   * Milliseconds without any sign of the workers that have taken part, after which they are given up; and at least SLOWNESS times what
   * their last claims should take.
   */
  readonly patience: number;
  /**
   * Milliseconds for which all is done alone once waiting for workers has cost more than they brought: other programs keep them from
   * their cores. Three times as long each time while that goes on, up to 27 times. 0: never.
   */
  readonly rest: number;
}

const LIMITS: Limits = { share: 5_000, wake: 60_000, claim: 2_000, patience: 5_000, rest: 10 };
const LONGEST_REST = 27;
/** How much longer than estimated a claim may take on a slow machine. */
const SLOWNESS = 50;

/** Nanoseconds that threads can have saved in advance: a wait for the length of a time slice is no reason to rest. */
const CREDIT = 3_000_000;
/** Nanoseconds that they have to save after a rest before the next one is a short one again. */
const RECOVERY = 100_000_000;

/** Claims for each thread, where a block is small: the last ones to end are at most so much apart. */
const CLAIMS = 8;
/** A claim takes about as long as this at most, in nanoseconds. */
const LONG_CLAIM = 1_000_000;

/** Turns that the caller waits for the last blocks before it looks at the clock. */
const TURNS = 2_000;
/**
 * Milliseconds that it then goes on turning before it sleeps, where it may: as long as it takes to wake it. On a machine with more
 * threads than cores it may be this one that keeps the worker from its core (0.2 ms: jobs of 6 us took 212 us beside other programs).
 */
const TURNING = 0.05;
/** Milliseconds that one look at the clock may add to that patience, so that a computer that was suspended loses no worker. */
const LOOK = 100;

/**
 * Threads that share the blocks of one kernel at a time. The caller is one of them: it opens a job, does blocks like the others,
 * and waits until those that have joined are done.
 */
export class ThreadPool {
  limits: Limits = LIMITS;
  readonly #words: Int32Array;
  readonly #threads: (Thread | null)[];
  readonly #maySleep: boolean;
  /** Work done alone since the workers fell asleep. */
  #alone = 0;
  /** Nanoseconds that threads have saved lately, less those that were spent on waiting for them. */
  #credit = CREDIT;
  /** How often a rest was not enough, when this one ends (0: there is none), and what was saved since. */
  #failedRests = 0;
  #restsUntil = 0;
  #saved = 0;
  #alive: number;
  readonly #lost: string[];

  /**
   * @param threads the workers by their number less one; null where none could be started
   * @param missing why not, for each of these
   */
  constructor(words: Int32Array, threads: readonly (Thread | null)[], missing: readonly string[]) {
    this.#words = words;
    this.#lost = [...missing];
    this.#threads = [...threads];
    this.#maySleep = maySleep(words);
    this.#alive = threads.filter(thread => thread !== null).length;
    // Some may have fallen asleep by now.
    Atomics.add(words, AWAKE, this.#alive);
    threads.forEach((thread, index) => {
      thread?.onEnd(reason => this.#lose(index, reason));
    });
  }

  /** Threads that have private memory, the caller included: also those that are lost. */
  get slots(): number {
    return this.#threads.length + 1;
  }

  /** Threads that compute, the caller included. */
  get threads(): number {
    return this.#alive + 1;
  }

  /** Why there are fewer threads than were asked for. */
  get lost(): readonly string[] {
    return [...this.#lost];
  }

  /**
   * Does the blocks of a kernel together with the workers, unless it is not worth it.
   *
   * @param args address of the argument struct
   * @param privateBytes bytes between the private memory of two threads
   * @param work nanoseconds that one thread would take, roughly
   * @returns false: nothing was done, the caller is to do it alone
   * @throws ThreadError where a worker was lost on the way; the pool goes on with the others
   */
  share(kernel: SharedKernel, args: number, blocks: number, privateBytes: number, work: number): boolean {
    const words = this.#words;
    const { share, wake, claim } = this.limits;
    if (work < share || this.#alive === 0 || this.#rests()) return false;
    const asleep = Atomics.load(words, AWAKE) === 0;
    if (asleep && work < wake) {
      // Many small jobs are as good a reason to wake somebody as a large one.
      this.#alone += work;
      if (this.#alone < 3 * wake) return false;
    }
    this.#alone = 0;
    const { slots } = this;
    const step = stepOf(blocks, work, this.threads, claim);
    words[KERNEL] = kernel.place;
    words[BLOCKS] = blocks;
    words[STEP] = step;
    words[PRIVATE_BYTES] = privateBytes;
    for (let part = 0; part < slots; part++) words[statusWord(part) + NEXT] = partStart(blocks, slots, part);
    words[FAILED] = 0;
    Atomics.store(words, STATE, OPEN);
    Atomics.add(words, GENERATION, 1);
    if (asleep || (work >= wake && Atomics.load(words, AWAKE) < this.#alive)) Atomics.notify(words, GENERATION);
    let lost = 0;
    try {
      claimBlocks(words, slots, 0, (first, last) => kernel.call(args, first, last));
    } finally {
      // Also when the kernel has failed: then nobody may go on writing.
      for (let part = 0; part < slots; part++) Atomics.store(words, statusWord(part) + NEXT, blocks);
      const patience = Math.max(this.limits.patience, (SLOWNESS * work * step) / blocks / 1e6);
      if (Atomics.and(words, STATE, ~OPEN) !== OPEN) lost = this.#join(patience);
      if (words[FAILED] === 1) lost += this.#drop(ENDED, 'a kernel failed in it');
    }
    if (lost > 0) throw this.#error(lost);
    this.#earn(work * (1 - 1 / this.threads));
    return true;
  }

  /** Ends the workers. */
  async stop(): Promise<void> {
    const words = this.#words;
    Atomics.store(words, STOP, 1);
    Atomics.add(words, GENERATION, 1);
    Atomics.notify(words, GENERATION);
    this.#alive = 0;
    await Promise.all(this.#threads.map(thread => thread?.end()));
  }

  /** Whether it is better to leave the cores to others for now. */
  #rests(): boolean {
    if (this.#restsUntil === 0) return false;
    if (performance.now() < this.#restsUntil) return true;
    this.#restsUntil = 0;
    this.#credit = CREDIT / 4;
    this.#saved = 0;
    return false;
  }

  #earn(saved: number): void {
    this.#credit = Math.min(CREDIT, this.#credit + saved);
    this.#saved += saved;
    if (this.#saved > RECOVERY) this.#failedRests = 0;
    if (this.#credit >= 0 || this.limits.rest === 0) return;
    this.#restsUntil = performance.now() + Math.min(3 ** this.#failedRests++, LONGEST_REST) * this.limits.rest;
  }

  /** Waits for the workers that have joined; says how many of them had to be given up. */
  #join(patience: number): number {
    const words = this.#words;
    for (let i = 0; i < TURNS; i++) if (Atomics.load(words, STATE) === 0) return 0;
    const start = performance.now();
    let last = start;
    let waited = 0;
    let before = -1;
    let lost = 0;
    for (;;) {
      const state = Atomics.load(words, STATE);
      if (state === 0) break;
      if (state !== before) waited = 0;
      before = state;
      if (this.#maySleep && waited >= TURNING) {
        Atomics.store(words, CALLER_SLEEPS, 1);
        Atomics.wait(words, STATE, state, LOOK / 2);
        Atomics.store(words, CALLER_SLEEPS, 0);
      } else {
        for (let i = 0; i < TURNS && Atomics.load(words, STATE) === state; i++);
      }
      const now = performance.now();
      waited += Math.min(LOOK, now - last);
      last = now;
      if (waited < patience) continue;
      const given = this.#giveUp(patience);
      lost += given;
      if (given > 0) continue;
      // One has ended just between its last block and leaving. Nobody knows which one: all start afresh, or end.
      lost += this.#alive;
      for (const status of [IDLE, ASLEEP, BUSY]) this.#drop(status, 'it ended in the middle of a call');
      Atomics.store(words, STATE, 0);
    }
    this.#credit -= (last - start) * 1e6;
    return lost;
  }

  /** Ends the workers that have joined and never left. */
  #giveUp(patience: number): number {
    const stuck = this.#drop(BUSY, `it did not answer for ${Number((patience / 1000).toPrecision(2))} s`);
    Atomics.sub(this.#words, STATE, stuck * JOINED);
    return stuck;
  }

  /** Ends the workers of a status; says how many there were. */
  #drop(status: number, reason: string): number {
    let count = 0;
    this.#threads.forEach((thread, index) => {
      // In one step: a worker that is just leaving is no longer to be dropped.
      const is = thread && Atomics.compareExchange(this.#words, statusWord(index + 1), status, ENDED);
      if (is !== status) return;
      if (status === IDLE || status === BUSY) Atomics.sub(this.#words, AWAKE, 1);
      count++;
      this.#strike(index, reason);
    });
    return count;
  }

  /** A worker has ended by itself. */
  #lose(index: number, reason: string): void {
    if (!this.#threads[index] || this.#words[STOP] === 1) return;
    const status = Atomics.exchange(this.#words, statusWord(index + 1), ENDED);
    if (status === IDLE || status === BUSY) Atomics.sub(this.#words, AWAKE, 1);
    this.#strike(index, reason);
  }

  /** Takes a worker out of the books, and ends it. */
  #strike(index: number, reason: string): void {
    const thread = this.#threads[index];
    this.#threads[index] = null;
    this.#alive--;
    this.#lost.push(reason);
    void thread?.end();
  }

  #error(count: number): ThreadError {
    return new ThreadError(
      `${count} of convasm's threads ${count === 1 ? 'was' : 'were'} lost: ${this.#lost.slice(-count).join('; ')}. What this call ` +
        `was writing must not be used; calls after it run on ${this.threads}.`,
      this.threads,
    );
  }
}

/** Blocks of a claim: so many that claims are short beside the job, and no shorter than `shortest`. */
function stepOf(blocks: number, work: number, threads: number, shortest: number): number {
  // A product without steps has no work.
  const block = Math.max(1, work) / blocks;
  const even = Math.floor(blocks / (threads * CLAIMS));
  const step = Math.min(Math.max(even, Math.ceil(shortest / block)), Math.ceil(LONG_CLAIM / block));
  return Math.max(1, Math.min(step, Math.ceil(blocks / threads)));
}

/** Whether this thread may sleep: not the main thread of a page. */
function maySleep(words: Int32Array): boolean {
  try {
    Atomics.wait(words, STATE, JOINED, 0);
    return true;
  } catch {
    return false;
  }
}
