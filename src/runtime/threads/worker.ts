/**
 * The program of a worker: waits for jobs and does blocks of them until it is told to stop. tools/build.mjs makes one script without
 * imports of it, which runs as a Web Worker (classic or module) and in worker_threads.
 */
import { claimBlocks } from './claim.ts';
import {
  ARGS_BYTES,
  ASLEEP,
  AWAKE,
  argsWord,
  BUSY,
  CALLER_SLEEPS,
  controlBytes,
  ENDED,
  FAILED,
  GENERATION,
  IDLE,
  JOINED,
  KERNEL,
  OPEN,
  PRIVATE_BYTES,
  STATE,
  STOP,
  statusWord,
} from './control.ts';

/** What a worker is told once, when it starts. */
export interface StartMessage {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Addresses of the control words and of the caller's argument struct. */
  readonly control: number;
  readonly args: number;
  /** Slots of the pool, and this worker's own, 1 or more. */
  readonly slots: number;
  readonly thread: number;
  /** Names of the kernels, and the words of their argument structs that hold an address of private memory. */
  readonly kernels: readonly string[];
  readonly privateWords: readonly (readonly number[])[];
  /** Milliseconds without a job after which it goes to sleep. */
  readonly spin: number;
}

/** What it says: that it listens, which thread is ready, or why it is not, or no longer. */
type WorkerMessage = { readonly listens: true } | { readonly ready: number } | { readonly failed: string };

type Kernel = (args: number, first: number, last: number) => void;

/** `Atomics.pause`, where there is one: tells the processor that this is a loop that waits. */
const pause: () => void = (Atomics as { pause?(): void }).pause?.bind(Atomics) ?? (() => {});

/** Turns between two looks at the clock, and looks after which it is time to sleep whatever the clock says: some are coarse. */
const TURNS = 64;
const LOOKS = 2_000;

function work(start: StartMessage): void {
  const { memory, slots, thread, privateWords } = start;
  const { exports } = new WebAssembly.Instance(start.module, { env: { memory } });
  const kernels = start.kernels.map(name => exports[name] as Kernel);
  // Growth leaves this view valid, and as long as it was.
  const words = new Int32Array(memory.buffer, start.control, controlBytes(slots) / 4);
  const callersArgs = new Int32Array(memory.buffer, start.args, ARGS_BYTES / 4);
  const status = statusWord(thread);
  const ownWord = argsWord(slots, thread);
  const ownArgs = words.subarray(ownWord, ownWord + ARGS_BYTES / 4);
  let seen = Atomics.load(words, GENERATION);
  post({ ready: thread });

  for (;;) {
    seen = nextJob(seen);
    if (Atomics.load(words, STOP) === 1 || Atomics.load(words, status) === ENDED) return;
    if (!join()) continue;
    let failure: unknown;
    try {
      run();
    } catch (error) {
      failure = error;
    }
    // The caller may have given this worker up in the meantime.
    if (!change(BUSY, failure === undefined ? IDLE : ENDED)) return;
    if (failure !== undefined) {
      Atomics.sub(words, AWAKE, 1);
      Atomics.store(words, FAILED, 1);
    }
    if (Atomics.sub(words, STATE, JOINED) === JOINED && Atomics.load(words, CALLER_SLEEPS) === 1) {
      Atomics.notify(words, STATE);
    }
    if (failure === undefined) continue;
    post({ failed: String(failure) });
    return;
  }

  /** Waits until GENERATION is not `seen`, awake at first: waking a thread takes 50 us and more. */
  function nextJob(seen: number): number {
    let until = performance.now() + start.spin;
    for (let looks = 1; ; looks++) {
      for (let i = 0; i < TURNS; i++) {
        const generation = Atomics.load(words, GENERATION);
        if (generation !== seen) return generation;
        pause();
      }
      if (looks < LOOKS && performance.now() < until) continue;
      if (!change(IDLE, ASLEEP)) return seen;
      Atomics.sub(words, AWAKE, 1);
      Atomics.wait(words, GENERATION, seen);
      if (!change(ASLEEP, IDLE)) return seen;
      Atomics.add(words, AWAKE, 1);
      until = performance.now() + start.spin;
      looks = 0;
    }
  }

  function join(): boolean {
    for (;;) {
      const state = Atomics.load(words, STATE);
      if ((state & OPEN) === 0) return false;
      // Busy first: from the moment that it has joined, the caller counts on it.
      if (!change(IDLE, BUSY)) return false;
      if (Atomics.compareExchange(words, STATE, state, state + JOINED) === state) return true;
      change(BUSY, IDLE);
    }
  }

  /** False where the caller has taken this worker out of the books: ENDED stays. */
  function change(from: number, to: number): boolean {
    return Atomics.compareExchange(words, status, from, to) === from;
  }

  function run(): void {
    const kernel = words[KERNEL] as number;
    const own = privateWords[kernel] as readonly number[];
    const call = kernels[kernel] as Kernel;
    let args = start.args;
    if (own.length > 0) {
      const bytes = (words[PRIVATE_BYTES] as number) * thread;
      ownArgs.set(callersArgs);
      // Null stays null: memory that this call does not need.
      for (const word of own) if (ownArgs[word] !== 0) ownArgs[word] = (ownArgs[word] as number) + bytes;
      args = start.control + ownWord * 4;
    }
    claimBlocks(words, slots, thread, (first, last) => call(args, first, last));
  }
}

/** The port of worker_threads; in a Web Worker the global object is the port. */
interface Port {
  postMessage(message: WorkerMessage): void;
  /** Missing in the port of Deno's worker_threads. */
  close?(): void;
  on?(event: 'message', listener: (message: StartMessage) => void): void;
  onmessage?: (event: { data: StartMessage }) => void;
}

const scope = globalThis as unknown as Port & {
  process?: { getBuiltinModule?(name: string): { parentPort?: Port | null } | undefined };
};
const port = scope.process?.getBuiltinModule?.('node:worker_threads')?.parentPort ?? scope;

function post(message: WorkerMessage): void {
  port.postMessage(message);
}

function begin(start: StartMessage): void {
  try {
    work(start);
  } catch (error) {
    post({ failed: String(error) });
  }
  if (port.close) port.close();
  else scope.close?.();
}

if (port.on) port.on('message', begin);
else port.onmessage = event => begin(event.data);
// A module that imports this one late would miss a message that is sent to it at once.
post({ listens: true });
