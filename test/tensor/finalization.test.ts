import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import {
  BatchNorm2D,
  Conv2D,
  Linear,
  runtimeInfo,
  Sequential,
  scope,
  type Tensor,
  tensor,
  zeros,
} from '../../src/index.ts';

const used = (): number => runtimeInfo().memory.used;

/**
 * Makes the engine collect garbage soon, by the pressure of large buffers: no flag is needed, which threads would share. They are held
 * for a while, or a collection of young objects would be enough.
 */
async function pressure(): Promise<void> {
  const held = Array.from({ length: 16 }, () => new ArrayBuffer(32 << 20));
  await setTimeout(5);
  expect(held).toHaveLength(16);
}

/** Of a hundred tensors an engine may hold on to the last ones, by what is left in its registers. */
const LINGERING = 3 * 4032;

/** Collects garbage until `done`, for as long as some twenty seconds. */
async function collectUntil(done: () => boolean): Promise<void> {
  const end = Date.now() + 20_000;
  while (!done() && Date.now() < end) await pressure();
}

describe('tensors that were forgotten', () => {
  it('give their memory back when the garbage collector finds them', async () => {
    const before = used();
    (() => {
      for (let i = 0; i < 100; i++) zeros([1000]).reshape([10, 100]);
    })();
    expect(used()).toBeGreaterThan(before);
    await collectUntil(() => used() <= before + LINGERING);
    expect(used()).toBeLessThanOrEqual(before + LINGERING);
  });

  it.each<[string, () => unknown]>([
    ['that one scope returned', () => scope(() => zeros([1000]))],
    ['that a scope within a scope returned', () => scope(() => scope(() => [zeros([1000])]))],
    [
      'that a layer took out of a scope',
      () => scope(() => void new Linear({ inFeatures: 10, outFeatures: 100, bias: false })),
    ],
  ])('give their memory back: those %s', async (_, make) => {
    const before = used();
    (() => {
      for (let i = 0; i < 100; i++) make();
    })();
    expect(used()).toBeGreaterThan(before + LINGERING);
    await collectUntil(() => used() <= before + LINGERING);
    expect(used()).toBeLessThanOrEqual(before + LINGERING);
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
      await pressure();
    }
    // What lingered from the test before may have gone; a hundred tensors would be much more.
    expect(used()).toBeGreaterThanOrEqual(after - LINGERING);
    alive.dispose();
  });

  it('stay while a view of their numbers is held', async () => {
    const view = (() => tensor(new Float32Array(1000).fill(7)).data)();
    const forgotten = used();
    (() => {
      for (let i = 0; i < 100; i++) zeros([1000]);
    })();
    await collectUntil(() => used() <= forgotten + LINGERING);
    expect(used()).toBeLessThanOrEqual(forgotten + LINGERING);
    for (let i = 0; i < 20; i++) zeros([1000]).dispose();
    expect(view.every(v => v === 7)).toBe(true);
  });
});

describe('networks that were forgotten', () => {
  const conv = (algorithm: 'direct' | 'winograd4') =>
    new Conv2D({ inChannels: 32, outChannels: 32, kernelSize: 3, padding: 1, bias: false, algorithm });

  it.each([
    ['packed filters', () => conv('direct'), [1, 32, 8, 8]],
    ['transformed filters', () => conv('winograd4'), [1, 32, 8, 8]],
    ['folded filters', () => new Sequential([conv('direct'), new BatchNorm2D({ channels: 32 })]), [1, 32, 8, 8]],
    ['packed weights', () => new Linear({ inFeatures: 96, outFeatures: 96, bias: false }), [1, 96]],
  ] as const)('give back their %s', async (_, make, shape) => {
    const use = () => scope((): Tensor => make().eval().forward(zeros(shape))).dispose();
    use(); // Scratch stays.
    const before = used();
    use();
    const each = used() - before;
    (() => {
      for (let i = 0; i < 20; i++) use();
    })();
    expect(used()).toBeGreaterThan(before + 20 * each);
    await collectUntil(() => used() <= before + 3 * each);
    expect(used()).toBeLessThanOrEqual(before + 3 * each);
  });
});
