import { CLASSES } from '../digits/digits.ts';
import type { Samples } from './data.ts';
import * as tf from './tf.ts';

/** A small CNN for grey pictures of 28x28 pixels, compiled with Adam. It is made on the backend that is set. */
export function createModel(seed = 1): tf.Sequential {
  const model = tf.sequential();
  const initializer = (layer: number) => tf.initializers.heNormal({ seed: 10 * seed + layer });
  const conv = { kernelSize: 3, activation: 'relu' } as const;
  model.add(tf.layers.conv2d({ ...conv, inputShape: [28, 28, 1], filters: 16, kernelInitializer: initializer(0) }));
  model.add(tf.layers.maxPooling2d({ poolSize: 2 }));
  model.add(tf.layers.conv2d({ ...conv, filters: 32, kernelInitializer: initializer(1) }));
  model.add(tf.layers.maxPooling2d({ poolSize: 2 }));
  model.add(tf.layers.flatten());
  model.add(tf.layers.dense({ units: CLASSES, activation: 'softmax', kernelInitializer: initializer(2) }));
  model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

/** The share of the pictures that the model recognises. */
export function accuracyOf(model: tf.Sequential, { images, labels }: Samples): number {
  return tf.tidy(() => {
    const [, accuracy] = model.evaluate(images, labels, { batchSize: 100 }) as tf.Scalar[];
    return accuracy?.dataSync()[0] ?? Number.NaN;
  });
}
