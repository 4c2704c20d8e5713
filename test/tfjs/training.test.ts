import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { beforeAll, describe, expect, it } from 'vitest';
import '../../src/tfjs/index.ts';
import { random } from '../helpers/values.ts';

beforeAll(async () => {
  await tf.setBackend('convasm');
});

type Grads = Record<string, { shape: number[]; values: number[] }>;

const tensor = (shape: number[], seed: number) => tf.tensor(Array.from(random(shape, seed).data), shape);

/** The loss of a small network and its gradients, on one backend. */
async function lossAndGrads(backend: string): Promise<{ loss: number; grads: Grads }> {
  await tf.setBackend(backend);
  const x = tensor([4, 9, 9, 3], 1) as tf.Tensor4D;
  const labels = tensor([4, 5], 2);
  const variables = {
    conv: tf.variable(tensor([3, 3, 3, 8], 3)),
    bias: tf.variable(tensor([8], 4)),
    depthwise: tf.variable(tensor([3, 3, 8, 2], 5)),
    point: tf.variable(tensor([1, 1, 16, 6], 6)),
    dense: tf.variable(tensor([54, 5], 7)),
  };
  const { value, grads } = tf.variableGrads(() => {
    const a = tf.relu(tf.add(tf.conv2d(x, variables.conv as tf.Tensor4D, 1, 'same'), variables.bias)) as tf.Tensor4D;
    const b = tf.relu6(tf.depthwiseConv2d(a, variables.depthwise as tf.Tensor4D, 2, 'same')) as tf.Tensor4D;
    const c = tf.conv2d(b, variables.point as tf.Tensor4D, 1, 'valid');
    const d = tf.avgPool(tf.maxPool(c, 2, 1, 'same'), 3, 1, 'valid');
    const y = tf.matMul(tf.reshape(d, [4, 54]), variables.dense);
    return tf.mean(tf.squaredDifference(y, labels));
  }, Object.values(variables));
  const named = Object.entries(variables).map(([name, variable]) => {
    const gradient = grads[variable.name] as tf.Tensor;
    return [name, { shape: gradient.shape, values: [...gradient.dataSync()] }];
  });
  return { loss: value.dataSync()[0] as number, grads: Object.fromEntries(named) };
}

describe('a network in training', () => {
  it("has the cpu backend's loss and gradients", async () => {
    const expected = await lossAndGrads('cpu');
    const actual = await lossAndGrads('convasm');
    expect(Math.abs(actual.loss - expected.loss)).toBeLessThan(1e-4 * Math.abs(expected.loss));
    for (const [name, { shape, values }] of Object.entries(expected.grads)) {
      const ours = actual.grads[name] as { shape: number[]; values: number[] };
      expect(ours.shape, name).toEqual(shape);
      const scale = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expect(scale, name).toBeGreaterThan(0);
      const worst = values.reduce((most, value, i) => Math.max(most, Math.abs(value - (ours.values[i] as number))), 0);
      expect(worst / scale, name).toBeLessThan(1e-4);
    }
  });
});
