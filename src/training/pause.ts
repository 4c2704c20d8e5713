const EVERY_MS = 30;

/**
 * Lets the engine do its other work (input, painting, timers, signals) now and then in a long computation: often enough that a person
 * notices nothing, rarely enough that it costs nothing.
 */
export class Pause {
  #last = Number.NEGATIVE_INFINITY;

  /** Pauses where the last pause is long ago; at the first call in any case. */
  async ifDue(): Promise<void> {
    if (performance.now() - this.#last < EVERY_MS) return;
    await turn();
    this.#last = performance.now();
  }
}

/** One turn of the event loop. Not by setTimeout, where that can be helped: browsers make 4 ms of 0. */
function turn(): Promise<void> {
  const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => unknown };
  if (setImmediate) return new Promise(resolve => setImmediate(resolve));
  if (typeof MessageChannel === 'undefined') return new Promise(resolve => setTimeout(resolve));
  const { port1, port2 } = new MessageChannel();
  return new Promise(resolve => {
    port1.onmessage = () => {
      // An open port would keep a process alive.
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
