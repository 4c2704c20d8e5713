// What a page of TensorFlow.js's users loads: a model of tf.layers, trained on the backend.
import * as tf from '@tensorflow/tfjs';
import { init, runtimeInfo } from 'convasm';
import 'convasm/tfjs';
import { BATCH, bars, SIZE } from './train.js';

async function train() {
  await init({ threads: 2 });
  await tf.setBackend('convasm');
  const { conv2d, maxPooling2d, flatten, dense } = tf.layers;
  const kernelInitializer = seed => tf.initializers.heNormal({ seed });
  const model = tf.sequential({
    layers: [
      conv2d({
        inputShape: [SIZE, SIZE, 1],
        filters: 16,
        kernelSize: 3,
        padding: 'same',
        activation: 'relu',
        kernelInitializer: kernelInitializer(1),
      }),
      maxPooling2d({ poolSize: 2 }),
      conv2d({
        filters: 32,
        kernelSize: 3,
        padding: 'same',
        activation: 'relu',
        kernelInitializer: kernelInitializer(2),
      }),
      flatten(),
      dense({ units: 2, activation: 'softmax', kernelInitializer: kernelInitializer(3) }),
    ],
  });
  model.compile({ optimizer: tf.train.momentum(0.01, 0.9), loss: 'categoricalCrossentropy' });
  const { pixels, labels } = bars();
  const x = tf.tensor4d(pixels, [BATCH, SIZE, SIZE, 1]);
  const y = tf.oneHot(tf.tensor1d(labels, 'int32'), 2);
  const losses = [];
  for (let step = 0; step < 10; step++) losses.push(await model.trainOnBatch(x, y));
  if (tf.getBackend() !== 'convasm') throw new Error(`trained on ${tf.getBackend()}`);
  const { variant, threads, threadsOff } = runtimeInfo();
  return { losses, variant, threads, threadsOff };
}

train().then(result => {
  globalThis.result = result;
});
