import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { runtimeInfo } from '../../src/index.ts';
import { runtime } from '../../src/runtime/init.ts';
import { ConvasmBackend } from '../../src/tfjs/index.ts';

const backend = () => tf.backend() as ConvasmBackend;
/** Bytes of linear memory in use, when all that was disposed of has come back. */
const used = () => {
  backend().giveBack();
  return runtimeInfo().memory.used;
};
/** A tensor whose numbers are in linear memory. */
const inMemory = (values: number[]) => tf.tidy(() => tf.square(tf.sqrt(tf.tensor1d(values))));
/** Takes the memory that was given back, and writes on it. */
const overwrite = () => tf.tidy(() => tf.add(tf.fill([64], -1), tf.fill([64], -1)).dataSync());

beforeAll(async () => {
  await tf.setBackend('convasm');
});

describe('the data store', () => {
  it('is that of the backend that was set', () => {
    expect(tf.getBackend()).toBe('convasm');
    expect(backend()).toBeInstanceOf(ConvasmBackend);
  });

  it('gives dataSync and data as copies', async () => {
    const x = inMemory([1, 4, 9]);
    for (const values of [x.dataSync(), await x.data()]) {
      expect(values.buffer).not.toBe(runtime().memory.buffer);
      values.fill(0);
    }
    expect([...x.dataSync()].map(Math.round)).toEqual([1, 4, 9]);
  });

  it.each(['cpu', 'convasm'])(
    'keeps a slice, which cpu makes as a part of the view, when its source is disposed of: the kernel of %s',
    name => {
      const x = inMemory([1, 4, 9, 16]);
      const { kernelFunc } = tf.getKernel('Slice', name);
      const info = kernelFunc({ inputs: { x }, attrs: { begin: [1], size: [2] }, backend: backend() }) as tf.TensorInfo;
      const part = tf.engine().makeTensorFromTensorInfo(info);
      x.dispose();
      overwrite();
      expect([...part.dataSync()].map(Math.round)).toEqual([4, 9]);
    },
  );

  it('leaves whole numbers as they are when a cast of them, which shares their data id, goes to linear memory', () => {
    const whole = tf.tensor1d([1, -2, 3], 'int32');
    const { kernelFunc } = tf.getKernel('Cast', 'cpu');
    const info = kernelFunc({ inputs: { x: whole }, attrs: { dtype: 'float32' }, backend: backend() }) as tf.TensorInfo;
    expect(info.dataId).toBe(whole.dataId);
    const cast = tf.engine().makeTensorFromTensorInfo(info);
    expect([...tf.relu(cast).dataSync()]).toEqual([1, 0, 3]);
    expect(whole.dataSync()).toEqual(new Int32Array([1, -2, 3]));
    whole.dispose();
    overwrite();
    expect([...cast.dataSync()]).toEqual([1, -2, 3]);
  });

  it('gives memory back when the last tensor that shares it is disposed of', () => {
    const before = used();
    const x = inMemory(new Array(1000).fill(1));
    const reshaped = tf.reshape(x, [10, 100]);
    const copy = tf.clone(reshaped);
    x.dispose();
    reshaped.dispose();
    overwrite();
    expect(copy.dataSync().every(value => value === 1)).toBe(true);
    expect(used()).toBeGreaterThanOrEqual(before + 4000);
    copy.dispose();
    expect(used()).toBeLessThan(before + 4000);
  });

  it('gives back what tidy disposes of, and counts no tensor that is gone', () => {
    const step = () =>
      tf.tidy(() => {
        const x = tf.fill([2, 8, 8, 3], 0.5) as tf.Tensor4D;
        const w = tf.fill([3, 3, 3, 4], 0.1) as tf.Tensor4D;
        return tf.mean(tf.relu(tf.conv2d(x, w, 1, 'same'))).dataSync()[0];
      });
    step();
    const [bytes, tensors] = [used(), tf.memory().numTensors];
    for (let i = 0; i < 20; i++) step();
    expect(used()).toBe(bytes);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('survives growth of the memory between a kernel and the reading of its result', () => {
    const x = inMemory([1, 4, 9]);
    runtime().memory.memory.grow(1);
    expect([...tf.reverse(x).dataSync()].map(Math.round)).toEqual([9, 4, 1]);
  });

  it('gives dataSync as a copy of numbers in JavaScript, too', () => {
    const x = tf.tensor1d([1, 2, 3]);
    x.dataSync().fill(7);
    expect([...x.dataSync()]).toEqual([1, 2, 3]);
  });

  it('disposes of the parts of a complex tensor with it', () => {
    const before = backend().numDataIds();
    const complex = tf.tidy(() => tf.complex(inMemory([1, 4]), inMemory([9, 16])));
    expect(backend().numDataIds()).toBe(before + 3);
    complex.dispose();
    expect(backend().numDataIds()).toBe(before);
  });

  it('lets go of arrays in JavaScript that are disposed of, though no kernel of ours runs', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    let collected = 0;
    const registry = new FinalizationRegistry(() => collected++);
    for (let i = 0; i < 20; i++) {
      const values = new Float32Array(1000);
      registry.register(values, i);
      tf.tensor1d(values).dispose();
    }
    for (let i = 0; i < 100 && collected < 15; i++) {
      collect();
      await setTimeout(20);
    }
    expect(collected).toBeGreaterThanOrEqual(15);
  });

  it('has no values for what has none', () => {
    const complex = tf.complex(tf.tensor1d([1, 2]), tf.tensor1d([3, 4]));
    expect([...tf.real(complex).dataSync(), ...tf.imag(complex).dataSync()]).toEqual([1, 2, 3, 4]);
  });
});
