import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import '../../../src/tfjs/index.ts';
import { runs } from '../../helpers/property.ts';
import { crossings, dtypes, onBoth, shapes, sizeOf } from './onBoth.ts';

beforeAll(async () => {
  await tf.setBackend('convasm');
});

const values = fc.oneof(
  fc.constantFrom(0, 1, -1, 0.5, 2 ** 24 + 1, -(2 ** 31), 2 ** 31, Number.NaN, Number.POSITIVE_INFINITY),
  fc.float(),
  fc.integer(),
);
const cases = fc.record({
  shape: shapes(4),
  depth: fc.integer({ min: 1, max: 20 }),
  classes: fc.array(fc.integer({ min: -3, max: 23 }), { minLength: 1, maxLength: 50 }),
  dtype: dtypes,
  on: values,
  off: values,
});

describe('one-hot rows', () => {
  it("are the cpu backend's, of all types and values, also of classes that there are not", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ shape, depth, classes, dtype, on, off }) => {
        const list = Array.from({ length: sizeOf(shape) }, (_, i) => classes[i % classes.length] as number);
        const attrs = { depth, dtype, onValue: on, offValue: off };
        const { expected, actual } = await onBoth(() => {
          const indices = tf.tensor(list, shape, 'int32');
          return tf.engine().runKernel('OneHot', { indices }, attrs) as tf.Tensor;
        });
        expect(actual).toEqual(expected);
      }),
      runs(150),
    );
  });

  it('are made in linear memory', async () => {
    const indices = tf.tidy(() => tf.reverse(tf.tensor1d([0, 1, 2, 1], 'int32')));
    for (const dtype of ['float32', 'int32', 'bool'] as const) {
      expect(await crossings(() => tf.tidy(() => void tf.reverse(tf.oneHot(indices, 3, 1, 0, dtype))))).toBe(0);
    }
    indices.dispose();
  });
});
