import { augment, type Dataset, DivergedError, init, type Layer, meanAndDeviation, stateDict } from 'convasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { type DigitData, datasetOf } from '../../examples/digits/digits.ts';
import { generateDigits } from '../../examples/digits/generator.ts';
import { convolutional, linearClassifier } from '../../examples/digits/model.ts';
import { type TrainingSettings, train } from '../../examples/digits/training.ts';

const SETTINGS: TrainingSettings = { epochs: 2, batchSize: 32, learningRate: 0.02, momentum: 0.9, seed: 1 };

const digits = generateDigits(320, 50, 1);
let data: { train: Dataset; test: Dataset };

async function normalised({ train, test }: DigitData) {
  const figures = await meanAndDeviation(datasetOf(train));
  return { train: datasetOf(train).normalized(figures), test: datasetOf(test).normalized(figures) };
}

const cnn = (seed = 1) => convolutional(digits.train, seed).net;
const numbers = (net: Layer) => Object.entries(stateDict(net)).map(([name, { data }]) => [name, [...data]]);

/** What aborts after a number of steps. */
function abortAfter(steps: number) {
  const controller = new AbortController();
  const bar = {
    onBatch() {
      if (--steps === 0) controller.abort();
    },
    onEpoch() {},
    onEnd() {},
  };
  return { signal: controller.signal, bar };
}

beforeAll(async () => {
  await init();
  data = await normalised(digits);
});

describe('train', () => {
  it('teaches the CNN more than a linear classifier can learn', async () => {
    const many = await normalised(generateDigits(2000, 300, 1));
    const settings = { ...SETTINGS, epochs: 3 };
    const training = await train(cnn(), many, settings);
    const linear = linearClassifier(digits.train, 1).net;
    const baseline = await train(linear, many, { ...settings, learningRate: 0.005 });
    expect(training.test.accuracy).toBeGreaterThan(0.9);
    expect(baseline.test.accuracy).toBeGreaterThan(0.5);
    expect(baseline.test.accuracy).toBeLessThan(training.test.accuracy - 0.08);
    expect(training.epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(training.epochs.at(-1)).toEqual({
      epoch: 3,
      loss: training.test.loss,
      accuracy: training.test.accuracy,
    });
    expect(training).toMatchObject({ steps: 189, plannedSteps: 189, checkpoint: undefined });
    const [first, last] = [training.curve[0], training.curve.at(-1)];
    expect(first?.loss).toBeGreaterThan(3 * (last?.loss ?? Number.NaN));
    expect(last?.epoch).toBeGreaterThan(2.9);
  });

  it('gives the same weights for the same seed, and others for another', async () => {
    const learn = async (seed: number) => {
      const net = cnn(seed);
      const { test } = await train(net, data, { ...SETTINGS, seed });
      return { weights: numbers(net), test: { ...test, imagesPerSecond: 0 } };
    };
    const once = await learn(1);
    expect(await learn(1)).toEqual(once);
    expect((await learn(2)).weights).not.toEqual(once.weights);
  });

  it('stops after the batch at hand when it is interrupted, and goes on from there to the same weights', async () => {
    const moved = { ...data, train: augment(data.train, { seed: 1, shift: 2 }) };
    const whole = cnn();
    const { epochs } = await train(whole, moved, SETTINGS);
    const stopped = await train(cnn(), moved, SETTINGS, abortAfter(13));
    expect(stopped).toMatchObject({ steps: 13, plannedSteps: 20 });
    expect(stopped.epochs).toEqual(epochs.slice(0, 1));
    expect(stopped.test.guesses.length).toBe(50);
    const resumed = cnn(7);
    const rest = await train(resumed, moved, SETTINGS, { resume: stopped.checkpoint });
    expect(rest).toMatchObject({ steps: 20, epochs, checkpoint: undefined });
    expect(numbers(resumed)).toEqual(numbers(whole));
  });

  it('does nothing when it was interrupted before', async () => {
    const net = cnn();
    const before = numbers(net);
    const result = await train(net, data, SETTINGS, { signal: AbortSignal.abort() });
    expect(result).toMatchObject({ steps: 0, curve: [], epochs: [], imagesPerSecond: 0 });
    expect(numbers(net)).toEqual(before);
  });

  it('says so when the training diverges', async () => {
    await expect(train(cnn(), data, { ...SETTINGS, learningRate: 1e9 })).rejects.toThrow(DivergedError);
  });

  it('guesses every test picture, the odd last batch included', async () => {
    const test = generateDigits(1, 250, 2).test;
    const { guesses, loss, accuracy, imagesPerSecond } = (
      await train(cnn(), { ...data, test: datasetOf(test) }, SETTINGS, abortAfter(1))
    ).test;
    expect(guesses.length).toBe(250);
    const correct = guesses.filter(({ label }, i) => label === test.labels[i]).length;
    expect(accuracy).toBe(correct / 250);
    for (const { probability } of guesses) {
      // The largest of ten that add up to 1, but for rounding.
      expect(probability).toBeGreaterThan(0.0999);
      expect(probability).toBeLessThan(1.0001);
    }
    expect(loss).toBeGreaterThan(0.5);
    expect(imagesPerSecond).toBeGreaterThan(0);
  });
});
