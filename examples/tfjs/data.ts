import { CLASSES, type Digits } from '../digits/digits.ts';
import * as tf from './tf.ts';

/** Not an interface: TensorFlow.js takes none where it looks for tensors in an object. */
export type Samples = {
  /** [count, height, width, 1], 0 for paper to 1 for ink. */
  readonly images: tf.Tensor4D;
  /** [count, 10], one-hot. */
  readonly labels: tf.Tensor2D;
};

/** Pictures as TensorFlow.js's networks take them. */
export function tensorsOf({ images, labels, count, height, width }: Digits): Samples {
  return tf.tidy(() => ({
    images: tf.div<tf.Tensor4D>(tf.tensor4d(images, [count, height, width, 1], 'float32'), 255),
    labels: tf.oneHot(tf.tensor1d(labels, 'int32'), CLASSES, 1, 0, 'float32') as tf.Tensor2D,
  }));
}

/** The first `count` samples, or all where there are fewer. */
export function firstOf({ images, labels }: Samples, count: number): Samples {
  const size = Math.min(count, images.shape[0]);
  return { images: tf.slice(images, 0, size), labels: tf.slice(labels, 0, size) };
}
