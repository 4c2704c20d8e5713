import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, it } from 'vitest';
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
