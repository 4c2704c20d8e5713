import { init, type Tensor } from 'convasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { measureNormalisation } from '../../examples/digits/dataset.ts';
import { evaluate } from '../../examples/digits/evaluate.ts';
import { generateDigits } from '../../examples/digits/generator.ts';
import { convolutional, linearClassifier, parameterCount, weights } from '../../examples/digits/model.ts';
import {
  DivergedError,
  type Progress,
  type TrainingListener,
  type TrainingSettings,
  train,
} from '../../examples/digits/train.ts';

const SETTINGS: TrainingSettings = { epochs: 2, batchSize: 32, learningRate: 0.02, momentum: 0.9, seed: 1 };

const digits = (trainCount: number, testCount: number) => {
  const data = generateDigits(trainCount, testCount, 1);
  return { ...data, normalisation: measureNormalisation(data.train) };
};
const never = () => false;
const numbers = (tensors: Record<string, Tensor>) =>
  Object.entries(tensors).map(([name, { data }]) => [name, [...data]]);

beforeAll(async () => {
  await init();
});

describe('train', () => {
  it('teaches the CNN more than a linear classifier can learn', async () => {
    const data = digits(4000, 500);
    const cnn = await train(convolutional(data.train, 1).net, data, { ...SETTINGS, epochs: 3 }, never);
    const linear = linearClassifier(data.train, 1).net;
    const baseline = await train(linear, data, { ...SETTINGS, epochs: 3, learningRate: 0.005 }, never);
    expect(cnn.evaluation.accuracy).toBeGreaterThan(0.9);
    expect(baseline.evaluation.accuracy).toBeGreaterThan(0.5);
    expect(baseline.evaluation.accuracy).toBeLessThan(cnn.evaluation.accuracy - 0.08);
    expect(cnn.epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(cnn.epochs.at(-1)?.accuracy).toBe(cnn.evaluation.accuracy);
    expect(cnn).toMatchObject({ steps: 375, plannedSteps: 375 });
    const [first, last] = [cnn.curve[0], cnn.curve.at(-1)];
    expect(first?.loss).toBeGreaterThan(3 * (last?.loss ?? Number.NaN));
  }, 60_000);

  it('gives the same weights for the same seed, and others for another', async () => {
    const data = digits(320, 20);
    const learn = async (seed: number) => {
      const model = convolutional(data.train, seed);
      const { evaluation } = await train(model.net, data, { ...SETTINGS, seed }, never);
      return { weights: numbers(weights(model)), evaluation: { ...evaluation, imagesPerSecond: 0 } };
    };
    const once = await learn(1);
    expect(await learn(1)).toEqual(once);
    expect((await learn(2)).weights).not.toEqual(once.weights);
  });

  it('stops after the batch at hand when it is interrupted', async () => {
    const data = digits(320, 20);
    let steps = 0;
    const calls: string[] = [];
    const listener: TrainingListener = {
      epochStart: epoch => calls.push(`start ${epoch}`),
      step: () => steps++,
      epochEnd: ({ epoch }) => calls.push(`end ${epoch}`),
      end: () => calls.push('end'),
    };
    const { net } = convolutional(data.train, 1);
    const result = await train(net, data, SETTINGS, () => steps >= 13, listener);
    expect(result).toMatchObject({ steps: 13, plannedSteps: 20 });
    expect(result.epochs.map(({ epoch }) => epoch)).toEqual([1]);
    expect(result.evaluation.guesses.length).toBe(20);
    expect(calls).toEqual(['start 1', 'end 1', 'start 2', 'end']);
  });

  it('does nothing when it was interrupted before', async () => {
    const data = digits(64, 20);
    const model = convolutional(data.train, 1);
    const before = numbers(weights(model));
    const result = await train(model.net, data, SETTINGS, () => true);
    expect(result).toMatchObject({ steps: 0, curve: [], epochs: [], seconds: 0, imagesPerSecond: 0 });
    expect(numbers(weights(model))).toEqual(before);
  });

  it('reports where it is', async () => {
    const data = digits(100, 20);
    const seen: Progress[] = [];
    await train(convolutional(data.train, 1).net, data, SETTINGS, never, { step: progress => seen.push(progress) });
    expect(seen.map(({ epoch, step }) => `${epoch}:${step}`)).toEqual('1:1 1:2 1:3 1:4 2:1 2:2 2:3 2:4'.split(' '));
    for (const { loss, accuracy, imagesPerSecond } of seen) {
      expect(loss).toBeGreaterThan(0);
      expect(accuracy).toBeGreaterThanOrEqual(0);
      expect(imagesPerSecond).toBeGreaterThan(0);
    }
    expect(seen[0]?.secondsLeft).toBeGreaterThan(0);
    expect(seen.at(-1)?.secondsLeft).toBe(0);
  });

  it('says so when the training diverges', async () => {
    const data = digits(640, 20);
    let ended = false;
    const listener: TrainingListener = {
      end: () => {
        ended = true;
      },
    };
    const run = train(convolutional(data.train, 1).net, data, { ...SETTINGS, learningRate: 1e9 }, never, listener);
    await expect(run).rejects.toThrow(DivergedError);
    await expect(run).rejects.toThrow(/at step \d+ \(epoch \d\).*--learning-rate than 1000000000/);
    expect(ended).toBe(true);
  });
});

describe('evaluate', () => {
  it('guesses every picture, the odd last batch included', async () => {
    const data = digits(100, 250);
    const { net } = convolutional(data.train, 1);
    const { guesses, loss, accuracy, imagesPerSecond } = await evaluate(net, data.test, data.normalisation);
    expect(guesses.length).toBe(250);
    const correct = guesses.filter(({ label }, i) => label === data.test.labels[i]).length;
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

describe('convolutional', () => {
  it('has the weights of two convolutions and a linear layer, by name', () => {
    const model = convolutional(digits(10, 1).train, 1);
    const shapes = Object.entries(weights(model)).map(([name, { shape }]) => `${name} ${shape.join('x')}`);
    expect(shapes).toEqual([
      'conv1.weight 8x1x3x3',
      'conv1.bias 8',
      'conv2.weight 16x8x3x3',
      'conv2.bias 16',
      'linear.weight 10x784',
      'linear.bias 10',
    ]);
    expect(parameterCount(model)).toBe(72 + 8 + 1152 + 16 + 7840 + 10);
  });
});
