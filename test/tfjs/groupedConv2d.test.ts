import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { ShapeError, StateError } from '../../src/errors.ts';
import { groupedConv2d } from '../../src/tfjs/index.ts';
import { expectWithin } from '../helpers/compare.ts';
import { numbersOf } from '../helpers/convCases.ts';
import { expectError } from '../helpers/errors.ts';
import { convolutions, runs } from '../helpers/property.ts';
import { random, transposed, type Values } from '../helpers/values.ts';
import { conv2d, conv2dFilterGrad, conv2dInputGrad, explicitPadding, pair } from '../reference/conv2d.ts';

beforeAll(() => tf.ready());
beforeEach(async () => {
  await tf.setBackend('convasm');
});

const CHANNELS_LAST = [0, 2, 3, 1];
const CHANNELS_FIRST = [0, 3, 1, 2];
const TAPS_FIRST = [2, 3, 1, 0];
const FILTERS_FIRST = [3, 2, 0, 1];
const AS_IS = [0, 1, 2, 3];

const tensor = ({ shape, data }: Values) =>
  tf.tensor4d(Float32Array.from(data), shape as [number, number, number, number]);
/** Sums of some hundred products of numbers up to 1, by Winograd or not. */
const expectClose = (actual: Values, expected: Values, label?: string) =>
  expectWithin(actual, expected, () => 1e-4, label);
const numbers = (t: tf.Tensor): Values => ({ shape: t.shape, data: Float64Array.from(t.dataSync()) });

describe('groupedConv2d', () => {
  it('is the convolution with any groups, dilation and stride, in both data formats, and so are its gradients', async () => {
    await fc.assert(
      fc.property(convolutions, fc.boolean(), (c, planes) => {
        const { options } = c;
        const { x, w, dy } = numbersOf(c, 'float32', c.seed);
        const [stride, dilation] = [pair(options.stride ?? 1), pair(options.dilation ?? 1)];
        const [top, left, bottom, right] = explicitPadding(options.padding ?? 0, c.size, c.kernel, stride, dilation);
        const [rows, columns]: [[number, number], [number, number]] = [
          [top, bottom],
          [left, right],
        ];
        const none: [number, number] = [0, 0];
        const theirs = planes ? AS_IS : CHANNELS_LAST;
        const back = planes ? AS_IS : CHANNELS_FIRST;
        tf.tidy(() => {
          const inputs = [tensor(transposed(x, theirs)), tensor(transposed(w, TAPS_FIRST))] as const;
          const convolve = (a: tf.Tensor, b: tf.Tensor) =>
            groupedConv2d(
              a as tf.Tensor4D,
              b as tf.Tensor4D,
              stride as [number, number],
              planes ? [none, none, rows, columns] : [none, rows, columns, none],
              planes ? 'NCHW' : 'NHWC',
              dilation as [number, number],
            );
          const [dx, dw] = tf.grads(convolve)([...inputs], tensor(transposed(dy, theirs))) as [tf.Tensor, tf.Tensor];
          expectClose(transposed(numbers(convolve(...inputs)), back), conv2d(x, w, null, options), 'y');
          expectClose(transposed(numbers(dx), back), conv2dInputGrad(dy, w, x.shape, options), 'dx');
          expectClose(transposed(numbers(dw), FILTERS_FIRST), conv2dFilterGrad(x, dy, w.shape, options), 'dw');
        });
      }),
      runs(120),
    );
  });

  it.each([1, 2, 3])('has the same filters for other groups, in turn: %i x %i', size => {
    const w = tensor(random([size, size, 2, 12], 2));
    const on = (channels: number, filter: tf.Tensor4D) =>
      groupedConv2d(tensor(random([2, 9, 8, channels], 1)), filter, 1, 'same').dataSync();
    for (let i = 0; i < 3; i++) {
      for (const channels of [2, 4, 8]) expect(on(channels, w)).toEqual(on(channels, tf.clone(tf.add(w, 0))));
    }
  });

  it('takes images without a batch, and leaves nothing behind', () => {
    const x = tensor(random([1, 5, 5, 4], 1));
    const w = tensor(random([3, 3, 2, 6], 2));
    const image = tf.reshape(x, [5, 5, 4]) as tf.Tensor3D;
    const { numTensors } = tf.memory();
    const single = groupedConv2d(image, w, 1, 'same');
    expect(tf.memory().numTensors).toBe(numTensors + 1);
    expect(single.shape).toEqual([5, 5, 6]);
    expect(single.dataSync()).toEqual(groupedConv2d(x, w, 1, 'same').dataSync());
  });

  it('refuses channels that do not divide, and other backends', async () => {
    const x = tensor(random([1, 5, 5, 4], 1));
    expectError(() => groupedConv2d(x, tensor(random([3, 3, 3, 6], 2)), 1, 'same'), ShapeError, /filter.*divide the 4/);
    expectError(() => groupedConv2d(x, tensor(random([3, 3, 2, 5], 2)), 1, 'same'), ShapeError, /filter.*divide the 4/);
    await tf.setBackend('cpu');
    expectError(() => groupedConv2d(x, tensor(random([3, 3, 2, 6], 2)), 1, 'same'), StateError, /'cpu'.*'convasm'/);
  });
});

describe('the gradient of a dilated convolution', () => {
  const run = (): Values[] => {
    let results: Values[] = [];
    tf.tidy(() => {
      const x = tensor(random([2, 9, 8, 3], 1, 'float32'));
      const w = tensor(random([3, 2, 3, 4], 2, 'float32'));
      const gradient = tf.grads((a, b) => tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, 'same', 'NHWC', [2, 3]));
      results = gradient([x, w]).map(numbers);
    });
    return results;
  };

  it('is there with this backend', () => {
    const options = { dilation: [2, 3] as [number, number], padding: 'same' as const };
    const [dx, dw] = run() as [Values, Values];
    const x = transposed(random([2, 9, 8, 3], 1, 'float32'), CHANNELS_FIRST);
    const w = transposed(random([3, 2, 3, 4], 2, 'float32'), FILTERS_FIRST);
    const ones: Values = { shape: [2, 4, 9, 8], data: new Float64Array(2 * 4 * 72).fill(1) };
    expectClose(transposed(dx, CHANNELS_FIRST), conv2dInputGrad(ones, w, x.shape, options));
    expectClose(transposed(dw, FILTERS_FIRST), conv2dFilterGrad(x, ones, w.shape, options));
  });

  it('is what TensorFlow.js says of it with another backend: its own gradient is asked', async () => {
    await tf.setBackend('cpu');
    expect(run).toThrow(/dilation rates greater than 1 are not yet supported/);
  });
});
