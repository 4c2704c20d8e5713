import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import '../../../src/tfjs/index.ts';
import { runs } from '../../helpers/property.ts';
import { onBoth, type Result, sizeOf } from './onBoth.ts';

beforeAll(async () => {
  await tf.setBackend('convasm');
});

const size = fc.integer({ min: 1, max: 9 });
const cases = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  from: fc.tuple(size, size),
  to: fc.tuple(size, size),
  channels: size,
  mode: fc.constantFrom('plain' as const, 'aligned' as const, 'half' as const),
  seed: fc.nat(1000),
});

const images = (shape: number[], seed: number) =>
  tf.tensor4d(
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => ((((i + 1) * 7919 + seed * 104729) % 1009) / 1009) * 2 - 1),
    shape as [number, number, number, number],
  );

function expectClose(actual: Result[], expected: Result[]): void {
  expect(actual.map(({ shape, dtype }) => ({ shape, dtype }))).toEqual(
    expected.map(({ shape, dtype }) => ({ shape, dtype })),
  );
  for (const [i, { values }] of expected.entries()) {
    const worst = values.reduce(
      (most, value, j) => Math.max(most, Math.abs(value - (actual[i]?.values[j] as number))),
      0,
    );
    // A gradient's element is the sum of up to 81.
    expect(worst).toBeLessThan(1e-5);
  }
}

describe('resized images', () => {
  it('are those of the cpu backend', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ batch, from, to, channels, mode, seed }) => {
        const { expected, actual } = await onBoth(() => {
          const x = images([batch, ...from, channels], seed);
          const flags = [mode === 'aligned', mode === 'half'] as const;
          const [bilinear, nearest] = [tf.image.resizeBilinear, tf.image.resizeNearestNeighbor];
          return [
            bilinear(x, to, ...flags),
            nearest(x, to, ...flags),
            nearest(tf.cast(tf.mul(x, 9), 'int32'), to, ...flags),
          ];
        });
        expectClose(actual, expected);
      }),
      runs(100),
    );
  });

  it('have the gradients of the cpu backend', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ from, to, channels, mode, seed }) => {
        const { expected, actual } = await onBoth(() => {
          // From one pixel the cpu backend looks for the gradient of aligned corners forever.
          const side = from[0] + (mode === 'aligned' ? 1 : 0);
          // One image, and a square: the cpu backend takes the gradients of others from wrong places, and swaps the sides of its shape.
          const x = images([1, side, side, channels], seed);
          const dy = images([1, ...to, channels], seed + 1);
          return [tf.image.resizeBilinear, tf.image.resizeNearestNeighbor].map(resize =>
            tf.grad(a => resize(a as tf.Tensor4D, to, mode === 'aligned'))(x, dy),
          );
        });
        expectClose(actual, expected);
      }),
      runs(60),
    );
  });

  it('that are several, or no squares, have gradients of their own shape', async () => {
    await tf.setBackend('convasm');
    tf.tidy(() => {
      for (const resize of [tf.image.resizeBilinear, tf.image.resizeNearestNeighbor]) {
        const gradient = (count: number) => {
          const x = images([count, 2, 3, 1], 1);
          const dx = tf.grad(a => resize(a as tf.Tensor4D, [4, 6]))(x, tf.ones([count, 4, 6, 1]));
          expect(dx.shape).toEqual(x.shape);
          return [...dx.dataSync()];
        };
        const one = gradient(1);
        // Every element's shares are 1 in all, and so they are in each image.
        expect(one.reduce((sum, value) => sum + value, 0)).toBeCloseTo(24, 4);
        expect(gradient(3)).toEqual([...one, ...one, ...one]);
      }
    });
  });

  it('and parts of images are those of the cpu backend', async () => {
    const corner = fc.float({ min: Math.fround(-0.4), max: Math.fround(1.4), noNaN: true });
    const boxes = fc.array(fc.tuple(corner, corner, corner, corner, fc.nat()), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(cases, boxes, async ({ batch, from, to, channels, seed }, list) => {
        const { expected, actual } = await onBoth(() => {
          const x = images([batch, ...from, channels], seed);
          const corners = tf.tensor2d(list.map(([a, b, c, d]) => [a, b, c, d]));
          const places = tf.tensor1d(
            list.map(box => box[4] % batch),
            'int32',
          );
          return (['bilinear', 'nearest'] as const).map(method =>
            tf.image.cropAndResize(x, corners, places, to, method, 0.25),
          );
        });
        expectClose(actual, expected);
      }),
      runs(60),
    );
  });
});
