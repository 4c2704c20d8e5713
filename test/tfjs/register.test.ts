import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { runtimeInfo } from '../../src/index.ts';
import { ConvasmBackend } from '../../src/tfjs/index.ts';

beforeEach(async () => {
  await tf.setBackend('convasm');
});

/** Bytes of linear memory in use, when all that was disposed of has come back. */
const used = () => {
  (tf.backend() as ConvasmBackend).giveBack();
  return runtimeInfo().memory.used;
};
const convolve = () =>
  tf.tidy(() => [
    ...tf.conv2d(tf.ones<tf.Rank.R4>([1, 4, 4, 2]), tf.ones<tf.Rank.R4>([3, 3, 2, 1]), 1, 'valid').dataSync(),
  ]);
const ANSWER = [18, 18, 18, 18];

describe('the backend', () => {
  it('has every kernel that cpu has', () => {
    const names = (backend: string) => tf.getKernelsForBackend(backend).map(({ kernelName }) => kernelName);
    expect(names('cpu').length).toBeGreaterThan(150);
    expect(names('convasm')).toEqual(expect.arrayContaining(names('cpu')));
  });

  it('is made again after each reset of the engine, on the same memory', async () => {
    convolve();
    const before = used();
    for (let i = 0; i < 10; i++) {
      const old = tf.backend();
      tf.engine().reset();
      await tf.setBackend('convasm');
      expect(tf.backend()).not.toBe(old);
      expect(tf.backend()).toBeInstanceOf(ConvasmBackend);
      expect(convolve()).toEqual(ANSWER);
    }
    expect(used()).toBe(before);
    expect(tf.memory().numTensors).toBe(0);
  });

  it('gives back what is disposed of after the reset of an engine that held it', async () => {
    const before = used();
    const x = tf.tidy(() => tf.relu(tf.ones([1000])));
    expect(used()).toBeGreaterThan(before);
    const old = tf.backend() as ConvasmBackend;
    old.disposeData(x.dataId);
    tf.engine().reset();
    await tf.setBackend('convasm');
    expect(used()).toBe(before);
  });

  it('goes on after a reset of the flags', async () => {
    tf.env().reset();
    await tf.ready();
    expect(convolve()).toEqual(ANSWER);
  });

  it('can be removed and registered again', async () => {
    const factory = tf.findBackendFactory('convasm');
    expect(tf.registerBackend('convasm', factory)).toBe(false);
    tf.removeBackend('convasm');
    expect(await tf.setBackend('cpu')).toBe(true);
    await expect(tf.setBackend('convasm')).rejects.toThrow(/not found/);
    expect(tf.registerBackend('convasm', factory)).toBe(true);
    expect(await tf.setBackend('convasm')).toBe(true);
    expect(convolve()).toEqual(ANSWER);
  });

  it('is two, if its factory is registered under another name, and they hand tensors to each other', async () => {
    tf.registerBackend('other', tf.findBackendFactory('convasm'));
    for (const kernel of tf.getKernelsForBackend('convasm')) tf.registerKernel({ ...kernel, backendName: 'other' });
    const before = used();
    const x = tf.tidy(() => tf.square(tf.tensor1d([1, 2, 3])));
    await tf.setBackend('other');
    const y = tf.square(x);
    await tf.setBackend('convasm');
    expect([...x.dataSync()]).toEqual([1, 4, 9]);
    const z = tf.add(x, y);
    expect([...z.dataSync()]).toEqual([2, 20, 90]);
    tf.dispose([x, y, z]);
    (tf.engine().findBackend('other') as ConvasmBackend).giveBack();
    expect(used()).toBe(before);
    tf.removeBackend('other');
    for (const { kernelName } of tf.getKernelsForBackend('other')) tf.unregisterKernel(kernelName, 'other');
  });
});
