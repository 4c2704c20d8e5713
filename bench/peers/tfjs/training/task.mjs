import * as tf from '@tensorflow/tfjs-core';
import { generator } from '../shared.mjs';
import { BATCH, CLASSES, COMPARED_STEPS } from './nets.mjs';

/** Batches that come again and again. */
const BATCHES = 8;
const EPSILON = 1e-3;

/**
 * A network, and a call that is a step: a batch from JavaScript, forward, backward, the optimizer, and the loss to JavaScript.
 *
 * @param {import('./nets.mjs').Training} spec
 * @returns {import('../side.mjs').Task}
 */
export function prepareTraining({ input, widths, norm, optimizer: kind }) {
  const next = generator(1);
  const [height, width, channels] = input;
  /** @type {tf.Variable[]} */
  const variables = [];
  const variable = (/** @type {number[]} */ shape, /** @type {() => number} */ value) => {
    const size = shape.reduce((product, n) => product * n, 1);
    const first = tf.tensor(Float32Array.from({ length: size }, value), shape);
    const made = tf.variable(first);
    first.dispose();
    variables.push(made);
    return made;
  };
  const weight = (/** @type {number[]} */ shape, /** @type {number} */ fan) =>
    variable(shape, () => Math.sqrt(6 / fan) * (2 * next() - 1));
  const inputsOf = (/** @type {number} */ i) => (i === 0 ? channels : widths[i - 1]);
  const stages = widths.map((out, i) => ({
    filter: /** @type {tf.Tensor4D} */ (/** @type {tf.Tensor} */ (weight([3, 3, inputsOf(i), out], 9 * inputsOf(i)))),
    offset: /** @type {tf.Tensor1D} */ (/** @type {tf.Tensor} */ (variable([out], () => 0))),
    scale: norm ? /** @type {tf.Tensor1D} */ (/** @type {tf.Tensor} */ (variable([out], () => 1))) : null,
  }));
  const features = (height >> widths.length) * (width >> widths.length) * widths[widths.length - 1];
  const matrix = /** @type {tf.Tensor2D} */ (/** @type {tf.Tensor} */ (weight([features, CLASSES], features)));
  const bias = variable([CLASSES], () => 0);

  const logitsOf = (/** @type {tf.Tensor4D} */ images) => {
    let x = images;
    for (const { filter, offset, scale } of stages) {
      const y = tf.conv2d(x, filter, 1, 'same');
      x = tf.maxPool(tf.relu(scale ? normalize(y, offset, scale) : tf.add(y, offset)), 2, 2, 'valid');
    }
    return tf.add(tf.matMul(tf.reshape(x, [BATCH, features]), matrix), bias);
  };
  const batches = Array.from({ length: BATCHES }, () => ({
    images: Float32Array.from({ length: BATCH * height * width * channels }, next),
    labels: Int32Array.from({ length: BATCH }, () => Math.floor(CLASSES * next())),
  }));
  const optimizer = kind === 'adam' ? tf.train.adam(1e-3) : tf.train.momentum(0.02, 0.9);
  let at = 0;
  const step = () => {
    const { images, labels } = batches[at++ % BATCHES];
    /** @returns {tf.Scalar} */
    const lossOf = () => {
      const logits = logitsOf(tf.tensor4d(images, [BATCH, height, width, channels]));
      return tf.losses.softmaxCrossEntropy(tf.oneHot(tf.tensor1d(labels, 'int32'), CLASSES), logits);
    };
    const loss = /** @type {tf.Scalar} */ (optimizer.minimize(lossOf, true, variables));
    const [value] = loss.dataSync();
    loss.dispose();
    return value;
  };
  return {
    run: () => void step(),
    result: () => [Float32Array.from({ length: COMPARED_STEPS }, step)],
    drop: () => {
      optimizer.dispose();
      for (const one of variables) one.dispose();
    },
  };
}

/** With the batch's own statistics. @param {tf.Tensor4D} x @param {tf.Tensor1D} offset @param {tf.Tensor1D} scale */
function normalize(x, offset, scale) {
  const { mean, variance } = tf.moments(x, [0, 1, 2]);
  return /** @type {tf.Tensor4D} */ (
    tf.batchNorm(x, /** @type {tf.Tensor1D} */ (mean), /** @type {tf.Tensor1D} */ (variance), offset, scale, EPSILON)
  );
}
