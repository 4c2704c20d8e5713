import type { StartMessage } from './worker.ts';

/** A Web Worker or a worker of worker_threads, as much of it as is needed. */
export interface WorkerLike {
  postMessage(message: unknown): void;
  terminate(): unknown;
  /** Web Workers. */
  addEventListener?(type: string, listener: (event: WorkerEvent) => void): void;
  /** worker_threads. */
  on?(event: string, listener: (value: unknown) => void): unknown;
  unref?(): void;
}

interface WorkerEvent {
  readonly data?: unknown;
  readonly message?: string;
  preventDefault(): void;
}

/** Milliseconds that a worker has to say that it is ready. It takes 15 to 45. */
const PATIENCE = 10_000;

const LOADING_FAILED =
  'its script was not loaded: a Content-Security-Policy without worker-src blob: forbids it, or it came without the isolation headers';

/** A worker that runs worker.ts. */
export class Thread {
  readonly #worker: WorkerLike;
  #ended: string | null = null;
  #onEnd: (reason: string) => void = () => {};

  private constructor(worker: WorkerLike) {
    this.#worker = worker;
  }

  /**
   * Starts a worker and waits until it is ready.
   *
   * @throws Error with the reason where it does not get so far
   */
  static async start(make: () => WorkerLike, message: StartMessage): Promise<Thread> {
    const worker: WorkerLike | undefined = make();
    if (typeof worker?.postMessage !== 'function' || typeof worker.terminate !== 'function') {
      throw new Error(`init({ worker }) gave ${worker}, which is no Worker`);
    }
    const thread = new Thread(worker);
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        timer = setTimeout(() => reject(new Error(`it did not start within ${PATIENCE / 1000} s`)), PATIENCE);
        thread.#onEnd = reason => reject(new Error(reason));
        listen(worker, {
          message: answer => {
            const { listens, ready, failed } = (answer ?? {}) as { listens?: true; ready?: number; failed?: string };
            if (listens) {
              try {
                worker.postMessage(message);
              } catch (error) {
                reject(error); // It may not have the memory or the module.
              }
            }
            // A worker that was given twice has the other number.
            if (ready === message.thread) resolve();
            if (typeof failed === 'string') thread.#end(failed);
          },
          end: reason => thread.#end(reason),
        });
      });
    } catch (error) {
      void worker.terminate();
      throw error;
    } finally {
      clearTimeout(timer);
    }
    thread.#onEnd = () => {};
    // From here on a process may end although the worker waits for jobs.
    worker.unref?.();
    return thread;
  }

  /** Calls `listener` with the reason when the worker ends by itself; at once if it already has. */
  onEnd(listener: (reason: string) => void): void {
    this.#onEnd = listener;
    if (this.#ended !== null) listener(this.#ended);
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #end(reason: string): void {
    if (this.#ended !== null) return;
    this.#ended = reason;
    this.#onEnd(reason);
  }
}

function listen(worker: WorkerLike, to: { message(answer: unknown): void; end(reason: string): void }): void {
  if (worker.on) {
    worker.on('message', answer => to.message(answer));
    worker.on('error', error => to.end(String(error)));
    worker.on('exit', code => to.end(`it ended with code ${code}`));
    return;
  }
  worker.addEventListener?.('message', event => to.message(event.data));
  worker.addEventListener?.('error', event => {
    event.preventDefault();
    // Without a message: the script could not be loaded.
    to.end(event.message ?? LOADING_FAILED);
  });
}
