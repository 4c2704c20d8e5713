import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Tensor } from '../../../src/index.ts';
import source from '../../../src/wasm/worker.ts';
import { sameBitsCases } from './cases.ts';

// Each test starts with a copy of the library that has not been initialised.
let convasm: typeof import('../../../src/index.ts');
let ops: typeof import('../../../src/ops/index.ts');
let pool: () => import('../../../src/runtime/threads/pool.ts').ThreadPool | null;

async function load(): Promise<void> {
  vi.resetModules();
  convasm = await import('../../../src/index.ts');
  ops = await import('../../../src/ops/index.ts');
  const { runtime } = await import('../../../src/runtime/init.ts');
  pool = () => runtime().pool;
}

beforeEach(load);
afterEach(() => convasm.shutdown());

/** Everything with more than one block is shared, a block at a time. */
function shareAll(patience = 300): void {
  const threads = pool();
  if (threads) threads.limits = { share: 0, wake: 0, claim: 0, patience, rest: 0 };
}

/** Two images of 40 channels, 33x33: several blocks of each kernel, of some 0.1 ms. */
function convolve(): Tensor {
  const values = (size: number) => Float32Array.from({ length: size }, (_, i) => ((i * 37) % 101) / 50 - 1);
  const x = convasm.tensor(values(2 * 40 * 33 * 33), [2, 40, 33, 33]);
  const w = convasm.tensor(values(40 * 40 * 9), [40, 40, 3, 3]);
  return ops.conv2d(x, w, null, { padding: 1, algorithm: 'direct' });
}

describe('results', () => {
  it('have the same bits on 1, 2, 3 and 8 threads, of every operation and algorithm', async () => {
    const bits: Record<string, string>[] = [];
    for (const threads of [1, 2, 3, 8]) {
      await load();
      await convasm.init({ threads });
      expect(convasm.runtimeInfo().threads).toBe(threads);
      shareAll(60_000);
      bits.push(sameBitsCases(convasm, ops));
      await convasm.shutdown();
    }
    for (const others of bits.slice(1)) expect(others).toEqual(bits[0]);
    expect(Object.keys(bits[0] as object).length).toBeGreaterThan(40);
  });

  it('come from all threads', async () => {
    const counts = new SharedArrayBuffer(8);
    // A worker that counts the blocks of the gathered product that it does.
    const counting = `
      const { Instance } = WebAssembly;
      WebAssembly.Instance = function (module, imports) {
        const { exports } = new Instance(module, imports);
        const counts = new Int32Array(require('node:worker_threads').workerData);
        return { exports: { ...exports, gemm_f32: (args, first, last) => {
          Atomics.add(counts, 0, last - first);
          exports.gemm_f32(args, first, last);
        } } };
      };`;
    await convasm.init({ threads: 2, worker: () => new Worker(counting + source, { eval: true, workerData: counts }) });
    shareAll();
    for (let i = 0; i < 20; i++) convolve();
    // 2 x 1089 rows in blocks of 48: 46 blocks in a call.
    const share = Atomics.load(new Int32Array(counts), 0) / (20 * 46);
    expect(share).toBeGreaterThan(0);
    expect(share).toBeLessThan(1);
  });
});

/** A worker that does `what` instead of the gathered product, when it comes to it. */
function spoiled(what: string): Worker {
  const before = `
    const { Instance } = WebAssembly;
    WebAssembly.Instance = function (module, imports) {
      const { exports } = new Instance(module, imports);
      return { exports: { ...exports, gemm_f32: () => { ${what} } } };
    };`;
  return new Worker(before + source, { eval: true, stderr: true });
}

/** Calls until a worker has taken part, which it need not do in a short call. */
function untilShared(call: () => unknown): void {
  for (let i = 0; i < 1000; i++) call();
}

describe('a worker that is lost', () => {
  it('in the middle of a call: a ThreadError after a while, and the runtime goes on without it', async () => {
    await convasm.init({ threads: 1 });
    const expected = convolve().toArray();
    await load();
    await convasm.init({ threads: 2, worker: () => spoiled('process.exit(3)') });
    shareAll();
    const kept = convasm.tensor([1, 2, 3]);
    const { used } = convasm.runtimeInfo().memory;
    let error: unknown;
    try {
      untilShared(() => convasm.scope(() => void convolve()));
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(convasm.ThreadError);
    expect(error).toMatchObject({ threads: 1 });
    expect(String(error)).toMatch(
      /1 of convasm's threads was lost: it did not answer for 0.3 s.*calls after it run on 1/,
    );
    expect(convasm.runtimeInfo()).toMatchObject({ threads: 1, threadsLost: ['it did not answer for 0.3 s'] });
    expect(convasm.runtimeInfo().threadsOff).toMatch(/lost/);
    // Nothing of the call is left, but scratch.
    expect(kept.toArray()).toEqual([1, 2, 3]);
    expect(convasm.runtimeInfo().memory.used).toBeLessThan(used + 2 ** 20);
    expect(convolve().toArray()).toEqual(expected);
  });

  it('one of two: the other one goes on', async () => {
    let made = 0;
    const worker = () =>
      made++ === 0 ? spoiled('for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);') : spoiled('');
    await convasm.init({ threads: 3, worker });
    shareAll();
    expect(() => untilShared(() => convasm.scope(() => void convolve()))).toThrow(convasm.ThreadError);
    expect(convasm.runtimeInfo()).toMatchObject({ threads: 2 });
    expect(convasm.runtimeInfo().threadsOff).toBeUndefined();
    for (let i = 0; i < 20; i++) convasm.scope(() => void convolve());
  });

  it('two of them in one call: both are told of', async () => {
    await convasm.init({ threads: 3, worker: () => spoiled('process.exit(3)') });
    shareAll();
    let error: unknown;
    try {
      untilShared(() => convasm.scope(() => void convolve()));
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(convasm.ThreadError);
    // Mostly both have come to their first block; one that is late is lost in the next call.
    const { threads } = convasm.runtimeInfo();
    expect(String(error)).toContain(`${3 - threads} of convasm's threads`);
    if (threads > 1) expect(() => untilShared(() => convasm.scope(() => void convolve()))).toThrow(convasm.ThreadError);
    expect(convasm.runtimeInfo().threadsLost).toHaveLength(2);
    expect(convolve().shape).toEqual([2, 40, 33, 33]);
  });

  it('just before it leaves a call: nobody waits for ever', async () => {
    // Ends where it would take itself off the list of those who have joined.
    const before =
      'const { sub } = Atomics; Atomics.sub = (w, i, v) => { if (v === 2) process.exit(4); return sub(w, i, v); };';
    await convasm.init({ threads: 2, worker: () => new Worker(before + source, { eval: true }) });
    shareAll();
    expect(() => untilShared(() => convasm.scope(() => void convolve()))).toThrow(/it ended in the middle of a call/);
    expect(convasm.runtimeInfo()).toMatchObject({ threads: 1, threadsLost: ['it ended in the middle of a call'] });
    expect(convolve().shape).toEqual([2, 40, 33, 33]);
  });

  it('while the caller fails as well: the next call is sound', async () => {
    await convasm.init({ threads: 1 });
    const expected = convolve().toArray();
    await load();
    await convasm.init({ threads: 2, worker: () => spoiled('throw new Error("spoiled")') });
    shareAll();
    const call = () => {
      // Long enough for the worker to fail, too.
      for (const until = performance.now() + 2; performance.now() < until; );
      throw new Error('in the caller');
    };
    let failures = 0;
    for (let i = 0; i < 1000 && convasm.runtimeInfo().threads === 2; i++) {
      expect(() => pool()?.share({ call, place: 0 }, 64, 46, 0, 1e6)).toThrow('in the caller');
      failures++;
    }
    expect(failures).toBeGreaterThan(0);
    expect(convasm.runtimeInfo()).toMatchObject({ threads: 1, threadsLost: ['a kernel failed in it'] });
    expect(convolve().toArray()).toEqual(expected);
  });

  it('in the middle of a change of memory format: the tensor is as it was, and no memory is lost', async () => {
    const before = `
      const { Instance } = WebAssembly;
      WebAssembly.Instance = function (module, imports) {
        const { exports } = new Instance(module, imports);
        return { exports: { ...exports, transpose_f32: () => { throw new Error('spoiled'); } } };
      };`;
    await convasm.init({ threads: 2, worker: () => new Worker(before + source, { eval: true }) });
    const values = Float32Array.from({ length: 2 * 64 * 32 * 32 }, (_, i) => i);
    const threads = pool();
    if (threads) threads.limits = { ...threads.limits, share: Number.POSITIVE_INFINITY }; // Nothing is shared yet.
    const contiguous = convasm.tensor(values, [2, 64, 32, 32]);
    const sparse = ops.globalAvgPool2dGrad(convasm.zeros([2, 64]), contiguous.shape); // channels-last
    const x = ops.add(sparse, contiguous); // as `sparse` is
    sparse.dispose();
    contiguous.dispose(); // Forgotten, it would be collected at any moment.
    const y = ops.maxPool2d(x, { kernelSize: 1 });
    const change = () => ops.maxPool2d(x, { kernelSize: 1, out: y }).data;
    change();
    const { used } = convasm.runtimeInfo().memory;
    shareAll();
    expect(() => untilShared(change)).toThrow(convasm.ThreadError);
    expect(convasm.runtimeInfo().memory.used).toBe(used);
    expect(y.toArray()).toEqual(x.toArray());
  });

  it('is not one that takes long with blocks that take long', async () => {
    const slow = `
      const { Instance } = WebAssembly;
      WebAssembly.Instance = function (module, imports) {
        const { exports } = new Instance(module, imports);
        return { exports: { ...exports, gemm_f32: (...args) => {
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 250);
          exports.gemm_f32(...args);
        } } };
      };`;
    await convasm.init({ threads: 2, worker: () => new Worker(slow + source, { eval: true }) });
    // Patience of 0.05 s, but a claim is estimated at 0.1 s, and fifty times that is patience enough.
    shareAll(50);
    const threads = pool();
    const share = threads?.share.bind(threads);
    if (threads && share)
      threads.share = (kernel, args, blocks, bytes) => share(kernel, args, blocks, bytes, 1e8 * blocks);
    for (let i = 0; i < 5; i++) convolve();
    expect(convasm.runtimeInfo().threads).toBe(2);
  });

  it('because a kernel failed in it: a ThreadError at once', async () => {
    await convasm.init({ threads: 2, worker: () => spoiled('throw new Error("spoiled")') });
    shareAll(60_000);
    expect(() => untilShared(() => convasm.scope(() => void convolve()))).toThrow(/a kernel failed in it/);
    expect(convasm.runtimeInfo()).toMatchObject({ threads: 1, threadsLost: ['a kernel failed in it'] });
    expect(convolve().shape).toEqual([2, 40, 33, 33]);
  });

  it('between two calls: noticed, nothing fails', async () => {
    let worker: Worker | undefined;
    const make = () => {
      worker = new Worker(source, { eval: true });
      return worker;
    };
    await convasm.init({ threads: 2, worker: make });
    shareAll();
    const expected = convolve().toArray();
    const ended = new Promise(resolve => worker?.once('exit', resolve));
    await worker?.terminate();
    await ended;
    expect(convolve().toArray()).toEqual(expected);
    await vi.waitFor(() => expect(convasm.runtimeInfo().threads).toBe(1));
    expect(convasm.runtimeInfo().threadsLost).toEqual(['it ended with code 1']);
  });
});

describe('threads that cannot be had', () => {
  it.each([
    [
      'a worker that throws when it is made',
      () => {
        throw new Error('no workers here');
      },
      /no workers here/,
    ],
    [
      'a worker with a faulty script',
      () => new Worker('throw new Error("faulty")', { eval: true, stderr: true }),
      /faulty/,
    ],
    ['a worker that ends at once', () => new Worker('process.exit(7)', { eval: true }), /ended with code 7/],
    ['something that is no worker', () => undefined, /init\(\{ worker \}\) gave undefined, which is no Worker/],
    ['a promise of a worker', async () => {}, /gave \[object Promise\], which is no Worker/],
  ])('%s: one thread, and the reason', async (_, worker, reason) => {
    await convasm.init({ threads: 2, worker: worker as () => Worker });
    const { threads, threadsOff } = convasm.runtimeInfo();
    expect(threads).toBe(1);
    expect(threadsOff).toMatch(reason);
    expect(convolve().shape).toEqual([2, 40, 33, 33]);
  });

  it('some of them: the others run, and the reason is there', async () => {
    let made = 0;
    const worker = () => new Worker(made++ === 0 ? 'throw new Error("faulty")' : source, { eval: true, stderr: true });
    await convasm.init({ threads: 3, worker });
    expect(convasm.runtimeInfo()).toMatchObject({ threads: 2, threadsLost: [expect.stringMatching(/faulty/)] });
  });

  it('for want of shared memory: an unshared one, and the reason', async () => {
    const { Memory } = WebAssembly;
    WebAssembly.Memory = class extends Memory {
      constructor(descriptor: WebAssembly.MemoryDescriptor) {
        // As Firefox does it: not a RangeError.
        if (descriptor.shared) throw new Error('out of memory');
        super(descriptor);
      }
    };
    try {
      await convasm.init({ threads: 2 });
    } finally {
      WebAssembly.Memory = Memory;
    }
    const { threads, threadsOff } = convasm.runtimeInfo();
    expect(threads).toBe(1);
    expect(threadsOff).toMatch(/no shared memory of \d+ bytes/);
    expect(convolve().shape).toEqual([2, 40, 33, 33]);
  });

  it.each([
    [
      'a page that is not isolated',
      { crossOriginIsolated: false },
      /Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy/,
    ],
    ['a place without shared memory', { SharedArrayBuffer: undefined }, /not cross-origin isolated/],
    ['Cloudflare Workers', { navigator: { userAgent: 'Cloudflare-Workers' } }, /Cloudflare Workers have no threads/],
    ['a page without workers', { window: {}, Worker: undefined }, /there is no Worker here/],
  ])('%s: one thread, and the reason', async (_, globals, reason) => {
    for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
    try {
      await convasm.init();
      expect(convasm.runtimeInfo()).toMatchObject({ threads: 1, threadsOff: expect.stringMatching(reason) });
    } finally {
      vi.unstubAllGlobals();
    }
  });
});

describe('shutdown', () => {
  it('ends the threads and leaves one; again it does nothing', async () => {
    await convasm.init({ threads: 3 });
    const before = convolve().toArray();
    await convasm.shutdown();
    expect(convasm.runtimeInfo()).toMatchObject({ threads: 1, threadsOff: 'shutdown() ended the threads' });
    expect(convasm.runtimeInfo().threadsLost).toBeUndefined();
    expect(convolve().toArray()).toEqual(before);
    await convasm.shutdown();
  });
});
