import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { OutOfMemoryError } from '../../src/index.ts';
import { runtime } from '../../src/runtime/init.ts';
import type { ConvasmBackend } from '../../src/tfjs/index.ts';
import '../../src/tfjs/index.ts';

beforeAll(async () => {
  await tf.setBackend('convasm');
});

const backend = () => tf.backend() as ConvasmBackend;

/** Numbers in JavaScript, which have to be brought to linear memory. */
const numbers = (...shape: number[]) => {
  const length = shape.reduce((product, size) => product * size, 1);
  return tf.tensor(
    Float32Array.from({ length }, (_, i) => (i % 7) + 0.5),
    shape,
  );
};
const whole = (...shape: number[]) => tf.tidy(() => tf.cast(tf.floor(numbers(...shape)), 'int32'));

type Tensors = tf.Tensor[];
const OPS: Record<string, [make: () => Tensors, op: (...inputs: never[]) => tf.Tensor | Tensors]> = {
  add: [() => [numbers(40), numbers(40)], tf.add],
  concat: [() => [numbers(40), numbers(40)], (...parts: tf.Tensor1D[]) => tf.concat(parts)],
  pad: [() => [numbers(40)], (x: tf.Tensor) => tf.pad(x, [[1, 1]])],
  mirrorPad: [() => [numbers(40)], (x: tf.Tensor) => tf.mirrorPad(x, [[1, 1]], 'reflect')],
  slice: [() => [numbers(40)], (x: tf.Tensor) => tf.slice(x, [1], [3])],
  split: [() => [numbers(40)], (x: tf.Tensor) => tf.split(x, 2)],
  tile: [() => [numbers(40)], (x: tf.Tensor) => tf.tile(x, [2])],
  reverse: [() => [numbers(40)], (x: tf.Tensor) => tf.reverse(x)],
  transpose: [() => [numbers(4, 10)], (x: tf.Tensor) => tf.transpose(x)],
  depthToSpace: [() => [numbers(1, 2, 2, 4)], (x: tf.Tensor4D) => tf.depthToSpace(x, 2)],
  sum: [() => [numbers(4, 5, 6)], (x: tf.Tensor) => tf.sum(x, [0, 2])],
  mean: [() => [whole(4, 5, 6)], (x: tf.Tensor) => tf.mean(x, [0, 2])],
  softmax: [() => [numbers(4, 10)], (x: tf.Tensor) => tf.softmax(x)],
  cumsum: [() => [numbers(40)], (x: tf.Tensor) => tf.cumsum(x)],
  gather: [() => [numbers(40), whole(4)], (x: tf.Tensor, at: tf.Tensor1D) => tf.gather(x, at)],
  resize: [() => [numbers(1, 4, 4, 1)], (x: tf.Tensor4D) => tf.image.resizeBilinear(x, [8, 8])],
  resizeGrad: [
    () => [numbers(1, 4, 4, 1), numbers(1, 8, 8, 1)],
    (x: tf.Tensor4D, dy: tf.Tensor) => tf.grad(y => tf.image.resizeBilinear(y as tf.Tensor4D, [8, 8]))(x, dy),
  ],
  'small matMul': [() => [numbers(4, 4), numbers(4, 4)], tf.matMul],
  matMul: [() => [numbers(64, 64), numbers(64, 64)], tf.matMul],
  'fused matMul': [
    () => [numbers(4, 4), numbers(4, 4), numbers(4)],
    (a: tf.Tensor, b: tf.Tensor, bias: tf.Tensor) => tf.fused.matMul({ a, b, bias, activation: 'elu' }),
  ],
  'fused conv2d': [
    () => [numbers(1, 8, 8, 2), numbers(3, 3, 2, 4), numbers(4)],
    (x: tf.Tensor4D, filter: tf.Tensor4D, bias: tf.Tensor) =>
      tf.fused.conv2d({ x, filter, strides: 1, pad: 'same', bias, activation: 'elu' }),
  ],
  batchNorm: [
    () => [numbers(1, 4, 4, 2), numbers(2)],
    (x: tf.Tensor4D, of: tf.Tensor1D) => tf.batchNorm4d(x, of, of, of, of),
  ],
  maxPool: [() => [numbers(1, 8, 8, 2)], (x: tf.Tensor4D) => tf.maxPool(x, 2, 2, 'valid')],
  oneHot: [() => [whole(12)], (x: tf.Tensor) => tf.oneHot(x, 7)],
};

/** Runs `fn` while allocation number `failing` fails; whether it came to that. */
function withFailing(failing: number, fn: () => void): boolean {
  const { allocator } = runtime();
  const { allocate } = allocator;
  let count = 0;
  let failed = false;
  allocator.allocate = bytes => {
    if (count++ !== failing) return allocate.call(allocator, bytes);
    failed = true;
    throw new OutOfMemoryError(bytes, 0, 0);
  };
  try {
    fn();
  } finally {
    allocator.allocate = allocate;
  }
  return failed;
}

describe.each(Object.entries(OPS))('%s, whichever allocation fails', (_name, [make, op]) => {
  it('says so, and leaves nothing behind', () => {
    const run = op as (...inputs: Tensors) => tf.Tensor | Tensors;
    let fails = 0;
    for (let failing = 0, more = true; more; failing++) {
      const inputs = make();
      const ids = backend().numDataIds();
      more = withFailing(failing, () => {
        try {
          tf.dispose(tf.tidy(() => run(...inputs)));
        } catch (error) {
          expect(error).toBeInstanceOf(OutOfMemoryError);
          fails++;
        }
      });
      expect(backend().numDataIds()).toBe(ids);
      tf.dispose(inputs);
    }
    expect(fails).toBeGreaterThan(0);
  });
});
