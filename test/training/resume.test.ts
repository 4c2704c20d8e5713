import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  Adam,
  AdamW,
  ArgumentError,
  BatchNorm2D,
  Conv2D,
  DataFormatError,
  Dropout,
  DTypeError,
  type EpochReport,
  encodeSafetensors,
  type FitOptions,
  Flatten,
  fit,
  Linear,
  normal,
  type Optimizer,
  ReLU,
  Residual,
  Sequential,
  SGD,
  ShapeError,
  SoftmaxCrossEntropy,
  scope,
  type Tensor,
  warmUp,
  zeros,
} from '../../src/index.ts';
import { layerStates } from '../../src/training/checkpoint.ts';
import { dataset } from '../helpers/datasets.ts';
import { expectRejection } from '../helpers/errors.ts';
import { withMemoryFor } from '../helpers/memory.ts';
import { runs } from '../helpers/property.ts';
import type { DType } from '../helpers/values.ts';

/** A net with everything that a checkpoint has to hold, its first values from `seed`. */
function make(
  { dtype = 'float32', channels = 3, p = 0.3 }: { dtype?: DType; channels?: number; p?: number },
  seed: number,
) {
  const conv = (inChannels: number, at: number) =>
    new Conv2D({
      inChannels,
      outChannels: channels,
      kernelSize: 3,
      padding: 1,
      initializer: normal({ std: 0.3, seed: seed + at }),
      dtype,
    });
  return new Sequential([
    conv(1, 0),
    new BatchNorm2D({ channels, dtype }),
    new ReLU(),
    new Residual(new Sequential([conv(channels, 1), new Dropout({ p, seed: seed + 2 })])),
    new Flatten(),
    new Dropout({ p, seed: seed + 3 }),
    new Linear({
      inFeatures: 36 * channels,
      outFeatures: 3,
      initializer: normal({ std: 0.1, seed: seed + 4 }),
      dtype,
    }),
  ]);
}

const optimizers: Record<string, (net: Sequential) => Optimizer> = {
  'plain SGD': net => new SGD(net, { learningRate: 0.02 }),
  SGD: net => new SGD(net, { learningRate: 0.02, momentum: 0.9 }),
  Adam: net => new Adam(net, { learningRate: 0.003 }),
  AdamW: net => new AdamW(net, { learningRate: 0.003 }),
};

/** Parameters, buffers and states, to be compared bit by bit. */
function stateOf(net: Sequential, optimizer: Optimizer) {
  const bits = (tensors: Record<string, Tensor>) =>
    Object.fromEntries(
      Object.entries(tensors).map(([name, { data }]) => [
        name,
        [...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)].join(),
      ]),
    );
  return scope(() => ({
    params: bits(net.params),
    buffers: bits(net.buffers),
    moments: bits(optimizer.state().tensors),
    steps: optimizer.state().steps,
    learningRate: optimizer.learningRate,
    layers: layerStates(net),
  }));
}

const withoutTimes = (history: readonly EpochReport[]) =>
  history.map(({ seconds: _, samplesPerSecond: __, ...report }) => report);

interface Case {
  readonly dtype: DType;
  readonly channels: number;
  readonly p: number;
  readonly optimizer: string;
  readonly length: number;
  readonly batchSize: number;
  readonly augmented: boolean;
  readonly later: boolean;
  readonly shuffle: boolean;
  readonly dropLast: boolean;
  readonly scheduled: boolean;
  readonly clipped: boolean;
  readonly stopping: boolean;
  readonly seed: number;
  /** Steps after which training is broken off, each time anew. */
  readonly breaks: readonly number[];
}

const cases: fc.Arbitrary<Case> = fc.record({
  dtype: fc.constantFrom('float32' as const, 'float64' as const),
  channels: fc.integer({ min: 1, max: 4 }),
  p: fc.constantFrom(0, 0.3),
  optimizer: fc.constantFrom(...Object.keys(optimizers)),
  length: fc.integer({ min: 9, max: 25 }),
  batchSize: fc.integer({ min: 2, max: 9 }),
  augmented: fc.boolean(),
  later: fc.boolean(),
  shuffle: fc.boolean(),
  dropLast: fc.boolean(),
  scheduled: fc.boolean(),
  clipped: fc.boolean(),
  stopping: fc.boolean(),
  seed: fc.nat(),
  breaks: fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 3 }),
});

function optionsOf(c: Case, net: Sequential): FitOptions {
  const optimizer = (optimizers[c.optimizer] as (typeof optimizers)[string])(net);
  return {
    epochs: 3,
    batchSize: c.batchSize,
    loss: new SoftmaxCrossEntropy(),
    optimizer,
    shuffle: c.shuffle,
    dropLast: c.dropLast,
    seed: c.seed,
    validation: dataset({ length: 7, seed: c.seed + 1 }),
    ...(c.scheduled ? { schedule: warmUp(step => 0.02 / (1 + step), { steps: 4 }) } : {}),
    ...(c.clipped ? { clipNorm: 0.5 } : {}),
    ...(c.stopping ? { earlyStop: { patience: 1, restoreBest: true } } : {}),
  };
}

describe('resume', () => {
  it('goes on to the very bits of training that never stopped, wherever it was broken off', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async c => {
        const data = dataset({ ...c });
        const net = make(c, c.seed);
        const straight = optionsOf(c, net);
        const expected = await fit(net, data, straight);

        let file: Uint8Array | null = null;
        let part = 0;
        for (;;) {
          // The first one has the same first values, the others have not.
          const other = make(c, part === 0 ? c.seed : c.seed + 100 + part);
          const controller = new AbortController();
          let steps = 0;
          const onBatch = () => {
            if (++steps === c.breaks[part]) controller.abort();
          };
          const options = { ...optionsOf(c, other), onBatch, signal: controller.signal };
          const result = await fit(other, data, file ? { ...options, resume: file } : options);
          if (result.stopped === 'aborted') {
            file = result.checkpoint();
            part++;
            continue;
          }
          expect(result.stopped).toBe(expected.stopped);
          expect(result.steps).toBe(expected.steps);
          expect(withoutTimes(result.epochs)).toEqual(withoutTimes(expected.epochs));
          expect(stateOf(other, options.optimizer)).toEqual(stateOf(net, straight.optimizer));
          break;
        }
      }),
      runs(25),
    );
  });

  const data = dataset({ length: 20 });
  const usual = (net: Sequential, options: Partial<FitOptions> = {}): FitOptions => ({
    epochs: 2,
    batchSize: 8,
    loss: new SoftmaxCrossEntropy(),
    optimizer: new Adam(net),
    seed: 3,
    ...options,
  });

  /** A checkpoint after the second step of the first epoch. */
  async function checkpoint(options: Partial<FitOptions> = {}, net = make({}, 1)): Promise<Uint8Array> {
    const controller = new AbortController();
    const onBatch: FitOptions['onBatch'] = ({ batch }) => (batch === 2 ? controller.abort() : undefined);
    return (await fit(net, data, usual(net, { onBatch, signal: controller.signal, ...options }))).checkpoint();
  }

  it.each(['onBatch', 'onEpoch'] as const)('goes on from a checkpoint of %s', async name => {
    const net = make({}, 1);
    const files: Uint8Array[] = [];
    const straight = usual(net, { [name]: ({ checkpoint: file }: { checkpoint(): Uint8Array }) => files.push(file()) });
    await fit(net, data, straight);
    expect(files).toHaveLength(name === 'onBatch' ? 6 : 2);
    for (const file of files) {
      const other = make({}, 50);
      const options = usual(other, { resume: file });
      const { stopped, steps, epochs } = await fit(other, data, options);
      expect({ stopped, steps, epochs: epochs.length }).toEqual({ stopped: 'end', steps: 6, epochs: 2 });
      expect(stateOf(other, options.optimizer)).toEqual(stateOf(net, straight.optimizer));
    }
  });

  it('goes on at the learning rate of the time', async () => {
    const [net, other] = [make({}, 1), make({}, 2)];
    const falling = (of: Sequential) => {
      const options = usual(of);
      const onBatch = () => {
        options.optimizer.learningRate /= 2;
      };
      return { ...options, onBatch };
    };
    const straight = falling(net);
    const files: Uint8Array[] = [];
    await fit(net, data, { ...straight, onEpoch: ({ checkpoint: file }) => files.push(file()) });
    const options = falling(other);
    await fit(other, data, { ...options, resume: files[0] as Uint8Array });
    expect(stateOf(other, options.optimizer)).toEqual(stateOf(net, straight.optimizer));
  });

  it('goes on for more epochs than there were to be', async () => {
    const [net, other, longer] = [make({}, 1), make({}, 2), make({}, 1)];
    const first = await fit(net, data, usual(net));
    const options = usual(other, { resume: first.checkpoint(), epochs: 4 });
    const { epochs } = await fit(other, data, options);
    const straight = usual(longer, { epochs: 4 });
    expect(withoutTimes(epochs)).toEqual(withoutTimes((await fit(longer, data, straight)).epochs));
    expect(stateOf(other, options.optimizer)).toEqual(stateOf(longer, straight.optimizer));
  });

  it('goes on with the validation that was broken off', async () => {
    const validation = dataset({ length: 9, seed: 2 });
    const [net, other, third] = [make({}, 1), make({}, 1), make({}, 7)];
    const expected = await fit(net, data, usual(net, { validation }));
    const controller = new AbortController();
    const slow = {
      ...validation,
      batch: (...args: Parameters<typeof validation.batch>) => {
        controller.abort();
        return validation.batch(...args);
      },
    };
    const broken = await fit(other, data, usual(other, { validation: slow, signal: controller.signal }));
    expect(broken).toMatchObject({ stopped: 'aborted', epochs: [], steps: 3 });
    const { epochs } = await fit(third, data, usual(third, { validation, resume: broken.checkpoint() }));
    expect(withoutTimes(epochs)).toEqual(withoutTimes(expected.epochs));
  });

  it('stops again at once where it had stopped early', async () => {
    const [net, other] = [make({}, 1), make({}, 2)];
    const earlyStop = { patience: 1, minDelta: 1e9, restoreBest: true };
    const options = (of: Sequential) => usual(of, { epochs: 5, earlyStop, validation: data });
    const first = await fit(net, data, options(net));
    expect(first).toMatchObject({ stopped: 'early', steps: 6 });
    const again = await fit(other, data, { ...options(other), resume: first.checkpoint() });
    expect(again).toMatchObject({ stopped: 'early', steps: 6 });
    expect(withoutTimes(again.epochs)).toEqual(withoutTimes(first.epochs));
  });

  it('keeps a history with losses that are no finite numbers', async () => {
    const net = make({}, 1);
    const broken = dataset({ length: 4 });
    const validation = {
      ...broken,
      batch: async (indices: Uint32Array, epoch: number) => {
        const batch = await broken.batch(indices, epoch);
        batch.inputs.fill(Number.NaN);
        return batch;
      },
    };
    const first = await fit(net, data, usual(net, { epochs: 1, validation }));
    const { epochs } = await fit(net, data, usual(net, { validation, resume: first.checkpoint() }));
    expect(epochs.map(report => report.validation?.loss)).toEqual([Number.NaN, Number.NaN]);
  });

  it('is a file of tensors by name, which other programs read', async () => {
    const file = await checkpoint({ validation: data, earlyStop: { patience: 1, restoreBest: true } });
    const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
    const { __metadata__: metadata, ...entries } = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length)));
    expect(metadata.format).toBe('convasm checkpoint 1');
    const names = Object.keys(make({}, 1).params).map(name => `parameters.${name}`);
    expect(Object.keys(entries)).toEqual(
      expect.arrayContaining([...names, 'buffers.1.runningMean', 'optimizer.0.W.firstMoment']),
    );
    expect(JSON.parse(metadata.training).layers).toEqual({
      '3.body.1': { seed: 3, draws: 2 },
      '5': { seed: 4, draws: 2 },
    });
  });

  describe('refuses, and changes nothing for', () => {
    async function expectRefused(
      file: Uint8Array,
      // biome-ignore lint/suspicious/noExplicitAny: constructors differ in their arguments
      type: new (...args: any[]) => Error,
      parts: readonly string[],
      options: Partial<FitOptions> = {},
      net = make({}, 9),
      from = data,
    ): Promise<void> {
      const complete = usual(net, { resume: file, ...options });
      const before = stateOf(net, complete.optimizer);
      await expectRejection(fit(net, from, complete), type, ...parts);
      expect(stateOf(net, complete.optimizer)).toEqual(before);
    }

    it('another plan', async () => {
      const file = await checkpoint();
      await expectRefused(file, ArgumentError, ['batchSize: got 4', '8'], { batchSize: 4 });
      await expectRefused(file, ArgumentError, ['seed: got 4', '3'], { seed: 4 });
      await expectRefused(file, ArgumentError, ['shuffle: got false', 'true'], { shuffle: false });
      await expectRefused(file, ArgumentError, ['dropLast: got true', 'false'], { dropLast: true });
      await expectRefused(file, ArgumentError, ['data.length: got 21', '20'], {}, make({}, 9), dataset({ length: 21 }));
    });

    it('another network', async () => {
      const file = await checkpoint();
      await expectRefused(
        file,
        ShapeError,
        ['parameters.0.W', '[3, 1, 3, 3]', '[2, 1, 3, 3]'],
        {},
        make({ channels: 2 }, 9),
      );
      await expectRefused(file, DTypeError, ['parameters.0.W', 'float64'], {}, make({ dtype: 'float64' }, 9));
      const longer = make({}, 9);
      const more = new Sequential([...longer.layers, new Linear({ inFeatures: 3, outFeatures: 3 })]);
      await expectRefused(file, ArgumentError, ['parameters.7.W'], {}, more);
      const fewer = new Sequential([...longer.layers.slice(0, 6)]);
      await expectRefused(file, ArgumentError, ['parameters.6.W', 'has no such tensor'], {}, fewer);
      const { layers } = longer;
      const other = new Sequential([...layers.slice(0, 5), new ReLU(), layers[6] as Linear]);
      const controller = new AbortController();
      controller.abort();
      await expectRejection(
        fit(other, data, usual(other, { resume: file, signal: controller.signal })),
        ArgumentError,
        'layers with a state',
        '3.body.1',
      );
    });

    it('another optimizer', async () => {
      const file = await checkpoint();
      const net = make({}, 9);
      await expectRefused(
        file,
        ArgumentError,
        ['optimizer', 'SGD', 'Adam'],
        { optimizer: new SGD(net, { learningRate: 1 }) },
        net,
      );
      await expectRefused(file, ArgumentError, ['optimizer', 'AdamW', 'Adam'], { optimizer: new AdamW(net) }, net);
    });

    it('another early stop', async () => {
      const early = { validation: data, earlyStop: { patience: 3 } };
      const controller = new AbortController();
      const onEpoch = () => controller.abort();
      const file = await checkpoint({ ...early, onBatch: () => null, onEpoch, signal: controller.signal });
      await expectRefused(file, ArgumentError, ['earlyStop.monitor', 'accuracy', 'loss'], {
        ...early,
        earlyStop: { patience: 3, monitor: 'accuracy' },
      });
      await expectRefused(file, ArgumentError, ['earlyStop.restoreBest'], {
        ...early,
        earlyStop: { patience: 3, restoreBest: true },
      });
    });

    it('what is no checkpoint', async () => {
      const file = await checkpoint();
      await expectRefused(new Uint8Array(3), DataFormatError, ['resume']);
      await expectRefused(file.slice(0, 100), DataFormatError, ['resume']);
      await expectRefused(file.slice(0, -4), DataFormatError, ['resume']);
      await expectRefused(encodeSafetensors({ a: zeros([1]) }), DataFormatError, ['no checkpoint']);
      const metadata = (training: string) => ({ format: 'convasm checkpoint 1', training });
      await expectRefused(encodeSafetensors({}, metadata('{')), DataFormatError, ['no JSON']);
      await expectRefused(encodeSafetensors({}, metadata('[]')), DataFormatError, ['training', 'an object']);
      await expectRefused(encodeSafetensors({}, metadata('{}')), DataFormatError, ['training.plan']);
    });

    it('any value of its JSON that is missing or of another kind', async () => {
      const file = await checkpoint({
        validation: data,
        earlyStop: { patience: 9, restoreBest: true },
        onBatch: () => null,
      });
      const early = { validation: data, earlyStop: { patience: 9, restoreBest: true } };
      const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
      const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length)));
      const training = JSON.parse(header.__metadata__.training);
      /** The same file with another JSON. */
      const withTraining = (changed: unknown) => {
        const text = { ...header, __metadata__: { ...header.__metadata__, training: JSON.stringify(changed) } };
        const json = new TextEncoder().encode(JSON.stringify(text));
        const padded = new Uint8Array(Math.ceil(json.length / 8) * 8).fill(0x20);
        padded.set(json);
        const made = new Uint8Array(8 + padded.length + file.length - 8 - length);
        new DataView(made.buffer).setBigUint64(0, BigInt(padded.length), true);
        made.set(padded, 8);
        made.set(file.subarray(8 + length), 8 + padded.length);
        return made;
      };
      const paths = (value: unknown, at: string[] = []): string[][] =>
        typeof value === 'object' && value !== null
          ? Object.entries(value).flatMap(([name, inner]) => [[...at, name], ...paths(inner, [...at, name])])
          : [];
      const changed = (path: readonly string[], value: unknown) => {
        const copy = structuredClone(training);
        const last = path.slice(0, -1).reduce((level, name) => level[name], copy);
        if (value === undefined) delete last[path.at(-1) as string];
        else last[path.at(-1) as string] = value;
        return withTraining(copy);
      };
      const net = make({}, 9);
      // Whatever may be left out, and how it is left to others to check.
      const optional = /accuracy|validation|^position\.meter\.correct|^best$/;
      for (const path of paths(training)) {
        const name = path.join('.');
        for (const value of [undefined, 'text', -0.5, [[]]]) {
          if (value === undefined && optional.test(name)) continue;
          // Any number will do for these.
          if (value === -0.5 && /loss|seconds|samplesPerSecond|accuracy|best.value/i.test(name)) continue;
          const options = usual(net, { ...early, resume: changed(path, value), optimizer: new Adam(net) });
          const before = stateOf(net, options.optimizer);
          const outcome = await fit(net, data, options).catch(error => error);
          expect(outcome, `${name} = ${JSON.stringify(value)}`).toBeInstanceOf(Error);
          expect(outcome.name, String(outcome)).toMatch(/^(DataFormatError|ArgumentError)$/);
          expect(stateOf(net, options.optimizer)).toEqual(before);
        }
      }
    });

    it('want of memory', async () => {
      const file = await checkpoint();
      const net = make({}, 9);
      const options = usual(net, { resume: file });
      const before = stateOf(net, options.optimizer);
      for (let count = 0; ; count++) {
        const failed = await withMemoryFor(count, () =>
          fit(net, data, { ...options, signal: AbortSignal.abort() }),
        ).then(
          () => false,
          () => true,
        );
        if (!failed) break;
        expect(stateOf(net, options.optimizer)).toEqual(before);
        expect(count).toBeLessThan(100);
      }
    });
  });
});
