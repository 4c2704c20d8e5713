// What holds before init, and of init itself.
import { check, equal, throws } from '../check.mjs';

/** Run before init. */
export const before = [
  {
    name: 'before init: NotInitializedError',
    run: async ({ convasm: { tensor, runtimeInfo, NotInitializedError } }) => {
      await throws(() => tensor([1]), NotInitializedError, /await init\(\)/);
      await throws(() => runtimeInfo(), NotInitializedError, /await init\(\)/);
    },
  },
  {
    name: 'init: a bad option is an ArgumentError that names it, and init can be called again',
    run: async ({ convasm: { init, ArgumentError } }) => {
      await throws(() => init({ threads: 0 }), ArgumentError, /^threads: got 0/);
      await throws(() => init({ threads: 1.5 }), ArgumentError, /^threads: got 1.5/);
      await throws(() => init({ variant: 'sse' }), ArgumentError, /^variant: got "sse"/);
      await throws(() => init({ maxMemory: 2 ** 33 }), ArgumentError, /^maxMemory: got 8589934592/);
      await throws(() => init({ module: {} }), ArgumentError, /^module: got an object/);
    },
  },
];

/** Run right after it. */
export const after = [
  {
    name: 'init: called again, with other options, it changes nothing',
    run: async ({ convasm: { init, runtimeInfo, tensor } }) => {
      const [{ variant, threads }, t] = [runtimeInfo(), tensor([1, 2])];
      await Promise.all([init({ threads: 1, variant: 'simd' }), init()]);
      equal([runtimeInfo().variant, runtimeInfo().threads], [variant, threads], 'variant and threads');
      equal(t.data, [1, 2], 'a tensor made before');
    },
  },
  {
    name: 'runtimeInfo: variant, threads, memory',
    run: ({ convasm: { runtimeInfo, zeros } }) => {
      // One of its own: those of earlier cases may have been collected.
      const t = zeros([2]);
      const { variant, threads, memory } = runtimeInfo();
      check(variant === 'simd' || variant === 'relaxed', `variant is ${variant}`);
      check(Number.isInteger(threads) && threads >= 1, `threads are ${threads}`);
      check(memory.used > 0 && memory.used <= memory.reserved, `${memory.used} of ${memory.reserved} bytes used`);
      check(
        memory.reserved <= memory.max && memory.max <= 2 ** 32,
        `${memory.reserved} of ${memory.max} bytes reserved`,
      );
      t.dispose();
    },
  },
];
