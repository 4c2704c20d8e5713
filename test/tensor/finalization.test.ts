import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { runtimeInfo, tensor, zeros } from '../../src/index.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const used = (): number => runtimeInfo().memory.used;

/** Collects garbage until `done`, for as long as ten seconds. */
async function collectUntil(done: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !done(); i++) {
    collectGarbage();
    await setTimeout(20);
  }
}

describe('tensors that were forgotten', () => {
  it('give their memory back when the garbage collector finds them', async () => {
    const before = used();
    (() => {
      for (let i = 0; i < 100; i++) zeros([1000]).reshape([10, 100]);
    })();
    expect(used()).toBeGreaterThan(before);
    await collectUntil(() => used() <= before);
    expect(used()).toBe(before);
  });

  it('give nothing back twice when they were disposed of before', async () => {
    const before = used();
    (() => {
      for (let i = 0; i < 100; i++) zeros([1000]).dispose();
    })();
    expect(used()).toBe(before);
    const alive = zeros([1000]);
    const after = used();
    for (let i = 0; i < 5; i++) {
      collectGarbage();
      await setTimeout(5);
    }
    expect(used()).toBe(after);
    alive.dispose();
  });

  it('stay while a view of their numbers is held', async () => {
    const view = (() => tensor(new Float32Array(1000).fill(7)).data)();
    const forgotten = used();
    (() => {
      zeros([2000]);
    })();
    await collectUntil(() => used() <= forgotten);
    expect(used()).toBe(forgotten);
    for (let i = 0; i < 20; i++) zeros([1000]).dispose();
    expect(view.every(v => v === 7)).toBe(true);
  });
});
