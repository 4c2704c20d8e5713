import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import '../../../src/tfjs/index.ts';
import { runs } from '../../helpers/property.ts';
import { numbers, onBoth, type Result, shapes, sizeOf } from './onBoth.ts';

beforeAll(async () => {
  await tf.setBackend('convasm');
});

const cases = shapes(5).chain(shape =>
  fc.record({
    shape: fc.constant(shape),
    axes: fc.subarray([...shape.keys()], { minLength: 1 }),
    keep: fc.boolean(),
    seed: fc.nat(),
  }),
);

/** Equal, but that a zero is one whatever its sign, and floats may be off by a few roundings. */
function expectClose(actual: Result[], expected: Result[], tolerance: number): void {
  expect(actual.map(({ shape, dtype }) => ({ shape, dtype }))).toEqual(
    expected.map(({ shape, dtype }) => ({ shape, dtype })),
  );
  for (const [i, { values }] of expected.entries()) {
    for (const [j, value] of values.entries()) {
      const other = actual[i]?.values[j] as number;
      if (Number.isFinite(value))
        expect(Math.abs(other - value)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(value)));
      else expect(other).toBe(value);
    }
  }
}

describe('reductions', () => {
  it('of float32 are those of the cpu backend, NaN and infinities too', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ shape, axes, keep, seed }) => {
        const { expected, actual } = await onBoth(() => {
          const x = tf.tensor(numbers('float32', sizeOf(shape), seed), shape);
          return [
            tf.sum(x, axes, keep),
            tf.mean(x, axes, keep),
            tf.prod(x, axes, keep),
            tf.max(x, axes, keep),
            tf.min(x, axes, keep),
            tf.argMax(x, axes[0]),
            tf.argMin(x, axes[0]),
          ];
        });
        expectClose(actual, expected, 1e-6);
      }),
      runs(100),
    );
  });

  it('of int32 and bool are those of the cpu backend', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ shape, axes, keep, seed }) => {
        const { expected, actual } = await onBoth(() => {
          const x = tf.tensor(numbers('int32', sizeOf(shape), seed), shape, 'int32');
          const b = tf.tensor(numbers('bool', sizeOf(shape), seed), shape, 'bool');
          const whole = [tf.sum(x, axes, keep), tf.max(x, axes, keep), tf.min(x, axes, keep)];
          return [...whole, tf.argMax(x, axes[0]), tf.argMin(x, axes[0]), tf.all(b, axes, keep), tf.any(b, axes, keep)];
        });
        expect(actual).toEqual(expected);
      }),
      runs(60),
    );
  });

  it('across vectors and blocks', async () => {
    for (const shape of [[40001], [3, 5003], [5003, 37], [2, 50, 130]]) {
      const axes = [0, shape.length - 1];
      const { expected, actual } = await onBoth(() => {
        const x = tf.tensor(
          numbers('float32', sizeOf(shape), 3).map(n => (Number.isFinite(n) ? n : 0)),
          shape,
        );
        return axes.flatMap(axis => [
          tf.sum(x, axis),
          tf.max(x, axis),
          tf.min(x, axis),
          tf.argMax(x, axis),
          tf.argMin(x, axis),
        ]);
      });
      expectClose(actual, expected, 1e-6);
    }
  });

  it('add a million numbers as exactly as float64', async () => {
    await tf.setBackend('convasm');
    const values = Float32Array.from({ length: 1_000_000 }, (_, i) => 1 + ((i * 7919) % 1000) / 1000);
    const exact = values.reduce((sum, value) => sum + value, 0);
    for (const shape of [[1_000_000], [62_500, 16], [200_000, 5]]) {
      const sums = tf.tidy(() => tf.sum(tf.tensor(values, shape), 0).dataSync<'float32'>());
      expect(sums.reduce((sum, value) => sum + value, 0) / exact).toBeCloseTo(1, 7);
      if (shape.length === 1) expect(sums[0]).toBe(Math.fround(exact));
    }
  });

  it('take the first of equal elements', async () => {
    await tf.setBackend('convasm');
    for (const length of [3, 4, 9, 100]) {
      const x = Array.from({ length }, (_, i) => (i % 2 ? 1 : -1));
      tf.tidy(() => {
        expect(tf.argMax(x).dataSync()[0]).toBe(1);
        expect(tf.argMin(x).dataSync()[0]).toBe(0);
        expect([...tf.argMax(tf.tile(tf.tensor2d(x, [length, 1]), [1, 6]), 0).dataSync()]).toEqual([1, 1, 1, 1, 1, 1]);
      });
    }
  });
});

describe('running sums and products', () => {
  it('are those of the cpu backend to the bit', async () => {
    const scans = shapes(4, 9).chain(shape =>
      fc.record({
        shape: fc.constant(shape),
        axis: fc.integer({ min: 0, max: shape.length - 1 }),
        exclusive: fc.boolean(),
        reverse: fc.boolean(),
        seed: fc.nat(),
      }),
    );
    await fc.assert(
      fc.asyncProperty(scans, async ({ shape, axis, exclusive, reverse, seed }) => {
        const { expected, actual } = await onBoth(() => {
          const x = tf.tensor(numbers('float32', sizeOf(shape), seed), shape);
          const whole = tf.tensor(numbers('int32', sizeOf(shape), seed), shape, 'int32');
          return [
            tf.cumsum(x, axis, exclusive, reverse),
            tf.cumprod(x, axis, exclusive, reverse),
            tf.cumsum(whole, axis, exclusive, reverse),
          ];
        });
        expect(actual).toEqual(expected);
      }),
      runs(80),
    );
  });
});
