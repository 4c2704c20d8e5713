import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { beforeEach, describe, expect, it } from 'vitest';
import { runtimeInfo } from '../../src/index.ts';
import type { ConvasmBackend } from '../../src/tfjs/index.ts';
import '../../src/tfjs/index.ts';

beforeEach(async () => {
  await tf.setBackend('convasm');
});

/** Bytes of linear memory in use, when all that was disposed of has come back. */
const used = () => {
  (tf.backend() as ConvasmBackend).giveBack();
  return runtimeInfo().memory.used;
};
/** A tensor of `bytes` bytes, whose numbers are in linear memory. */
const inMemory = (bytes: number) => tf.tidy(() => tf.relu(tf.ones([bytes / 4])));

describe('tf.memory()', () => {
  it('counts tensors, data and bytes as on cpu, wherever the numbers are', async () => {
    const counts: unknown[] = [];
    for (const backend of ['cpu', 'convasm']) {
      await tf.setBackend(backend);
      const before = tf.memory();
      const x = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
      const tensors: tf.Tensor[] = [
        x,
        tf.relu(x),
        tf.reshape(x, [6]),
        tf.cast(x, 'int32'),
        tf.slice(x, [0, 1], [2, 1]),
      ];
      tensors.push(tf.matMul(x, tf.transpose(x)), tf.complex(tf.relu(x), x), tf.clone(tensors[1] as tf.Tensor));
      const measure = () => {
        const { numTensors, numDataBuffers, numBytes } = tf.memory();
        return [
          numTensors - before.numTensors,
          numDataBuffers - before.numDataBuffers,
          numBytes - before.numBytes,
        ] as const;
      };
      const held = measure();
      expect(held.every(count => count > 0)).toBe(true);
      tensors.pop()?.dispose();
      const less = measure();
      counts.push([held, less]);
      tf.disposeVariables();
      tf.dispose(tensors);
    }
    expect(counts[1]).toEqual(counts[0]);
  });
});

describe('linear memory', () => {
  it('comes back from tidy, also when what runs in it throws', () => {
    inMemory(4000).dispose();
    const before = used();
    const kept = tf.tidy(() => {
      inMemory(8000);
      return tf.relu(inMemory(4000));
    });
    expect(used()).toBeGreaterThanOrEqual(before + 4000);
    expect(used()).toBeLessThan(before + 8000);
    kept.dispose();
    expect(() =>
      tf.tidy(() => {
        inMemory(8000);
        throw new Error('in tidy');
      }),
    ).toThrow('in tidy');
    expect(used()).toBe(before);
  });

  it('comes back from gradients and variables', () => {
    const step = () => {
      const initial = inMemory(4000);
      const w = tf.variable(initial);
      const { value, grads } = tf.variableGrads(() => tf.sum(tf.square(tf.relu(w))) as tf.Scalar, [w]);
      const next = tf.sub(w, grads[w.name] as tf.Tensor);
      w.assign(next);
      tf.dispose([initial, value, grads, next, w]);
    };
    step();
    const before = used();
    const { numTensors } = tf.memory();
    for (let i = 0; i < 10; i++) step();
    expect(used()).toBe(before);
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  it('comes back from tensors that are forgotten', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const before = used();
    const held = inMemory(4_000_000);
    for (let i = 0; i < 20; i++) inMemory(1_000_000);
    expect(used()).toBeGreaterThan(before + 20_000_000);
    // Finalizers run between tasks, when the engine likes to.
    for (let i = 0; i < 100 && used() > before + 5_000_000; i++) {
      collect();
      await setTimeout(20);
    }
    expect(used()).toBeLessThan(before + 5_000_000);
    expect(used()).toBeGreaterThan(before + 3_000_000);
    expect(held.dataSync().every(value => value === 1)).toBe(true);
    held.dispose();
  });

  it('comes back from many small tensors that are forgotten, but for the youngest', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const before = used();
    for (let i = 0; i < 5000; i++) inMemory(1024);
    const most = before + 256 * 1024;
    for (let i = 0; i < 100 && used() > most; i++) {
      collect();
      await setTimeout(20);
    }
    expect(used()).toBeLessThanOrEqual(most);
  });
});
