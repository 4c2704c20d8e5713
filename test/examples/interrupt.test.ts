import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { listenForInterrupt } from '../../examples/digits/interrupt.ts';

describe('listenForInterrupt', () => {
  let exit: MockInstance<typeof process.exit>;
  let now = 0;

  beforeEach(() => {
    now = 1000;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    exit = vi.spyOn(process, 'exit').mockImplementation((() => {}) as never);
  });

  afterEach(() => {
    process.removeAllListeners('SIGINT');
    vi.restoreAllMocks();
  });

  it('takes the first signal as a request to finish, and its echo from npm as the same', () => {
    const signal = listenForInterrupt();
    expect(signal.aborted).toBe(false);
    process.emit('SIGINT');
    expect(signal.aborted).toBe(true);
    now += 5;
    process.emit('SIGINT');
    expect(exit).not.toHaveBeenCalled();
  });

  it('exits at once at a second press', () => {
    listenForInterrupt();
    process.emit('SIGINT');
    now += 600;
    process.emit('SIGINT');
    expect(exit).toHaveBeenCalledExactlyOnceWith(130);
  });
});
