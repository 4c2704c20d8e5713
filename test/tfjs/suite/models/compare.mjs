// What both backends have to agree on.
import * as tf from '@tensorflow/tfjs-core';
import { OURS } from '../names.mjs';

/** Declares specs of ours, each of which sets its backends itself. */
export function describeModels(what, specs) {
  describe(OURS + what, () => {
    beforeAll(() => tf.engine().reset());
    afterAll(() => tf.engine().reset());
    specs();
  });
}

/**
 * Runs `fn` on cpu and then on convasm, and expects the same numbers, and as many tensors left over.
 *
 * @param {() => Promise<Record<string, ArrayLike<number>>>} fn
 * @param {number} [tolerance] relative to the largest number of each list
 */
export async function expectSame(fn, tolerance = 1e-4) {
  const answers = {};
  const left = {};
  for (const backend of ['cpu', 'convasm']) {
    await tf.setBackend(backend);
    const before = tf.memory();
    answers[backend] = await fn();
    expect(tf.getBackend()).toBe(backend);
    const after = tf.memory();
    left[backend] = [after.numTensors - before.numTensors, after.numDataBuffers - before.numDataBuffers];
  }
  // Some layers of TensorFlow.js forget a tensor.
  expect(left.convasm).toEqual(left.cpu);
  expect(Object.keys(answers.convasm)).toEqual(Object.keys(answers.cpu));
  for (const [name, expected] of Object.entries(answers.cpu)) {
    const actual = answers.convasm[name];
    expect(actual.length).withContext(name).toBe(expected.length);
    const largest = Math.max(...Array.from(expected, Math.abs));
    expect(largest).withContext(name).toBeGreaterThan(0);
    const worst = Math.max(...Array.from(expected, (value, i) => Math.abs(value - actual[i])));
    expect(worst / largest)
      .withContext(`${name}: ${Array.from(actual).slice(0, 5)}, cpu: ${Array.from(expected).slice(0, 5)}`)
      .toBeLessThan(tolerance);
  }
}

/** Numbers in [-1, 1), the same everywhere. */
export function noise(length, seed) {
  let state = seed * 7919;
  return Float32Array.from({ length }, () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1;
  });
}
