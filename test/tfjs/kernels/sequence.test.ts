import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import '../../../src/tfjs/index.ts';
import { runs } from '../../helpers/property.ts';
import { crossings, onBoth } from './onBoth.ts';

beforeAll(async () => {
  await tf.setBackend('convasm');
});

const ends = fc.oneof(fc.integer({ min: -50, max: 50 }), fc.double({ min: -50, max: 50, noNaN: true }));

describe('numbers at equal distances', () => {
  it('between two ends', async () => {
    await fc.assert(
      fc.asyncProperty(ends, ends, fc.integer({ min: 1, max: 300 }), async (start, stop, count) => {
        const { expected, actual } = await onBoth(() => tf.linspace(start, stop, count));
        expect(actual).toEqual(expected);
      }),
      runs(100),
    );
  });

  it('by a step, of either sign, of float32 and int32', async () => {
    const steps = fc.oneof(
      fc.constantFrom(1, -1, 2),
      fc.double({ min: 0.2, max: 9 }),
      fc.double({ min: -9, max: -0.2 }),
    );
    const dtypes = fc.constantFrom('float32' as const, 'int32' as const);
    await fc.assert(
      fc.asyncProperty(ends, ends, steps, dtypes, async (start, stop, step, dtype) => {
        const { expected, actual } = await onBoth(() => tf.range(start, stop, step, dtype));
        expect(actual).toEqual(expected);
      }),
      runs(150),
    );
  });

  it('in linear memory', async () => {
    const make = () => [tf.linspace(0, 1, 5), tf.range(0, 5, 1, 'float32'), tf.range(5, 0, -1, 'int32')];
    expect(await crossings(() => tf.tidy(() => void make().map(x => tf.reverse(x))))).toBe(0);
  });
});
