import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { runtimeInfo } from '../../../src/index.ts';
import type { ConvasmBackend } from '../../../src/tfjs/index.ts';
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

  it('flip left to right', () =>
    expectSame((shape, picks) => {
      const images = [0, 1, 2, 3].map(d => shape[d] ?? 1) as [number, number, number, number];
      const size = sizeOf(images);
      // The operation's type is of float32, the kernel of any type.
      return x => {
        const image = tf.reshape(tf.slice(tf.reshape(x, [-1]), at(picks, 0, x.size - size + 1), size), images);
        return tf.engine().runKernel('FlipLeftRight', { image });
      };
    }));

  it('gather by indices of several dimensions', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ shape, dtype, seed, picks }) => {
        const rank = 1 + at(picks, 0, shape.length);
        const outer = [1 + at(picks, 1, 3), 1 + at(picks, 2, 5)].slice(at(picks, 3, 3));
        const list = Array.from(
          { length: sizeOf(outer) * rank },
          (_, i) => ((picks[i % 24] as number) + i) % (shape[i % rank] as number),
        );
        const make = () => tf.tensor(numbers(dtype, sizeOf(shape), seed), shape, dtype);
        const indices = () => tf.tensor(list, [sizeOf(outer), rank], 'int32');
        const { expected, actual } = await onBoth(() => tf.gatherND(make(), tf.reshape(indices(), [...outer, rank])));
        expect(actual).toEqual(expected);
        const operands = tf.tidy(() => [tf.reverse(make(), 0), tf.reverse(indices(), 0)] as const);
        expect(await crossings(() => tf.gatherND(...operands).dispose())).toBe(0);
        tf.dispose(operands);
      }),
      runs(60),
    );
  });

  it('refuse rows that are not there', () => {
    const x = tf.zeros([3, 4]);
    const { numTensors, numDataBuffers } = tf.memory();
    for (const index of [
      [3, 0],
      [0, -1],
    ]) {
      expect(() => tf.tidy(() => tf.gatherND(x, tf.tensor2d([[2, 3], index] as number[][], [2, 2], 'int32')))).toThrow(
        `Invalid indices: ${index} does not index into 3,4`,
      );
    }
    expect(tf.memory()).toMatchObject({ numTensors, numDataBuffers });
    x.dispose();
  });

  it('space to batches, and back', () =>
    expectSame((shape, picks) => {
      // Three dimensions with blocks at most, and what is behind them.
      const most = Math.min(3, shape.length - 1);
      if (most < 1) return x => tf.reverse(x);
      const blockShape = Array.from({ length: 1 + at(picks, 0, most) }, (_, i) => 1 + at(picks, 1 + i, 3));
      const margins = blockShape.map((block, i): [number, number] => {
        const before = at(picks, 4 + i, 3);
        const least = ((shape[i + 1] as number) + before) % block;
        return [before, ((block - least) % block) + block * at(picks, 7 + i, 2)];
      });
      // Not the padding itself but any elements, and not all of them.
      const crops = blockShape.map((block, i): [number, number] => {
        const full = (shape[i + 1] as number) + ((margins[i] as number[])[0] as number);
        const before = at(picks, 10 + i, full);
        return [before, at(picks, 13 + i, Math.ceil(full / block) * block - before)];
      });
      return x => {
        const inputs = { x };
        const batches = tf.engine().runKernel('SpaceToBatchND', inputs, { blockShape, paddings: margins }) as tf.Tensor;
        return [batches, tf.engine().runKernel('BatchToSpaceND', { x: batches }, { blockShape, crops }) as tf.Tensor];
      };
    }));

  it('leave nothing behind of a padded copy', () => {
    const x = tf.ones([2, 5, 5, 3]) as tf.Tensor4D;
    const backend = tf.backend() as ConvasmBackend;
    const pass = () =>
      tf.tidy(
        () =>
          void tf.batchToSpaceND(
            tf.spaceToBatchND(
              x,
              [2, 2],
              [
                [1, 0],
                [0, 1],
              ],
            ),
            [2, 2],
            [
              [1, 0],
              [0, 1],
            ],
          ),
      );
    const before = backend.numDataIds();
    pass();
    expect(backend.numDataIds()).toBe(before);
    backend.giveBack();
    const { used } = runtimeInfo().memory;
    for (let i = 0; i < 5; i++) pass();
    backend.giveBack();
    expect(runtimeInfo().memory.used).toBe(used);
    x.dispose();
  });

  it('diagonals', () => expectSame((shape, _picks) => x => (sizeOf(shape) > 600 ? tf.reverse(x) : tf.diag(x))));

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
