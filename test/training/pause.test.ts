import { afterEach, describe, expect, it, vi } from 'vitest';
import { Pause } from '../../src/training/pause.ts';

afterEach(() => vi.unstubAllGlobals());

/** Whether a timer runs while `pause` does. */
async function letsTimersRun(pause: Pause): Promise<boolean> {
  let ran = false;
  setTimeout(() => {
    ran = true;
  });
  const until = performance.now() + 40;
  while (performance.now() < until);
  // A turn of the loop has timers before or after what was asked for.
  await pause.ifDue();
  if (!ran) await new Pause().ifDue();
  return ran;
}

describe('Pause', () => {
  const { setImmediate: _, MessageChannel: __, ...none } = { setImmediate, MessageChannel };
  it.each([
    ['setImmediate', {}],
    ['MessageChannel', { setImmediate: undefined }],
    ['setTimeout', { setImmediate: undefined, MessageChannel: undefined }],
  ])('lets timers run, by %s', async (_name, missing) => {
    for (const [name, value] of Object.entries({ ...none, ...missing })) vi.stubGlobal(name, value);
    expect(await letsTimersRun(new Pause())).toBe(true);
  });

  it('pauses at first and then only now and then', async () => {
    const turns = vi.fn((callback: () => void) => callback());
    vi.stubGlobal('setImmediate', turns);
    const now = vi.spyOn(performance, 'now');
    const pause = new Pause();
    for (const [time, expected] of [
      [0, 1],
      [1, 1],
      [29, 1],
      [31, 2],
      [60, 2],
      [62, 3],
    ] as const) {
      now.mockReturnValue(time);
      await pause.ifDue();
      expect(turns, `at ${time} ms`).toHaveBeenCalledTimes(expected);
    }
    now.mockRestore();
  });
});
