import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import '../../../src/tfjs/index.ts';
import type { ConvasmBackend } from '../../../src/tfjs/index.ts';
import { runs } from '../../helpers/property.ts';
import { random } from '../../helpers/values.ts';
import { expectAsCpu } from '../asCpu.ts';
import { crossings, shapes } from './onBoth.ts';

beforeAll(async () => {
  await tf.setBackend('convasm');
});

const cases = fc.record({
  shape: shapes(5, 6),
  /** How many of the last dimensions the statistics have, and whether there are ones in front. */
  behind: fc.nat(),
  ones: fc.nat(2),
  scaled: fc.boolean(),
  shifted: fc.boolean(),
  seed: fc.nat({ max: 1e6 }),
});

describe('batch normalisation', () => {
  it("is the cpu backend's, whatever the statistics are of, and crosses nowhere", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ shape, behind, ones, scaled, shifted, seed }) => {
        const rest = shape.slice(shape.length - (behind % (shape.length + 1)));
        const part = [1, 1].slice(0, Math.min(ones, shape.length - rest.length)).concat(rest);
        const make = () => {
          const tensor = (size: readonly number[], i: number) =>
            tf.tensor(Array.from(random(size, seed + i).data), [...size]);
          return {
            x: tensor(shape, 0),
            mean: tensor(part, 1),
            variance: tf.add(tf.square(tensor(part, 2)), 0.1),
            ...(scaled ? { scale: tensor(part, 3) } : {}),
            ...(shifted ? { offset: tensor(part, 4) } : {}),
          };
        };
        const run = (inputs: tf.NamedTensorMap) =>
          tf.engine().runKernel('FusedBatchNorm', inputs, { varianceEpsilon: 0.01 }) as tf.Tensor;
        await expectAsCpu(() => [run(make())]);
        // In linear memory, all but scalars, which need not cross.
        const inputs = tf.tidy(() =>
          Object.entries(make()).map(([name, x]) => [name, tf.reverse(tf.square(x))] as const),
        );
        const named = Object.fromEntries(inputs);
        expect(await crossings(() => run(named).dispose())).toBe(0);
        tf.dispose(named);
      }),
      runs(80),
    );
  });

  it('leaves nothing behind on its way', () => {
    const x = tf.ones([2, 3, 4]);
    const backend = tf.backend() as ConvasmBackend;
    const before = backend.numDataIds();
    tf.tidy(() => void tf.batchNorm(x, x, x, x, x));
    expect(backend.numDataIds()).toBe(before);
    x.dispose();
  });

  it("refuses statistics of other ranks with the cpu backend's words", () => {
    const [x, mean, variance] = [tf.ones([2, 3, 4, 5]), tf.ones([5]), tf.ones([1, 1, 1, 5])];
    expect(() => tf.engine().runKernel('FusedBatchNorm', { x, mean, variance }, {})).toThrow('equal ranks');
    tf.dispose([x, mean, variance]);
  });
});
