import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, it } from 'vitest';
import '../../../src/tfjs/index.ts';
import { runs } from '../../helpers/property.ts';
import { expectAsCpu } from '../asCpu.ts';

beforeAll(() => tf.ready());

const small = (most: number) => fc.integer({ min: 1, max: most });

describe('sums and means', () => {
  it('are those of the cpu backend, over any dimensions', async () => {
    const reductions = fc.array(small(6), { minLength: 1, maxLength: 4 }).chain(shape =>
      fc.record({
        shape: fc.constant(shape),
        axes: fc.subarray([...shape.keys()], { minLength: 1 }),
        keep: fc.boolean(),
      }),
    );
    await fc.assert(
      fc.asyncProperty(reductions, fc.nat(1000), ({ shape, axes, keep }, seed) =>
        expectAsCpu(tensor => {
          const x = tensor(shape, seed);
          return [tf.sum(x, axes, keep), tf.mean(x, axes, keep)];
        }),
      ),
      runs(60),
    );
  });
});
