import { describe, expect, it } from 'vitest';
import {
  Adam,
  ArgumentError,
  BatchNorm2D,
  Conv2D,
  constant,
  type Dataset,
  DivergedError,
  Dropout,
  evaluate,
  type FitOptions,
  Flatten,
  fit,
  type Layer,
  Linear,
  type Loss,
  MSE,
  normal,
  ReLU,
  runtimeInfo,
  Sequential,
  SGD,
  ShapeError,
  SoftmaxCrossEntropy,
  StateError,
  scope,
  tensor,
} from '../../src/index.ts';
import { expectExactly } from '../helpers/compare.ts';
import { dataset } from '../helpers/datasets.ts';
import { expectRejection } from '../helpers/errors.ts';
import { read } from '../helpers/tensors.ts';
import { paramsOf, smallNet } from '../helpers/training.ts';
import type { Values } from '../helpers/values.ts';

/** What it takes to train a small net, with another value of some options. */
function small(net: Layer, options: Partial<FitOptions> = {}): FitOptions {
  const optimizer = new SGD(net, { learningRate: 0.05, momentum: 0.9 });
  return { epochs: 2, batchSize: 8, loss: new SoftmaxCrossEntropy(), optimizer, ...options };
}

const valuesOf = (net: Layer): Values[] => paramsOf(net).map(read);

function expectParams(net: Layer, values: readonly Values[]): void {
  paramsOf(net).forEach((param, i) => {
    expectExactly(param, values[i] as Values, `parameter ${i}`);
  });
}

/** The order of the samples in each epoch. */
function recording(data: Dataset): { data: Dataset; epochs: number[][] } {
  const epochs: number[][] = [];
  const batch: Dataset['batch'] = (indices, epoch, into) => {
    epochs[epoch] ??= [];
    epochs[epoch].push(...indices);
    return data.batch(indices, epoch, into);
  };
  return { data: { ...data, batch }, epochs };
}

const sorted = (numbers: readonly number[] | undefined) => [...(numbers ?? [])].sort((a, b) => a - b);

describe('fit', () => {
  it('learns to tell classes apart, and reports it', async () => {
    const net = smallNet();
    const data = dataset({ length: 90 });
    const validation = dataset({ length: 30, seed: 2 });
    const { stopped, epochs, steps } = await fit(net, data, small(net, { epochs: 8, validation }));
    expect(stopped).toBe('end');
    expect(steps).toBe(8 * 12);
    expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(epochs[7]?.loss).toBeLessThan(0.3 * (epochs[0]?.loss as number));
    expect(epochs[7]?.accuracy).toBeGreaterThan(0.95);
    expect(epochs[7]?.validation?.accuracy).toBeGreaterThan(0.95);
  });

  it('learns values, by a loss that takes tensors', async () => {
    const net = new Sequential([new Linear({ inFeatures: 2, outFeatures: 1, initializer: normal({ seed: 1 }) })]);
    const batch: Dataset['batch'] = indices => {
      const inputs = Float32Array.from({ length: 2 * indices.length }, (_, i) =>
        Math.sin(3 * (indices[i >> 1] as number) + (i % 2)),
      );
      const targets = Float32Array.from(indices, (_, n) => 2 * at(inputs, 2 * n) - 3 * at(inputs, 2 * n + 1) + 1);
      return { inputs, targets, count: indices.length };
    };
    const at = (values: Float32Array, i: number) => values[i] as number;
    const data = { length: 40, inputShape: [2], targetShape: [1], batch };
    const optimizer = new Adam(net, { learningRate: 0.1 });
    const { epochs } = await fit(net, data, { epochs: 60, batchSize: 10, loss: new MSE(), optimizer });
    expect(epochs.at(-1)?.loss).toBeLessThan(1e-3);
    expect(epochs.at(-1)).not.toHaveProperty('accuracy');
  });

  it('does what the loop written out does, bit for bit', async () => {
    const [net, other] = [smallNet(), smallNet()];
    const data = dataset({ length: 20 });
    const loss = new SoftmaxCrossEntropy();
    const { epochs } = await fit(net, data, small(net, { shuffle: false }));

    const optimizer = new SGD(other, { learningRate: 0.05, momentum: 0.9 });
    for (let epoch = 0; epoch < 2; epoch++) {
      let sum = 0;
      for (const [first, end] of [
        [0, 8],
        [8, 16],
        [16, 20],
      ] as const) {
        const indices = Uint32Array.from({ length: end - first }, (_, i) => first + i);
        const { inputs, targets } = await data.batch(indices, epoch);
        scope(() => {
          const x = tensor(inputs, [end - first, 1, 6, 6]);
          sum += loss.forward(other.forward(x), targets as Int32Array) * (end - first);
          other.backward(loss.backward());
          optimizer.step();
        });
      }
      expect(epochs[epoch]?.loss).toBe(sum / 20);
    }
    expectParams(net, valuesOf(other));
  });

  it.each([false, true])('shows each epoch all samples, in another order (batches later: %s)', async later => {
    const net = smallNet();
    const { data, epochs } = recording(dataset({ length: 21, later }));
    await fit(net, data, small(net, { seed: 5 }));
    const all = Array.from({ length: 21 }, (_, i) => i);
    expect(epochs.map(sorted)).toEqual([all, all]);
    expect(epochs[0]).not.toEqual(epochs[1]);
    const again = recording(dataset({ length: 21 }));
    await fit(net, again.data, small(net, { seed: 5 }));
    expect(again.epochs).toEqual(epochs);
    const other = recording(dataset({ length: 21 }));
    await fit(net, other.data, small(net, { seed: 6 }));
    expect(other.epochs[0]).not.toEqual(epochs[0]);
  });

  it('keeps the order with shuffle: false, and leaves the rest out with dropLast', async () => {
    const net = smallNet();
    const { data, epochs } = recording(dataset({ length: 21 }));
    const batches: number[] = [];
    const onBatch: FitOptions['onBatch'] = ({ batches: all }) => batches.push(all);
    const { steps } = await fit(net, data, small(net, { shuffle: false, dropLast: true, onBatch }));
    const first16 = Array.from({ length: 16 }, (_, i) => i);
    expect(epochs).toEqual([first16, first16]);
    expect(steps).toBe(4);
    expect(batches).toEqual([2, 2, 2, 2]);
  });

  it('sets the learning rate by the schedule before each step, counted by the optimizer', async () => {
    const net = smallNet();
    const optimizer = new SGD(net, { learningRate: 1 });
    const rates: number[] = [];
    const options = small(net, {
      optimizer,
      schedule: step => 0.1 / (1 + step),
      onBatch: ({ learningRate }) => rates.push(learningRate),
    });
    await fit(net, dataset({ length: 16 }), options);
    await fit(net, dataset({ length: 8 }), { ...options, epochs: 1 });
    expect(rates).toEqual([0, 1, 2, 3, 4].map(step => 0.1 / (1 + step)));
  });

  it('clips the gradients', async () => {
    const net = smallNet();
    const before = valuesOf(net);
    const optimizer = new SGD(net, { learningRate: 1 });
    await fit(net, dataset({ length: 8 }), small(net, { epochs: 1, optimizer, clipNorm: 1e-3 }));
    const moved = Math.hypot(
      ...valuesOf(net).flatMap(({ data }, i) => [...data].map((v, j) => v - (before[i]?.data[j] as number))),
    );
    expect(moved).toBeGreaterThan(5e-4);
    expect(moved).toBeLessThan(1.1e-3);
  });

  it('trains a float64 network on float32 data, and the other way round', async () => {
    for (const float64 of [false, true]) {
      const net = smallNet(float64 ? 'float32' : 'float64');
      const { epochs } = await fit(net, dataset({ length: 16, float64 }), small(net));
      expect(epochs[1]?.loss).toBeGreaterThan(0);
    }
  });

  it('reports after each step where it is', async () => {
    const net = smallNet();
    const reports: unknown[] = [];
    const options = small(net, {
      onBatch: report => reports.push(report),
      epochs: 3,
      validation: dataset({ length: 9 }),
    });
    const { epochs } = await fit(net, dataset({ length: 20 }), options);
    expect(reports).toHaveLength(9);
    expect(reports.map(report => (report as { epoch: number }).epoch)).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 3]);
    expect(reports.map(report => (report as { batch: number }).batch)).toEqual([1, 2, 3, 1, 2, 3, 1, 2, 3]);
    expect(reports[2]).toMatchObject({ epochs: 3, batches: 3, learningRate: 0.05, loss: epochs[0]?.loss });
    expect(reports[2]).toMatchObject({ accuracy: epochs[0]?.accuracy });
    const [first, second] = reports as { loss: number; ofBatch: { loss: number; accuracy: number } }[];
    expect(first?.ofBatch.loss).toBe(first?.loss);
    expect(second?.loss).toBeCloseTo(((first?.ofBatch.loss ?? 0) + (second?.ofBatch.loss ?? 0)) / 2, 12);
    for (const report of reports as { samplesPerSecond: number; secondsLeft: number }[]) {
      expect(report.samplesPerSecond).toBeGreaterThan(0);
      expect(report.secondsLeft).toBeGreaterThanOrEqual(0);
    }
  });

  it('waits for callbacks', async () => {
    const net = smallNet();
    const events: string[] = [];
    const slowly = (name: string) => async () => {
      events.push(`${name} begins`);
      await new Promise(resolve => setTimeout(resolve, 2));
      events.push(`${name} ends`);
    };
    const options = small(net, { epochs: 1, onBatch: slowly('batch'), onEpoch: slowly('epoch') });
    await fit(net, dataset({ length: 16 }), options);
    const batch = ['batch begins', 'batch ends'];
    expect(events).toEqual([...batch, ...batch, 'epoch begins', 'epoch ends']);
  });

  it('evaluates on the validation data as evaluate does', async () => {
    const net = new Sequential([
      new Conv2D({ inChannels: 1, outChannels: 2, kernelSize: 3, initializer: normal({ seed: 1 }) }),
      new BatchNorm2D({ channels: 2 }),
      new Dropout({ seed: 1 }),
      new Flatten(),
      new Linear({ inFeatures: 32, outFeatures: 3, initializer: normal({ std: 0.1, seed: 2 }) }),
    ]);
    const validation = dataset({ length: 13, seed: 4 });
    const { epochs } = await fit(net, dataset({ length: 16 }), small(net, { validation, validationBatchSize: 5 }));
    const { loss, accuracy } = await evaluate(net, validation, { loss: new SoftmaxCrossEntropy(), batchSize: 5 });
    expect(epochs[1]?.validation).toEqual({ loss, accuracy });
  });

  it('keeps its memory flat and gives back all but what layers, loss and optimizer keep', async () => {
    const net = smallNet();
    const options = small(net, { epochs: 1, validation: dataset({ length: 8 }) });
    const used: number[] = [];
    for (let i = 0; i < 3; i++) {
      await fit(net, dataset({ length: 24 }), { ...options, onBatch: () => used.push(runtimeInfo().memory.used) });
      used.push(runtimeInfo().memory.used);
    }
    // It may fall when what other tests have forgotten is collected.
    expect(
      [...used].sort((a, b) => b - a),
      String(used),
    ).toEqual(used);
  });
});

describe('modes of layers', () => {
  it('are during training, and after it as they were', async () => {
    const net = smallNet();
    const inner = net.layers[1] as ReLU;
    net.eval();
    inner.train();
    const modes: boolean[] = [];
    const onBatch = () => {
      modes.push(net.training, inner.training);
      net.eval();
    };
    await fit(net, dataset({ length: 16 }), small(net, { onBatch, epochs: 1, validation: dataset({ length: 4 }) }));
    expect(modes).toEqual([true, true, true, true]);
    expect(net.layers.map(layer => layer.training)).toEqual([false, true, false, false, false]);
    expect(net.training).toBe(false);
  });
});

describe('abort', () => {
  const data = dataset({ length: 20 });
  const validation = dataset({ length: 10 });

  it('before the first step changes nothing', async () => {
    const net = smallNet();
    const before = valuesOf(net);
    const result = await fit(net, data, small(net, { signal: AbortSignal.abort() }));
    expect(result).toMatchObject({ stopped: 'aborted', epochs: [], steps: 0 });
    expectParams(net, before);
  });

  it.each([1, 2, 3, 4, 5, 6])('in the callback of step %i ends training there', async last => {
    const net = smallNet();
    const controller = new AbortController();
    let steps = 0;
    const onBatch = () => {
      if (++steps === last) controller.abort();
    };
    const result = await fit(net, data, small(net, { onBatch, signal: controller.signal, validation }));
    expect(result.stopped).toBe('aborted');
    expect(result.steps).toBe(last);
    expect(result.epochs).toHaveLength(Math.floor((last - 1) / 3));
    // As after that many whole steps.
    const other = smallNet();
    let count = 0;
    const stop = new AbortController();
    await fit(
      other,
      data,
      small(other, { onBatch: () => (++count === last ? stop.abort() : null), signal: stop.signal }),
    );
    expectParams(net, valuesOf(other));
  });

  it('in the callback of an epoch ends it there; after the last one it is no abort', async () => {
    for (const epochs of [1, 3]) {
      const net = smallNet();
      const controller = new AbortController();
      const options = small(net, { epochs, onEpoch: () => controller.abort(), signal: controller.signal });
      const result = await fit(net, data, options);
      expect(result).toMatchObject({ stopped: epochs === 1 ? 'end' : 'aborted', steps: 3 });
      expect(result.epochs).toHaveLength(1);
    }
  });

  it('while a batch is waited for ends it before its step', async () => {
    const net = smallNet();
    const controller = new AbortController();
    const late: Dataset = {
      ...data,
      batch: async (indices, epoch) => {
        await new Promise(resolve => setTimeout(resolve, 2));
        controller.abort();
        return data.batch(indices, epoch);
      },
    };
    const result = await fit(net, late, small(net, { signal: controller.signal }));
    expect(result).toMatchObject({ stopped: 'aborted', steps: 0 });
  });

  it('during the validation leaves the epoch open', async () => {
    const net = smallNet();
    const controller = new AbortController();
    const slow: Dataset = {
      ...validation,
      batch: (indices, epoch) => {
        controller.abort();
        return validation.batch(indices, epoch);
      },
    };
    const result = await fit(net, data, small(net, { signal: controller.signal, validation: slow, batchSize: 4 }));
    expect(result).toMatchObject({ stopped: 'aborted', steps: 5, epochs: [] });
    expect(net.training).toBe(true);
  });

  it('comes from a timer, too: fit gives way to the event loop', async () => {
    const net = smallNet();
    const signal = AbortSignal.timeout(20);
    const result = await fit(net, dataset({ length: 64 }), small(net, { signal, epochs: 1_000_000 }));
    expect(result.stopped).toBe('aborted');
  });
});

describe('errors', () => {
  const data = dataset({ length: 20 });
  class Thrown extends Error {}
  const fail = () => {
    throw new Thrown();
  };

  /** Whole batches, so that the loss keeps as much after each. */
  const whole = dataset({ length: 24 });

  /** It is rejected with what was thrown, memory and modes are as before, and the network can be trained on. */
  async function expectThrown(options: Partial<FitOptions>, from: Dataset = whole): Promise<void> {
    const net = smallNet();
    const complete = small(net, options);
    await fit(net, whole, { ...complete, onBatch: () => null, onEpoch: () => null, onEnd: () => null, epochs: 1 });
    net.eval();
    const { used } = runtimeInfo().memory;
    await expect(fit(net, from, complete)).rejects.toBeInstanceOf(Thrown);
    expect(net.training).toBe(false);
    // Less when what other tests have forgotten was collected.
    expect(runtimeInfo().memory.used).toBeLessThanOrEqual(used);
    const { stopped } = await fit(net, whole, small(net));
    expect(stopped).toBe('end');
  }

  it('of callbacks, at once or later, reject', async () => {
    await expectThrown({ onBatch: fail });
    await expectThrown({ onEpoch: fail });
    await expectThrown({ onBatch: async () => fail() });
    await expectThrown({ onEpoch: () => Promise.reject(new Thrown()) });
  });

  it('of batches, at once or later, and of the validation reject', async () => {
    await expectThrown({}, { ...whole, batch: fail });
    await expectThrown({}, { ...whole, batch: () => Promise.reject(new Thrown()) });
    let calls = 0;
    const third: Dataset['batch'] = async (...args) => (++calls === 3 ? fail() : whole.batch(...args));
    await expectThrown({}, { ...whole, batch: third });
  });

  it('of the loss and the schedule reject', async () => {
    const loss = new SoftmaxCrossEntropy();
    let calls = 0;
    const failing: Loss = {
      targets: 'class ids',
      // After the three steps that go before.
      forward: (output, targets) => (++calls > 5 ? fail() : loss.forward(output, targets as Int32Array)),
      backward: () => loss.backward(),
    };
    await expectThrown({ loss: failing });
    let steps = 0;
    await expectThrown({ schedule: () => (++steps > 5 ? fail() : 0.1) });
  });

  it('come before onEnd, which is called once however training ends', async () => {
    const net = smallNet();
    for (const options of [{}, { signal: AbortSignal.abort() }, { onBatch: fail }]) {
      const events: string[] = [];
      const onEnd = async () => {
        await new Promise(resolve => setTimeout(resolve, 1));
        events.push(`ended, ${net.training ? 'training' : 'eval'} mode`);
      };
      net.eval();
      await fit(net, data, small(net, { ...options, onEnd })).then(
        () => events.push('resolved'),
        () => events.push('rejected'),
      );
      expect(events).toEqual(['ended, eval mode', 'onBatch' in options ? 'rejected' : 'resolved']);
    }
    await expectThrown({ onEnd: fail });
  });

  it('a diverged loss ends training before the step, and says where', async () => {
    const net = smallNet();
    let before: Values[] = [];
    const poisoned: Dataset = {
      ...data,
      batch: async (indices, epoch) => {
        const batch = await data.batch(indices, epoch);
        if (epoch === 1 && indices.length === 4) batch.inputs[0] = Number.NaN;
        return batch;
      },
    };
    const onBatch = () => {
      before = valuesOf(net);
    };
    const error = await expectRejection(fit(net, poisoned, small(net, { onBatch })), DivergedError, 'NaN', 'epoch 2');
    expect(error).toMatchObject({ epoch: 2, batch: 3, learningRate: 0.05 });
    expect(error.message).toMatch(/learning rate/);
    expectParams(net, before);
    expect(before.every(({ data: values }) => values.every(Number.isFinite))).toBe(true);
  });

  it('an infinite norm of the gradients does, too, where they are clipped', async () => {
    const net = smallNet();
    const before = valuesOf(net);
    const loss: Loss = {
      forward: () => 1,
      backward: () => tensor(new Float32Array(24).fill(Number.POSITIVE_INFINITY), [8, 3]),
    };
    await expectRejection(fit(net, data, small(net, { loss, clipNorm: 1 })), DivergedError, 'norm');
    expectParams(net, before);
  });

  it('too high a learning rate diverges', async () => {
    const net = new Sequential([
      new Flatten(),
      new Linear({ inFeatures: 36, outFeatures: 1, initializer: constant(1) }),
    ]);
    const values = dataset({ length: 20, targetShape: [1] });
    const optimizer = new SGD(net, { learningRate: 1e6 });
    await expectRejection(
      fit(net, values, { epochs: 20, batchSize: 4, loss: new MSE(), optimizer }),
      DivergedError,
      'learning rate 1000000',
    );
  });

  const wrong: [string, Partial<Record<keyof FitOptions, unknown>>][] = [
    ['epochs', { epochs: 0 }],
    ['epochs', { epochs: 1.5 }],
    ['batchSize', { batchSize: 0 }],
    ['batchSize', { batchSize: 21, dropLast: true }],
    ['loss', { loss: undefined }],
    ['loss', { loss: new MSE() }],
    ['optimizer', { optimizer: {} }],
    ['schedule', { schedule: 0.1 }],
    ['clipNorm', { clipNorm: 0 }],
    ['clipNorm', { clipNorm: '1' }],
    ['seed', { seed: 0.5 }],
    ['shuffle', { shuffle: 1 }],
    ['dropLast', { dropLast: 'no' }],
    ['validation', { validation: {} }],
    ['validation', { earlyStop: { patience: 1 } }],
    ['validation.length', { validation: { ...data, length: 0 } }],
    ['loss', { validation: dataset({ length: 4, targetShape: [3] }) }],
    ['validationBatchSize', { validationBatchSize: -1 }],
    ['earlyStop.patience', { validation: data, earlyStop: { patience: 0 } }],
    ['earlyStop.patience', { validation: data, earlyStop: {} }],
    ['earlyStop', { validation: data, earlyStop: null }],
    ['earlyStop.monitor', { validation: data, earlyStop: { patience: 1, monitor: 'speed' } }],
    ['earlyStop.minDelta', { validation: data, earlyStop: { patience: 1, minDelta: -1 } }],
    ['earlyStop.restoreBest', { validation: data, earlyStop: { patience: 1, restoreBest: 1 } }],
    ['onBatch', { onBatch: 1 }],
    ['onEpoch', { onEpoch: null }],
    ['onEnd', { onEnd: true }],
    ['signal', { signal: {} }],
    ['resume', { resume: 'file' }],
  ];

  it.each(wrong)('refuses a wrong %s: %j', async (argument, options) => {
    const net = smallNet();
    const before = valuesOf(net);
    const error = await expectRejection(fit(net, data, small(net, options as Partial<FitOptions>)), ArgumentError);
    expect(error.argument).toBe(argument);
    expectParams(net, before);
  });

  it('refuses the optimizer of another network, not that of a part', async () => {
    const [net, other] = [smallNet(), smallNet()];
    await fit(other, data, small(other));
    const before = valuesOf(net);
    // Its gradients are still there: it would step the other network.
    await expectRejection(fit(net, data, small(other)), ArgumentError, 'optimizer');
    expectParams(net, before);
    const head = net.children.at(-1) as Layer;
    const optimizer = new SGD(head, { learningRate: 0.05 });
    expect(await fit(net, data, small(net, { optimizer }))).toMatchObject({ stopped: 'end' });
    expectParams(new Sequential(net.children.slice(0, -1)), before.slice(0, -paramsOf(head).length));
  });

  it('refuses a layer that stands twice, whose gradients would be wrong', async () => {
    const shared = new ReLU();
    const inner = new Sequential([new Linear({ inFeatures: 36, outFeatures: 3 }), shared]);
    const net = new Sequential([new Flatten(), shared, inner]);
    const before = valuesOf(net);
    await expectRejection(fit(net, data, small(net)), ArgumentError, 'one layer at 1 and 2.1');
    expectParams(net, before);
  });

  it('refuses what is no network, no data and no options', async () => {
    const net = smallNet();
    await expectRejection(fit({} as never, data, small(net)), ArgumentError, 'net');
    for (const no of [undefined, null, [], {}, { ...data, batch: 1 }])
      await expectRejection(fit(net, no as never, small(net)), ArgumentError, 'data');
    await expectRejection(fit(net, { ...data, inputShape: [0] }, small(net)), ShapeError, 'data.inputShape');
    await expectRejection(fit(net, data, undefined as never), ArgumentError, 'options');
  });
});

describe('earlyStop', () => {
  const data = dataset({ length: 16 });

  /** A network whose validation losses are `losses`, whatever it learns. */
  async function stopAfter(losses: readonly number[], earlyStop: FitOptions['earlyStop']) {
    const net = smallNet();
    const loss = new SoftmaxCrossEntropy();
    let epoch = 0;
    const told: Loss = {
      forward: (output, targets) => {
        const value = loss.forward(output, targets as Int32Array);
        return net.training ? value : (losses[epoch] as number);
      },
      backward: () => loss.backward(),
    };
    const after: Values[][] = [];
    const onEpoch = () => {
      epoch++;
      after.push(valuesOf(net));
    };
    const epochs = losses.length;
    const options = {
      epochs,
      loss: told,
      validation: dataset({ length: 8 }),
      onEpoch,
      ...(earlyStop && { earlyStop }),
    };
    const result = await fit(net, data, small(net, options));
    return { net, after, result };
  }

  it('stops after `patience` epochs without an improvement', async () => {
    const { result } = await stopAfter([5, 4, 4, 4.5, 3, 2], { patience: 2 });
    expect(result.stopped).toBe('early');
    expect(result.epochs).toHaveLength(4);
  });

  it('goes on after an improvement, by more than minDelta', async () => {
    expect((await stopAfter([5, 6, 4, 6, 3, 6], { patience: 2 })).result.stopped).toBe('end');
    const { result } = await stopAfter([5, 4.9, 4.8, 4.7], { patience: 2, minDelta: 0.3 });
    expect(result.epochs).toHaveLength(3);
  });

  it('takes NaN for no improvement', async () => {
    const { result } = await stopAfter([Number.NaN, Number.NaN, 1], { patience: 2 });
    expect(result).toMatchObject({ stopped: 'early' });
    expect(result.epochs).toHaveLength(2);
  });

  it.each([
    [[3, 1, 2, 2, 0], 'early'],
    [[3, 1, 2], 'end'],
  ] as const)('restores the best weights: %j', async (losses, stopped) => {
    const { net, after, result } = await stopAfter(losses, { patience: 2, restoreBest: true });
    expect(result.stopped).toBe(stopped);
    expectParams(net, after[1] as Values[]);
    expect(after[1]).not.toEqual(after.at(-1));
  });

  it('watches the accuracy', async () => {
    const net = smallNet();
    const validation = dataset({ length: 30, seed: 3 });
    const options = small(net, { epochs: 100, validation, earlyStop: { patience: 3, monitor: 'accuracy' } });
    const { stopped, epochs } = await fit(net, dataset({ length: 60 }), options);
    expect(stopped).toBe('early');
    const reached = epochs.map(({ validation: measured }) => measured?.accuracy as number);
    expect(Math.max(...reached.slice(0, -3))).toBeGreaterThanOrEqual(Math.max(...reached.slice(-3)));
  });

  it('says so where there is no accuracy', async () => {
    const net = new Sequential([new Flatten(), new Linear({ inFeatures: 36, outFeatures: 1 })]);
    const values = dataset({ length: 8, targetShape: [1] });
    const earlyStop = { patience: 1, monitor: 'accuracy' } as const;
    const before = valuesOf(net);
    const options = small(net, { loss: new MSE(), validation: values, earlyStop });
    await expectRejection(fit(net, values, options), ArgumentError, 'earlyStop.monitor', "'loss'");
    expectParams(net, before);
  });
});

describe('checkpoint', () => {
  it('is only to be had until the callback is done, and that of the result until the optimizer goes on', async () => {
    const net = smallNet();
    const late: (() => unknown)[] = [];
    const options = small(net, {
      onBatch: ({ checkpoint }) => late.push(checkpoint),
      onEpoch: ({ checkpoint }) => late.push(checkpoint),
    });
    const result = await fit(net, dataset({ length: 8 }), options);
    expect(late).toHaveLength(4);
    for (const checkpoint of late) expect(checkpoint).toThrow(StateError);
    expect(result.checkpoint()).toBeInstanceOf(Uint8Array);
    options.optimizer.dispose();
    expect(result.checkpoint).toThrow(StateError);
  });
});
