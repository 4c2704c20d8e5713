// TensorFlow.js on its backend in plain JavaScript, the only one without WebGPU or WebGL that trains. Channels-last, as it likes it.
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
// @ts-expect-error It has no types. The main file that Node takes leaves the gradients out, and this one only bundlers resolve; so
// participants.mjs bundles all of it.
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { CLASSES, LEARNING_RATE, MOMENTUM } from './nets.mjs';
import { labelOf, product, serve } from './side.mjs';

tf.enableProdMode();
await tf.setBackend('cpu');

/**
 * @param {import('./nets.mjs').LayerSpec} spec
 * @param {(shape: number[], order: number[]) => tf.Variable} variable the next parameter, its axes in another order
 * @returns {(x: tf.Tensor) => tf.Tensor}
 */
function layer({ kind, in: inputs = 0, out = 0, kernel = 0 }, variable) {
  switch (kind) {
    case 'conv': {
      const filters = /** @type {tf.Tensor4D} */ (variable([out, inputs, kernel, kernel], [2, 3, 1, 0]));
      const bias = variable([out], [0]);
      return x => tf.add(tf.conv2d(/** @type {tf.Tensor4D} */ (x), filters, 1, 'same'), bias);
    }
    case 'relu':
      return x => tf.relu(x);
    case 'maxPool':
      return x => tf.maxPool(/** @type {tf.Tensor4D} */ (x), 2, 2, 'valid');
    case 'flatten':
      // In the order of the others, so that the weights mean the same.
      return x => tf.reshape(tf.transpose(x, [0, 3, 1, 2]), [x.shape[0], -1]);
    case 'linear': {
      const weights = variable([out, inputs], [1, 0]);
      const bias = variable([out], [0]);
      return x => tf.add(tf.matMul(x, weights), bias);
    }
    default:
      throw new Error(`not trained in TensorFlow.js: ${kind}`);
  }
}

/** @type {Parameters<typeof serve>[1]} */
const build = (net, parameters, samples) => {
  const iterator = parameters.values();
  /** @type {tf.Variable[]} */
  const variables = [];
  const layers = net.layers.map(spec =>
    layer(spec, (shape, order) => {
      const { value } = /** @type {{ value: Float32Array }} */ (iterator.next());
      const made = tf.variable(tf.transpose(tf.tensor(value, shape), order));
      variables.push(made);
      return made;
    }),
  );
  const optimizer = tf.train.momentum(LEARNING_RATE, MOMENTUM);
  const [channels = 0, height = 0, width = 0] = net.input;
  // With one channel, both orders are the same.
  if (channels !== 1) throw new Error('only for images of one channel');
  const size = product(net.input);
  const inputs = new Float32Array(net.batch * size);
  return order => {
    order.forEach((sample, i) => {
      inputs.set(samples.subarray(sample * size, (sample + 1) * size), i * size);
    });
    /** @returns {tf.Scalar} */
    const loss = () => {
      const x = tf.tensor(inputs, [net.batch, height, width, 1]);
      const logits = layers.reduce((value, apply) => apply(value), /** @type {tf.Tensor} */ (x));
      const targets = tf.oneHot(tf.tensor1d(order.map(labelOf), 'int32'), CLASSES);
      return tf.neg(tf.mean(tf.sum(tf.mul(targets, tf.logSoftmax(logits)), 1)));
    };
    const value = /** @type {tf.Scalar} */ (optimizer.minimize(loss, true, variables));
    const [result = Number.NaN] = value.dataSync();
    value.dispose();
    return result;
  };
};

await serve({ version: tf.version_core, threads: 1 }, build);
