import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { random } from '../helpers/values.ts';

/** Makes a tensor of random numbers in [-1, 1). */
type MakeTensor = (shape: readonly number[], seed: number) => tf.Tensor;

/** Sets each backend in turn, and holds the results of `run` on 'convasm' to those on 'cpu': shapes and types, and numbers but for rounding. */
export async function expectAsCpu(run: (tensor: MakeTensor) => tf.Tensor[]): Promise<void> {
  const results: { shape: number[]; dtype: string; values: ArrayLike<number> }[][] = [];
  for (const backend of ['cpu', 'convasm']) {
    await tf.setBackend(backend);
    const tensors = tf.tidy(() => run((shape, seed) => tf.tensor(Array.from(random(shape, seed).data), [...shape])));
    results.push(tensors.map(tensor => ({ shape: tensor.shape, dtype: tensor.dtype, values: tensor.dataSync() })));
    tf.dispose(tensors);
  }
  const [expected = [], actual = []] = results;
  expect(actual.length).toBe(expected.length);
  for (const [i, { shape, dtype, values }] of expected.entries()) {
    const ours = actual[i] as (typeof actual)[number];
    expect(ours.shape).toEqual(shape);
    expect(ours.dtype).toBe(dtype);
    const numbers = Array.from(values);
    const largest = numbers.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    const worst = numbers.reduce((most, value, j) => Math.max(most, Math.abs(value - (ours.values[j] as number))), 0);
    expect(worst).toBeLessThan(1e-4 * largest);
  }
}
