import { init, runtimeInfo } from 'convasm';
import { expect, it } from 'vitest';
import { measureNormalisation } from '../../examples/digits/dataset.ts';
import { evaluate } from '../../examples/digits/evaluate.ts';
import { generateDigits } from '../../examples/digits/generator.ts';
import { convolutional } from '../../examples/digits/model.ts';
import { train } from '../../examples/digits/train.ts';

// Alone in its file: elsewhere the garbage collector may give back what other tests forgot, and change the figures.
it('trains and evaluates without taking more and more memory', async () => {
  await init();
  const used = () => runtimeInfo().memory.used;
  const data = generateDigits(330, 130, 1);
  const normalisation = measureNormalisation(data.train);
  const { net } = convolutional(data.train, 1);
  const settings = { epochs: 6, batchSize: 32, learningRate: 0.02, momentum: 0.9, seed: 1 };
  const perEpoch: number[] = [];
  await train(net, { ...data, normalisation }, settings, () => false, { epochEnd: () => perEpoch.push(used()) });
  expect(perEpoch.length).toBe(6);
  expect(perEpoch.slice(2)).toEqual(new Array(4).fill(perEpoch[1]));

  const after = used();
  expect(after).toBeLessThan(perEpoch[1] ?? 0);
  await evaluate(net, data.test, normalisation);
  expect(used()).toBe(after);
}, 60_000);
