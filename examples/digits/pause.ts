import { setImmediate } from 'node:timers/promises';

const EVERY_MS = 40;

/**
 * Lets Node do its other work (signals, timers, output) now and then in a long synchronous computation: often enough
 * that a person notices nothing, rarely enough that it costs nothing.
 */
export class Pause {
  #last = Number.NEGATIVE_INFINITY;

  async ifDue(): Promise<void> {
    if (performance.now() - this.#last < EVERY_MS) return;
    await setImmediate();
    this.#last = Number.NEGATIVE_INFINITY;
  }
}
