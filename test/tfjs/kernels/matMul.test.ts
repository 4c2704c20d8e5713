import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import '../../../src/tfjs/index.ts';
import { runs } from '../../helpers/property.ts';
import { expectAsCpu } from '../asCpu.ts';

beforeAll(() => tf.ready());

const small = (most: number) => fc.integer({ min: 1, max: most });
const batch = fc.constantFrom([], [1], [3], [2, 2], [1, 2]);
const products = fc.record({
  rows: small(9),
  depth: small(19),
  columns: small(19),
  // Those of the second stretch to those of the first.
  batches: fc.tuple(batch, fc.boolean()),
  transposeA: fc.boolean(),
  transposeB: fc.boolean(),
  times: small(4),
  seed: fc.nat(1000),
});
const ACTIVATIONS = ['linear', 'relu', 'relu6', 'elu', 'prelu', 'leakyrelu', 'sigmoid'] as const;

describe('products of matrices', () => {
  it('are those of the cpu backend, with the same right matrix again and again, and so are gradients', async () => {
    await fc.assert(
      fc.asyncProperty(products, p =>
        expectAsCpu(tensor => {
          const [outer, single] = p.batches;
          const a = [...outer, ...(p.transposeA ? [p.depth, p.rows] : [p.rows, p.depth])];
          const inner = p.transposeB ? [p.columns, p.depth] : [p.depth, p.columns];
          const b = tensor([...(single ? outer.map(() => 1) : outer), ...inner], p.seed);
          const multiply = (left: tf.Tensor, right: tf.Tensor) => tf.matMul(left, right, p.transposeA, p.transposeB);
          const results = Array.from({ length: p.times }, (_, i) => multiply(tensor(a, p.seed + 1 + i), b));
          // tfjs-core has no gradient for a matrix that is broadcast.
          if (single && outer.some(size => size > 1)) return results;
          const dy = tensor((results[0] as tf.Tensor).shape, p.seed + 9);
          return [...results, ...tf.grads(multiply)([tensor(a, p.seed + 1), b], dy)];
        }),
      ),
      runs(100),
    );
  });

  it('are those of the cpu backend for one matrix in several shapes, which is filters as well', () =>
    expectAsCpu(tensor => {
      const w = tensor([36, 40], 1);
      const shapes = [
        [36, 40],
        [40, 36],
        [72, 20],
      ] as const;
      return Array.from({ length: 3 }).flatMap(() => [
        ...shapes.map(([rows, columns]) => tf.matMul(tensor([50, rows], 2), tf.reshape(w, [rows, columns]))),
        tf.conv2d(tensor([1, 9, 8, 4], 3) as tf.Tensor4D, tf.reshape(w, [3, 3, 4, 40]) as tf.Tensor4D, 1, 'same'),
        tf.conv2d(tensor([1, 9, 8, 40], 3) as tf.Tensor4D, tf.reshape(w, [3, 3, 40, 4]) as tf.Tensor4D, 1, 'same'),
      ]);
    }));

  it('refuse activations that there are not, as cpu does', async () => {
    await tf.setBackend('convasm');
    const a = tf.tensor2d([1, 2, 3, 4], [2, 2]);
    const x = tf.reshape(a, [1, 2, 2, 1]) as tf.Tensor4D;
    const filter = tf.tensor4d([1], [1, 1, 1, 1]);
    const activation = 'gelu' as never;
    expect(() => tf.fused.matMul({ a, b: a, activation })).toThrow('gelu');
    expect(() => tf.fused.conv2d({ x, filter, strides: 1, pad: 'same', activation })).toThrow('gelu');
  });

  it('are those of the cpu backend where the left matrix is a single row, around whole strips of columns', async () => {
    const rows = fc.record({
      depth: small(9),
      columns: fc.constantFrom(1, 3, 4, 5, 511, 512, 513, 1023, 1025),
      bias: fc.boolean(),
      activation: fc.constantFrom(...ACTIVATIONS),
      seed: fc.nat(1000),
    });
    await fc.assert(
      fc.asyncProperty(rows, ({ depth, columns, bias, activation, seed }) =>
        expectAsCpu(tensor => [
          tf.fused.matMul({
            a: tensor([1, depth], seed) as tf.Tensor2D,
            b: tensor([depth, columns], seed + 1) as tf.Tensor2D,
            bias: bias ? tensor([columns], seed + 2) : undefined,
            activation,
            preluActivationWeights: activation === 'prelu' ? tensor([columns], seed + 3) : undefined,
            leakyreluAlpha: 0.2,
          } as never),
        ]),
      ),
      runs(60),
    );
  });

  it('are those of the cpu backend with any bias and activation', async () => {
    const fused = fc.record({
      activation: fc.constantFrom(...ACTIVATIONS),
      bias: fc.constantFrom('none', 'columns', 'single', 'whole'),
    });
    await fc.assert(
      fc.asyncProperty(products, fused, (p, { activation, bias }) =>
        expectAsCpu(tensor => {
          const b = tensor(p.transposeB ? [p.columns, p.depth] : [p.depth, p.columns], p.seed) as tf.Tensor2D;
          const shapes: Record<string, number[]> = { columns: [p.columns], single: [1], whole: [p.rows, p.columns] };
          const { [bias]: shape } = shapes;
          return Array.from({ length: p.times }, (_, i) =>
            tf.fused.matMul({
              a: tensor(p.transposeA ? [p.depth, p.rows] : [p.rows, p.depth], p.seed + 1 + i) as tf.Tensor2D,
              b,
              transposeA: p.transposeA,
              transposeB: p.transposeB,
              bias: shape && tensor(shape, p.seed + 7),
              activation,
              preluActivationWeights: activation === 'prelu' ? tensor([p.columns], p.seed + 8) : undefined,
              leakyreluAlpha: 0.3,
            } as never),
          );
        }),
      ),
      runs(80),
    );
  });
});
