import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import '../../../src/tfjs/index.ts';
import { runs } from '../../helpers/property.ts';
import { random } from '../../helpers/values.ts';

beforeAll(async () => {
  await tf.setBackend('convasm');
});

type Values = Float32Array;
type Run = (tensor: (shape: number[], seed: number) => tf.Tensor) => tf.Tensor[];

/** The results of a function on each backend, which must be the same but for rounding. */
async function expectAsCpu(run: Run): Promise<void> {
  const results: { shape: number[]; values: Values }[][] = [];
  for (const backend of ['cpu', 'convasm']) {
    await tf.setBackend(backend);
    const tensors = tf.tidy(() => run((shape, seed) => tf.tensor(Array.from(random(shape, seed).data), shape)));
    results.push(tensors.map(tensor => ({ shape: tensor.shape, values: tensor.dataSync() as Values })));
    tf.dispose(tensors);
  }
  const [expected = [], actual = []] = results;
  for (const [i, { shape, values }] of expected.entries()) {
    expect(actual[i]?.shape).toEqual(shape);
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    const worst = values.reduce(
      (most, value, j) => Math.max(most, Math.abs(value - (actual[i]?.values[j] as number))),
      0,
    );
    expect(worst).toBeLessThan(1e-4 * largest);
  }
}

const small = (most: number) => fc.integer({ min: 1, max: most });
const convolutions = fc.record({
  batch: small(2),
  size: fc.tuple(small(9), small(9)),
  inChannels: small(9),
  outChannels: small(9),
  kernel: fc.tuple(small(3), small(3)),
  stride: small(3),
  pad: fc.constantFrom('same' as const, 'valid' as const),
  format: fc.constantFrom('NHWC' as const, 'NCHW' as const),
  seed: fc.nat(1000),
});

describe('convolutions', () => {
  it('are those of the cpu backend, gradients too', async () => {
    await fc.assert(
      fc.asyncProperty(convolutions, async c => {
        // 'valid' windows that do not fit give nothing to compare.
        const [height, width] = [Math.max(c.size[0], c.kernel[0]), Math.max(c.size[1], c.kernel[1])];
        const inShape =
          c.format === 'NHWC' ? [c.batch, height, width, c.inChannels] : [c.batch, c.inChannels, height, width];
        await expectAsCpu(tensor => {
          const x = tensor(inShape, c.seed) as tf.Tensor4D;
          const w = tensor([...c.kernel, c.inChannels, c.outChannels], c.seed + 1) as tf.Tensor4D;
          const conv = (a: tf.Tensor4D, b: tf.Tensor4D) => tf.conv2d(a, b, c.stride, c.pad, c.format);
          const y = conv(x, w);
          const gradient = tf.grads((a, b) => conv(a as tf.Tensor4D, b as tf.Tensor4D));
          return [y, ...gradient([x, w], tensor(y.shape, c.seed + 2))];
        });
      }),
      runs(40),
    );
  });

  it('of single channels are those of the cpu backend, dilated ones too, and gradients', async () => {
    const dilations = fc.record({ dilation: small(3), multiplier: small(3) });
    await fc.assert(
      fc.asyncProperty(convolutions, dilations, async (c, { dilation, multiplier }) => {
        const stride = dilation > 1 ? 1 : c.stride;
        const [height, width] = [c.size[0] + 6, c.size[1] + 6];
        await expectAsCpu(tensor => {
          const x = tensor([c.batch, height, width, c.inChannels], c.seed) as tf.Tensor4D;
          const w = tensor([...c.kernel, c.inChannels, multiplier], c.seed + 1) as tf.Tensor4D;
          const conv = (a: tf.Tensor4D, b: tf.Tensor4D) => tf.depthwiseConv2d(a, b, stride, c.pad, 'NHWC', dilation);
          const y = conv(x, w);
          // tfjs-core itself refuses to differentiate dilated convolutions.
          if (dilation > 1) return [y];
          const gradient = tf.grads((a, b) => conv(a as tf.Tensor4D, b as tf.Tensor4D));
          return [y, ...gradient([x, w], tensor(y.shape, c.seed + 2))];
        });
      }),
      runs(40),
    );
  });
});

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
