import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import '../../../src/tfjs/index.ts';
import { runs } from '../../helpers/property.ts';
import { crossings, dtypes, numbers, onBoth, shapes, sizeOf } from './onBoth.ts';

beforeAll(async () => {
  await tf.setBackend('convasm');
});

type Run = (x: tf.Tensor) => tf.Tensor | tf.Tensor[];

/** A shape, and how much of each of its dimensions an operation takes. */
const cases = fc.record({
  shape: shapes(6, 6),
  dtype: dtypes,
  seed: fc.nat(),
  picks: fc.array(fc.nat(), { minLength: 24, maxLength: 24 }),
});

/** Both backends make the same of a tensor, to the bit, and ours without a copy between JavaScript and linear memory. */
async function expectSame(operation: (shape: number[], picks: number[]) => Run): Promise<void> {
  await fc.assert(
    fc.asyncProperty(cases, async ({ shape, dtype, seed, picks }) => {
      const run = operation(shape, picks);
      const make = () => tf.tensor(numbers(dtype, sizeOf(shape), seed), shape, dtype);
      const { expected, actual } = await onBoth(() => run(make()));
      expect(actual).toEqual(expected);
      const x = make();
      tf.dispose(tf.tidy(() => tf.reverse(x, 0)));
      expect(await crossings(() => tf.dispose(tf.tidy(() => run(x))))).toBe(0);
      x.dispose();
    }),
    runs(60),
  );
}

const at = (picks: number[], i: number, count: number) => (picks[i] as number) % count;

describe('moves of elements', () => {
  it('transpose', () =>
    expectSame((shape, picks) => {
      const order = shape.map((_, d) => d).sort((a, b) => (picks[a] as number) - (picks[b] as number));
      return x => tf.transpose(x, order);
    }));

  it('slice', () =>
    expectSame((shape, picks) => {
      const begin = shape.map((size, d) => at(picks, d, size));
      const size = shape.map((n, d) => 1 + at(picks, 6 + d, n - (begin[d] as number)));
      return x => tf.slice(x, begin, size);
    }));

  it('slice with strides, backwards too', () =>
    expectSame((shape, picks) => {
      const [begin, end, strides] = [[], [], []] as [number[], number[], number[]];
      for (const [d, n] of shape.entries()) {
        const [a, b] = [at(picks, d, n), at(picks, 6 + d, n)];
        const step = 1 + at(picks, 12 + d, 3);
        const backwards = at(picks, 18 + d, 2) === 1 && Math.min(a, b) > 0;
        begin.push(backwards ? Math.max(a, b) : Math.min(a, b));
        end.push(backwards ? Math.min(a, b) - 1 : Math.max(a, b) + 1);
        strides.push(backwards ? -step : step);
      }
      return x => tf.stridedSlice(x, begin, end, strides);
    }));

  it('split and unstack', () =>
    expectSame((shape, picks) => {
      const axis = at(picks, 0, shape.length);
      const first = at(picks, 1, shape[axis] as number);
      const sizes = [first, (shape[axis] as number) - first].filter(count => count > 0);
      // Of a scalar in one piece there is nothing to move.
      return x => [...tf.split(x, sizes, axis), ...tf.unstack(x, axis)];
    }));

  it('concat and stack', () =>
    expectSame((shape, picks) => {
      const axis = at(picks, 0, shape.length);
      return x => [tf.concat([x, tf.reverse(x, axis), x], axis), tf.stack([x, tf.reverse(x, axis)], axis)];
    }));

  it('pad', () =>
    expectSame((shape, picks) => {
      // Of six dimensions five are enough for tfjs-core.
      const paddings = shape.map((_, d) => [at(picks, d, 3), at(picks, 6 + d, 3)] as [number, number]);
      return x => (shape.length > 4 ? tf.reverse(x) : tf.pad(x, paddings, x.dtype === 'bool' ? 1 : 7.5));
    }));

  it('pad large tensors', async () => {
    const paddings: [number, number][] = [
      [0, 1],
      [2, 3],
      [1, 2],
      [1, 0],
    ];
    for (const dtype of ['float32', 'int32', 'bool'] as const) {
      const make = () => tf.tensor4d(numbers(dtype, 2 * 21 * 30 * 9, 5), [2, 21, 30, 9], dtype);
      const { expected, actual } = await onBoth(() => tf.pad(make(), paddings, 1));
      expect(actual).toEqual(expected);
    }
  });

  it('mirror', () =>
    expectSame((shape, picks) => {
      const reflect = at(picks, 23, 2) === 1;
      const most = shape.map(size => (reflect ? size : size + 1));
      const paddings = most.map((n, d) => [at(picks, d, n), at(picks, 6 + d, n)] as [number, number]);
      return x => (shape.length > 4 ? tf.reverse(x) : tf.mirrorPad(x, paddings, reflect ? 'reflect' : 'symmetric'));
    }));

  it('tile', () =>
    expectSame(
      (shape, picks) => x =>
        tf.tile(
          x,
          shape.map((_, d) => 1 + at(picks, d, 3)),
        ),
    ));

  it('reverse', () =>
    expectSame((shape, picks) => {
      const dims = shape.map((_, d) => d).filter(d => at(picks, d, 2) === 1);
      return x => tf.reverse(x, dims);
    }));

  it('gather', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ shape, dtype, seed, picks }) => {
        const axis = at(picks, 0, shape.length);
        const indices = picks.slice(0, 1 + at(picks, 1, 20)).map(pick => pick % (shape[axis] as number));
        const { expected, actual } = await onBoth(() =>
          tf.gather(tf.tensor(numbers(dtype, sizeOf(shape), seed), shape, dtype), tf.tensor1d(indices, 'int32'), axis),
        );
        expect(actual).toEqual(expected);
      }),
      runs(60),
    );
  });

  it('depth to space', async () => {
    const blocks = fc.record({
      batch: fc.integer({ min: 1, max: 3 }),
      block: fc.integer({ min: 2, max: 3 }),
      seed: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(
        blocks,
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 3, maxLength: 3 }),
        async (c, size) => {
          const [height, width, channels] = size as [number, number, number];
          const shape = [c.batch, height, width, channels * c.block ** 2] as [number, number, number, number];
          const { expected, actual } = await onBoth(() =>
            tf.depthToSpace(tf.tensor4d(numbers('float32', sizeOf(shape), c.seed), shape), c.block),
          );
          expect(actual).toEqual(expected);
        },
      ),
      runs(40),
    );
  });

  it('move matrices of several blocks', async () => {
    for (const [rows, columns] of [
      [3, 5000],
      [5000, 3],
      [130, 150],
      [2, 40001],
    ] as const) {
      const make = () => tf.tensor2d(numbers('float32', rows * columns, rows), [rows, columns]);
      const { expected, actual } = await onBoth(() => {
        const x = make();
        return [tf.transpose(x), tf.reverse(x), tf.concat([x, x], 1), tf.slice(x, [0, 1], [rows, columns - 2])];
      });
      expect(actual).toEqual(expected);
    }
  });
});
