import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { expect, it } from 'vitest';
import { runtimeInfo } from '../../src/index.ts';
import type { ConvasmBackend } from '../../src/tfjs/index.ts';
import '../../src/tfjs/index.ts';

/** CI asks for 10,000. */
const STEPS = Number(process.env.CONVASM_SOAK_STEPS ?? 300);

it(`stays flat in memory for ${STEPS} steps of training`, { timeout: 600_000 }, async () => {
  await tf.setBackend('convasm');
  const variable = (shape: number[], seed: number) =>
    tf.tidy(() => tf.variable(tf.randomNormal(shape, 0, 0.3, 'float32', seed)));
  const weights = {
    conv: variable([3, 3, 1, 4], 1) as tf.Variable<tf.Rank.R4>,
    bias: variable([4], 2),
    depthwise: variable([3, 3, 4, 1], 3) as tf.Variable<tf.Rank.R4>,
    dense: variable([4 * 4 * 4, 3], 4) as tf.Variable<tf.Rank.R2>,
  };
  const optimizer = tf.train.adam(0.003);
  const network = (x: tf.Tensor4D) => {
    const a = tf.relu(tf.add(tf.conv2d(x, weights.conv, 1, 'same'), weights.bias)) as tf.Tensor4D;
    const b = tf.relu6(tf.depthwiseConv2d(tf.maxPool(a, 2, 2, 'valid'), weights.depthwise, 1, 'same'));
    return tf.matMul(tf.reshape(b, [4, 4 * 4 * 4]), weights.dense) as tf.Tensor2D;
  };
  /** One step on a new batch of noise whose brightness is its class. */
  const step = (seed: number): number =>
    tf.tidy(() => {
      const classes = tf.tensor1d(
        [0, 1, 2, 3].map(n => (n + seed) % 3),
        'int32',
      );
      const noise = tf.randomUniform([4, 8, 8, 1], -0.5, 0.5, 'float32', seed);
      const x = tf.add(noise, tf.reshape(tf.cast(classes, 'float32'), [4, 1, 1, 1])) as tf.Tensor4D;
      const y = tf.oneHot(classes, 3);
      const loss = optimizer.minimize(() => tf.losses.softmaxCrossEntropy(y, network(x)) as tf.Scalar, true);
      return (loss as tf.Scalar).dataSync()[0] as number;
    });
  const measure = () => {
    (tf.backend() as ConvasmBackend).giveBack();
    const { used, reserved } = runtimeInfo().memory;
    const { numTensors, numDataBuffers, numBytes } = tf.memory();
    return { used, reserved, numTensors, numDataBuffers, numBytes };
  };

  const first = step(0);
  for (let i = 1; i < STEPS / 10; i++) step(i);
  const warm = measure();
  let last = 0;
  for (let i = 0; i < STEPS; i++) {
    last = step(i);
    if (i % Math.ceil(STEPS / 10) === 0) expect(measure()).toEqual(warm);
  }
  expect(measure()).toEqual(warm);
  // It was training that stayed flat.
  expect(last).toBeLessThan(first / 2);
  optimizer.dispose();
  tf.dispose(weights);
});
