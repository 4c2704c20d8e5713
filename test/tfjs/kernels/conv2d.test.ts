import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, it } from 'vitest';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import '../../../src/tfjs/index.ts';
import { runs } from '../../helpers/property.ts';
import { expectAsCpu } from '../asCpu.ts';

beforeAll(async () => {
  await tf.setBackend('convasm');
});

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

const ACTIVATIONS = ['linear', 'relu', 'relu6', 'elu', 'prelu', 'leakyrelu', 'sigmoid'] as const;

describe('fused convolutions', () => {
  const fused = fc.record({
    activation: fc.constantFrom(...ACTIVATIONS),
    bias: fc.constantFrom('none', 'channels', 'single', 'pixels'),
    slopes: fc.constantFrom('channels', 'single', 'pixels'),
    depthwise: fc.boolean(),
    times: fc.integer({ min: 1, max: 4 }),
  });

  it('are those of the cpu backend with any bias and activation, with the same filters again and again', async () => {
    await fc.assert(
      fc.asyncProperty(convolutions, fused, async (c, { activation, bias, slopes, depthwise, times }) => {
        const [height, width] = [Math.max(c.size[0], c.kernel[0]), Math.max(c.size[1], c.kernel[1])];
        const planes = c.format === 'NCHW' && !depthwise;
        await expectAsCpu(tensor => {
          const inShape = planes ? [c.batch, c.inChannels, height, width] : [c.batch, height, width, c.inChannels];
          const filter = tensor([...c.kernel, c.inChannels, c.outChannels], c.seed + 1) as tf.Tensor4D;
          const channels = depthwise ? c.inChannels * c.outChannels : c.outChannels;
          // One number for a pixel of the output, for all channels: where the data are NHWC.
          const pixels = (which: string) => which === 'pixels' && !planes;
          const call = (seed: number) => {
            const x = tensor(inShape, seed) as tf.Tensor4D;
            const dataFormat = planes ? ('NCHW' as const) : ('NHWC' as const);
            const plain = { x, filter, strides: c.stride, pad: c.pad, dataFormat };
            const [, rows = 1, columns = 1] = (depthwise ? tf.fused.depthwiseConv2d : tf.fused.conv2d)(plain).shape;
            const vector = (which: string, at: number) => {
              if (which === 'none') return undefined;
              return tensor(pixels(which) ? [rows, columns, 1] : [which === 'single' ? 1 : channels], at);
            };
            const options = {
              ...plain,
              bias: vector(bias, c.seed + 3) as tf.Tensor,
              activation,
              preluActivationWeights: activation === 'prelu' ? (vector(slopes, c.seed + 4) as tf.Tensor) : undefined,
              leakyreluAlpha: 0.3,
            };
            return (depthwise ? tf.fused.depthwiseConv2d : tf.fused.conv2d)(options as never);
          };
          return Array.from({ length: times }, (_, i) => call(c.seed + 10 + i) as tf.Tensor);
        });
      }),
      runs(80),
    );
  });
});
