import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Tensor } from '../../src/index.ts';
import { arithmetic } from '../helpers/arithmetic.ts';
import { seed } from '../seed.ts';
import { moves } from './moves.ts';

const wasm = (name: string) => readFileSync(new URL(`../../build/wasm/${name}.wasm`, import.meta.url));
const variants = (['simd', 'relaxed'] as const).filter(name => WebAssembly.validate(wasm(name)));

type Kernel = (args: number, first: number, last: number) => void;

/** A number below 1 for each call, from the seed of this run. */
function randomNumbers(from: number): () => number {
  let state = from >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * Several threads share the blocks of a call in whatever runs they come to claim. Here one thread does them in random runs, the last
 * one first, and counts the kernels that it did so.
 */
class Shuffler {
  on = false;
  readonly shuffled = new Set<string>();
  readonly #next = randomNumbers(seed);

  wrap(name: string, kernel: Kernel): Kernel {
    return (args, first, last) => {
      if (!this.on || last - first < 2) {
        kernel(args, first, last);
        return;
      }
      this.shuffled.add(name.replace(/_f(32|64)$/, ''));
      const runs: [number, number][] = [];
      for (let start = first; start < last; ) {
        const end = Math.min(last, start + 1 + Math.floor(3 * this.#next()));
        runs.push([start, end]);
        start = end;
      }
      for (const [start, end] of runs.reverse()) kernel(args, start, end);
    };
  }
}

describe.each(variants)('blocks of %s', variant => {
  const shuffler = new Shuffler();
  let convasm: typeof import('../../src/index.ts');
  let ops: typeof import('../../src/ops/index.ts');
  let pools: typeof import('../helpers/maxPoolOfNumbers.ts');
  let kernels: readonly string[];

  beforeAll(async () => {
    const { Instance } = WebAssembly;
    class Shuffled {
      readonly exports: WebAssembly.Exports;
      constructor(module: WebAssembly.Module, imports?: WebAssembly.Imports) {
        const { exports } = new Instance(module, imports);
        const wrapped = Object.entries(exports).map(([name, value]) =>
          typeof value === 'function' && value.length === 3
            ? [name, shuffler.wrap(name, value as unknown as Kernel)]
            : [name, value],
        );
        this.exports = Object.fromEntries(wrapped);
      }
    }
    WebAssembly.Instance = Shuffled as typeof Instance;
    vi.resetModules();
    convasm = await import('../../src/index.ts');
    ops = await import('../../src/ops/index.ts');
    pools = await import('../helpers/maxPoolOfNumbers.ts');
    kernels = Object.keys((await import('../../src/runtime/abi.ts')).KERNELS);
    await convasm.init({ variant, threads: 1 });
    WebAssembly.Instance = Instance;
  });

  /** The bits of what `fn` makes, with whole calls and with shuffled ones. */
  function expectSameBits(label: string, fn: () => readonly Tensor[]): void {
    // Each is read when all are there: growth detaches views.
    const bits = () => convasm.scope(() => fn().map(tensor => Array.from(tensor.data)));
    const whole = bits();
    shuffler.on = true;
    try {
      expect(bits(), label).toEqual(whole);
    } finally {
      shuffler.on = false;
    }
  }

  const numbers = randomNumbers(seed + 1);
  const between = (least: number, most: number) => least + Math.floor((most - least + 1) * numbers());

  it('of a convolution and its gradients, whatever the algorithm', () => {
    const randomLayer = () => {
      const depthwise = between(0, 2) === 0;
      const channels = depthwise ? between(2, 6) : between(1, 20);
      return {
        images: [between(1, 4), between(5, 33), between(5, 33)] as const,
        depthwise,
        channels,
        outChannels: depthwise ? channels : between(1, 20),
        kernel: between(1, 4),
        stride: between(1, 3),
      };
    };
    // The first two reach more than one block of every kernel, whatever the seed.
    const layers = [
      { images: [3, 17, 19] as const, depthwise: false, channels: 19, outChannels: 20, kernel: 3, stride: 1 },
      { images: [3, 17, 19] as const, depthwise: true, channels: 20, outChannels: 20, kernel: 3, stride: 1 },
      ...Array.from({ length: 150 }, randomLayer),
    ];
    for (const { images, depthwise, channels, outChannels, kernel, stride } of layers) {
      const [batch, height, width] = images;
      const groups = depthwise ? channels : 1;
      const dtype = between(0, 1) ? 'float32' : 'float64';
      const isWinograd = kernel === 3 && stride === 1 && groups === 1;
      const algorithms = ['direct', 'planar', ...(isWinograd ? (['winograd2', 'winograd4'] as const) : [])] as const;
      const values = (shape: readonly number[]) =>
        convasm.tensor(
          Float64Array.from({ length: shape.reduce((a, b) => a * b) }, () => numbers() - 0.5),
          shape,
          dtype,
        );
      convasm.scope(() => {
        const x = values([batch, channels, height, width]);
        const w = values([outChannels, channels / groups, kernel, kernel]);
        for (const algorithm of algorithms) {
          const options = { stride, padding: kernel >> 1, groups, algorithm };
          const dy = ops.conv2d(x, w, null, options);
          const through = { activation: 'relu', output: x } as const;
          const label = `${algorithm} [${x.shape}] [${w.shape}] stride ${stride}, ${dtype}`;
          expectSameBits(label, () => [
            ops.conv2d(x, w, null, { ...options, activation: 'relu' }),
            ops.conv2dInputGrad(dy, w, x.shape, { ...options, through }),
            ops.conv2dFilterGrad(x, dy, w.shape, options),
            ops.conv2dBiasGrad(dy),
          ]);
        }
      });
    }
  });

  it('of the other operations', () => {
    convasm.scope(() => {
      const values = (shape: readonly number[]) =>
        convasm.tensor(
          Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => numbers() - 0.5),
          shape,
        );
      const x = values([5, 37, 30, 31]);
      const mean = values([5, 37]);
      // A sum stands in memory as its first term does.
      const lastX = ops.add(ops.globalAvgPool2dGrad(mean, x.shape), x);
      const y = ops.maxPool2d(lastX, { kernelSize: 2 });
      const logits = values([70, 10]);
      const labels = Int32Array.from({ length: 70 }, () => between(0, 9));
      const weights = values([90, 37]);
      const velocity = values(x.shape);
      for (const images of [x, lastX])
        for (const options of [{ kernelSize: 2 }, { kernelSize: 3, stride: 2 }])
          expectSameBits(`pools, ${images.format}, ${JSON.stringify(options)}`, () => {
            const pooled = ops.maxPool2d(images, options);
            return [
              pooled,
              ops.maxPool2dGrad(pooled, images, options),
              ops.avgPool2d(images, options),
              ops.avgPool2dGrad(pooled, images.shape, options),
              pools.maxPool2dOfNumbers(images, options),
            ];
          });
      expectSameBits('global pools', () => [ops.globalAvgPool2d(y), ops.globalAvgPool2dGrad(mean, x.shape)]);
      expectSameBits('element by element', () => {
        const [parameter, gradient] = [x.clone(), x.clone()];
        const through = { activation: 'relu', output: x } as const;
        ops.addScaled(gradient, x, 0.5);
        ops.sgdStep(parameter, gradient, velocity.clone(), { learningRate: 0.1, momentum: 0.9 });
        return [
          ops.relu(x),
          ops.reluGrad(x, x),
          parameter,
          gradient,
          ops.add(x, velocity),
          ops.add(x, velocity, { through }),
        ];
      });
      expectSameBits('arithmetic', () => arithmetic(x, velocity));
      expectSameBits('moves', () => moves(x));
      expectSameBits('steps and norms', () => {
        const [parameter, m, v] = [x.clone(), convasm.zeros(x.shape), convasm.zeros(x.shape)];
        ops.adamStep(parameter, velocity, m, v, { learningRate: 0.1, step: 1 });
        const scaled = x.clone();
        ops.scale(scaled, 0.3);
        return [parameter, m, v, scaled, convasm.tensor([ops.sumOfSquares(x)], [1], 'float64')];
      });
      expectSameBits('activations', () => [
        ops.silu(x),
        ops.siluGrad(x, x),
        ops.tanh(x),
        ops.leakyReluGrad(x, x),
        ops.softmax(logits),
        ops.softmaxGrad(logits, logits),
      ]);
      expectSameBits('losses of elements', () => [
        convasm.tensor([ops.mse(x, velocity), ops.bceWithLogits(x, velocity)], [2], 'float64'),
        ops.mseGrad(x, velocity),
        ops.bceWithLogitsGrad(x, velocity),
      ]);
      // y is channels-last.
      for (const image of [x, y, values([3, 150, 9, 11])])
        expectSameBits(`batch normalisation and dropout, ${image.shape}`, () => {
          const statistics = ops.batchNorm2dStatistics(image);
          const gradients = ops.batchNorm2dGrad(image, image, statistics, null);
          const through = { activation: 'relu6', output: image } as const;
          const masked = ops.batchNorm2dGrad(image, image, statistics, null, { through });
          const { mean, variance } = statistics;
          const [normal, dropped] = [
            ops.batchNorm2d(image, statistics, null, null),
            ops.dropout(image, { p: 0.5, seed: 1 }),
          ];
          return [mean, variance, normal, ...Object.values(gradients), ...Object.values(masked), dropped];
        });
      expectSameBits('linear and loss', () => {
        const loss = new convasm.SoftmaxCrossEntropy({ labelSmoothing: 0.1 });
        const mean = loss.forward(logits, labels);
        const gradient = loss.backward();
        return [convasm.tensor([mean]), gradient, ops.linear(x.reshape([4650, 37]), weights)];
      });
    });
  });

  it('were cut, of every kernel that has more than one', () => {
    const single = ['table', 'planarFilter', 'meanLoss'];
    expect([...shuffler.shuffled].sort()).toEqual(kernels.filter(name => !single.includes(name)).sort());
  });
});
