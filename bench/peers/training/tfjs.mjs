// TensorFlow.js on its backend in plain JavaScript, the only one without WebGPU or WebGL that trains. Channels-last, as it likes it.
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
// The main file that Node takes leaves the gradients out, and this one only bundlers resolve; so main.mjs bundles all of it.
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { CLASSES, LEARNING_RATE, MOMENTUM } from './nets.mjs';
import { labelOf, product, serve } from './side.mjs';

tf.enableProdMode();
await tf.setBackend('cpu');

await serve({ version: tf.version_core, threads: 1 }, (net, parameters, samples) => {
  const iterator = parameters.values();
  const variables = [];
  const variable = (shape, order) => {
    const made = tf.variable(tf.transpose(tf.tensor(iterator.next().value, shape), order));
    variables.push(made);
    return made;
  };
  const [, height, width] = net.input;
  const layers = net.layers.map(({ kind, in: inputs, out, kernel }) => {
    switch (kind) {
      case 'conv': {
        const filters = variable([out, inputs, kernel, kernel], [2, 3, 1, 0]);
        const bias = variable([out], [0]);
        return x => tf.add(tf.conv2d(x, filters, 1, 'same'), bias);
      }
      case 'relu':
        return x => tf.relu(x);
      case 'maxPool':
        return x => tf.maxPool(x, 2, 2, 'valid');
      case 'flatten':
        // In the order of the others, so that the weights mean the same.
        return x => tf.reshape(tf.transpose(x, [0, 3, 1, 2]), [net.batch, -1]);
      case 'linear': {
        const weights = variable([out, inputs], [1, 0]);
        const bias = variable([out], [0]);
        return x => tf.add(tf.matMul(x, weights), bias);
      }
      default:
        throw new Error(`not trained in TensorFlow.js: ${kind}`);
    }
  });
  const optimizer = tf.train.momentum(LEARNING_RATE, MOMENTUM);
  const size = product(net.input);
  const inputs = new Float32Array(net.batch * size);
  return order => {
    order.forEach((sample, i) => inputs.set(samples.subarray(sample * size, (sample + 1) * size), i * size));
    const value = optimizer.minimize(
      () =>
        tf.tidy(() => {
          const x = tf.tensor(inputs, [net.batch, height, width, net.input[0]]);
          const logits = layers.reduce((value, layer) => layer(value), x);
          const targets = tf.oneHot(tf.tensor1d(order.map(labelOf), 'int32'), CLASSES);
          return tf.neg(tf.mean(tf.sum(tf.mul(targets, tf.logSoftmax(logits)), 1)));
        }),
      true,
      variables,
    );
    const [loss] = value.dataSync();
    value.dispose();
    return loss;
  };
});
