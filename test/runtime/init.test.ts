import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it, vi } from 'vitest';

const wasm = (name: string) => readFileSync(new URL(`../../build/wasm/${name}.wasm`, import.meta.url));

// Each test starts with a copy of the library that has not been initialised.
let convasm: typeof import('../../src/index.ts');
beforeEach(async () => {
  vi.resetModules();
  convasm = await import('../../src/index.ts');
});

describe('before init', () => {
  it.each([
    ['tensor', () => convasm.tensor([1])],
    ['zeros', () => convasm.zeros([1])],
    ['runtimeInfo', () => convasm.runtimeInfo()],
    ['new Conv2D', () => new convasm.Conv2D({ inChannels: 1, outChannels: 1, kernelSize: 1 })],
  ])('%s throws NotInitializedError that says what to do', (_, call) => {
    expect(call).toThrow(convasm.NotInitializedError);
    expect(call).toThrow(/await init\(\)/);
  });
});

describe('init', () => {
  it('is idempotent, at the same time and later', async () => {
    await Promise.all([convasm.init(), convasm.init()]);
    const kept = convasm.tensor([1, 2, 3]);
    await convasm.init({ variant: 'simd' });
    expect(kept.toArray()).toEqual([1, 2, 3]);
  });

  it('takes the relaxed binary where the engine validates it, else the plain one', async () => {
    await convasm.init();
    // Every Node that validates relaxed SIMD fuses it; Bun, which does not, is looked at in another suite.
    expect(convasm.runtimeInfo().variant).toBe(WebAssembly.validate(wasm('relaxed')) ? 'relaxed' : 'simd');
  });

  it('tells threads, the reason for one, and memory in bytes', async () => {
    await convasm.init({ threads: 1, maxMemory: 2 ** 20 });
    const info = convasm.runtimeInfo();
    expect(info).toMatchObject({ threads: 1, memory: { used: 0, reserved: 2 ** 20, max: 2 ** 20 } });
    expect(info.threadsOff).toBe('init({ threads: 1 }) asked for one thread');
  });

  it.each(['simd', 'relaxed'].filter(name => WebAssembly.validate(wasm(name))))(
    'takes the compiled module %s',
    async name => {
      await convasm.init({ module: await WebAssembly.compile(wasm(name)) });
      expect(convasm.runtimeInfo()).toMatchObject({ variant: name, threads: 1 });
      expect(convasm.runtimeInfo().threadsOff).toMatch(/compiled module/);
      expect(convasm.tensor([[1, 2]]).toArray()).toEqual([[1, 2]]);
    },
  );

  it.each([
    [{ threads: 0 }, /threads: got 0, expected 'auto' or a whole number/],
    [{ threads: 1.5 }, /threads: got 1.5/],
    [{ threads: 65 }, /threads: got 65, .* from 1 to 64/],
    [{ worker: {} }, /worker: got an object .*, expected a function that makes a Worker/],
    [{ variant: 'avx' }, /variant: got "avx", expected 'auto', 'relaxed' or 'simd'/],
    [{ maxMemory: 1000 }, /maxMemory: got 1000, expected a number of bytes/],
    [{ maxMemory: 2 ** 33 }, /maxMemory/],
    [{ module: {} }, /module: got an object/],
    [{ winograd: 'no' }, /winograd: got "no", expected true or false/],
  ])('refuses %j with an ArgumentError', async (options, message) => {
    const promise = convasm.init(options as never);
    await expect(promise).rejects.toThrow(convasm.ArgumentError);
    await expect(promise).rejects.toThrow(message);
  });

  it('refuses a module of something else, and can be called again after it', async () => {
    const foreign = await WebAssembly.compile(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));
    await expect(convasm.init({ module: foreign })).rejects.toThrow(convasm.UnsupportedEngineError);
    await convasm.init();
    expect(convasm.runtimeInfo().threads).toBeGreaterThan(0);
  });

  it('names the directive where a policy forbids compiling', async () => {
    const compile = vi.spyOn(WebAssembly, 'compile').mockRejectedValue(new WebAssembly.CompileError('blocked by CSP'));
    await expect(convasm.init()).rejects.toThrow(/'wasm-unsafe-eval'.*init\(\{ module \}\)/);
    compile.mockRestore();
  });

  it('says so where the engine has no SIMD', async () => {
    const validate = vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
    await expect(convasm.init()).rejects.toThrow(/no WebAssembly SIMD/);
    await expect(convasm.init({ variant: 'relaxed' })).rejects.toThrow(/no relaxed SIMD/);
    validate.mockRestore();
  });
});

describe('init({ winograd })', () => {
  /** A shape on which 'auto' takes Winograd, and its result by the given algorithm. */
  async function convolve(algorithm?: 'direct' | 'planar' | 'winograd4'): Promise<Float32Array> {
    const { conv2d } = await import('../../src/ops/index.ts');
    const x = convasm.tensor(
      Float32Array.from({ length: 16 * 24 * 24 }, (_, i) => Math.sin(i)),
      [1, 16, 24, 24],
    );
    const w = convasm.tensor(
      Float32Array.from({ length: 16 * 16 * 9 }, (_, i) => Math.cos(i)),
      [16, 16, 3, 3],
    );
    return Float32Array.from(conv2d(x, w, null, { padding: 1, algorithm }).data);
  }

  it('by default lets auto take it', async () => {
    await convasm.init();
    expect(await convolve()).toEqual(await convolve('winograd4'));
    expect(await convolve()).not.toEqual(await convolve('direct'));
  });

  it('false gives exact sums everywhere, and refuses the explicit wish', async () => {
    await convasm.init({ winograd: false });
    expect([await convolve('direct'), await convolve('planar')]).toContainEqual(await convolve());
    await expect(convolve('winograd4')).rejects.toThrow(/algorithm: got "winograd4", expected .*winograd: false/);
  });
});

describe('memory', () => {
  it.each([1, 2])(
    'grows under live tensors at any moment without harm, and their data follow (%i threads)',
    async threads => {
      await convasm.init({ threads });
      const first = convasm.tensor([1, 2, 3]);
      const view = first.data;
      const reserved = convasm.runtimeInfo().memory.reserved;
      const large = convasm.zeros([reserved]);
      expect(convasm.runtimeInfo().memory.reserved).toBeGreaterThan(reserved * 4);
      // Views of an unshared memory are detached: why tensors are kept, not views.
      expect(view.length).toBe(threads === 1 ? 0 : 3);
      expect([...first.data]).toEqual([1, 2, 3]);
      expect(large.data[reserved - 1]).toBe(0);
    },
  );

  it('throws OutOfMemoryError when it may not grow, and leaves every tensor as it was', async () => {
    await convasm.init({ maxMemory: 2 ** 21, threads: 1 });
    const { conv2d } = await import('../../src/ops/index.ts');
    const x = convasm.tensor(
      Float32Array.from({ length: 4 * 60 * 60 }, (_, i) => i),
      [1, 4, 60, 60],
    );
    const w = convasm.tensor(new Float32Array(4 * 4 * 9).fill(1), [4, 4, 3, 3]);
    const before = Float32Array.from(x.data);
    const { used } = convasm.runtimeInfo().memory;
    const many = convasm.tensor(new Float32Array(512 * 4 * 9).fill(1), [512, 4, 3, 3]);
    const usedWithMany = convasm.runtimeInfo().memory.used;
    for (let i = 0; i < 3; i++) expect(() => conv2d(x, many, null, { padding: 1 })).toThrow(convasm.OutOfMemoryError);
    expect(Float32Array.from(x.data)).toEqual(before);
    expect(convasm.runtimeInfo().memory.used).toBeLessThan(usedWithMany + 2 ** 20);
    many.dispose();
    expect(conv2d(x, w, null, { padding: 1 }).shape).toEqual([1, 4, 60, 60]);
    expect(convasm.runtimeInfo().memory.used).toBeGreaterThan(used);
  });
});
