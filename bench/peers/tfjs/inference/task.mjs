import * as tf from '@tensorflow/tfjs-core';
import { generator } from '../shared.mjs';
import { CLASSES } from './nets.mjs';

/** @typedef {import('./nets.mjs').Stage} Stage */
/** @typedef {(x: tf.Tensor4D) => tf.Tensor4D} Apply */
/** @typedef {'graph' | 'ops' | 'layers'} Form */

/** Keras' default. */
const EPSILON = 1e-3;
const MOST = 6;

/**
 * A network with random weights. A call takes an image from JavaScript and gives the probabilities of its classes to JavaScript.
 *
 * @param {{ net: import('./nets.mjs').Net, form: Form }} spec
 * @returns {import('../side.mjs').Task}
 */
export function prepareNet({ net: { size, stages }, form }) {
  const builder = new Builder(form);
  const { apply, channels } = builder.chain(stages, 3);
  const head = builder.head(channels);
  const image = uniform([1, size, size, 3], generator(1));
  const predict = () => {
    const y = tf.tidy(() => head(apply(tf.tensor4d(image, [1, size, size, 3]))));
    const values = /** @type {Float32Array} */ (y.dataSync());
    y.dispose();
    return values;
  };
  return {
    run: () => void predict(),
    result: () => [Float32Array.from(predict())],
    drop: () => {
      for (const weight of builder.weights) weight.dispose();
    },
  };
}

/** Makes the layers of a form one after the other, and their weights: the same in each form. */
class Builder {
  /** @type {tf.Tensor[]} */
  weights = [];
  #form;
  #next = generator(2);

  /** @param {Form} form */
  constructor(form) {
    this.#form = form;
  }

  /**
   * @param {readonly Stage[]} stages
   * @param {number} channels
   * @returns {{ apply: Apply, channels: number }} the channels that come out
   */
  chain(stages, channels) {
    let out = channels;
    const applies = stages.map(stage => {
      const made = this.#stage(stage, out);
      out = made.channels;
      return made.apply;
    });
    return { apply: x => applies.reduce((value, apply) => apply(value), x), channels: out };
  }

  /** @param {number} channels @returns {(x: tf.Tensor4D) => tf.Tensor} */
  head(channels) {
    const weights = this.#keep(uniform([channels, CLASSES], this.#next, Math.sqrt(3 / channels)), [channels, CLASSES]);
    const bias = this.#keep(uniform([CLASSES], this.#next, 0.1), [CLASSES]);
    return x => {
      const a = /** @type {tf.Tensor2D} */ (tf.mean(x, [1, 2]));
      const logits =
        this.#form === 'ops'
          ? tf.add(tf.matMul(a, /** @type {tf.Tensor2D} */ (weights)), bias)
          : tf.fused.matMul({ a, b: weights, bias });
      return tf.softmax(logits);
    };
  }

  /** @param {Stage} stage @param {number} channels @returns {{ apply: Apply, channels: number }} */
  #stage(stage, channels) {
    const { kind, kernel = 1, stride = 1, body = [], shortcut, activation = 'linear' } = stage;
    if (kind === 'maxPool') return { apply: this.#maxPool(kernel, stride), channels };
    if (kind !== 'residual') return this.#convolution(stage, channels);
    const main = this.chain(body, channels);
    const side = shortcut ? this.chain(shortcut, channels).apply : (/** @type {tf.Tensor4D} */ x) => x;
    const act = this.#activation(activation);
    return { apply: x => act(tf.add(side(x), main.apply(x))), channels: main.channels };
  }

  /** @param {number} kernel @param {number} stride @returns {Apply} */
  #maxPool(kernel, stride) {
    if (this.#form !== 'layers') return x => tf.maxPool(x, kernel, stride, 'same');
    const pad = padding(kernel);
    return x => tf.maxPool(tf.pad(x, pad), kernel, stride, 'valid');
  }

  /** @param {Stage} stage @param {number} inputs @returns {{ apply: Apply, channels: number }} */
  #convolution({ kind, kernel = 1, stride = 1, out = 0, activation = 'linear' }, inputs) {
    const depthwise = kind === 'depthwise';
    const channels = depthwise ? inputs : out;
    const fan = kernel * kernel * (depthwise ? 1 : inputs);
    const shape = [kernel, kernel, inputs, depthwise ? 1 : out];
    const values = uniform(shape, this.#next, Math.sqrt((activation === 'linear' ? 3 : 6) / fan));
    const norm = {
      scale: uniform([channels], this.#next, 0.2).map(value => 1 + value),
      offset: uniform([channels], this.#next, 0.1),
      mean: uniform([channels], this.#next, 0.1),
      variance: uniform([channels], this.#next, 0.5).map(value => 1 + value),
    };
    const convolve = depthwise ? tf.depthwiseConv2d : tf.conv2d;
    const fused = depthwise ? tf.fused.depthwiseConv2d : tf.fused.conv2d;
    if (this.#form === 'graph') {
      const factors = norm.scale.map((value, c) => value / Math.sqrt(norm.variance[c] + EPSILON));
      // The channels that come out are the last dimension, or the last but one of [height, width, channels, 1].
      const folded = values.map((value, i) => value * factors[i % channels]);
      const filter = /** @type {tf.Tensor4D} */ (this.#keep(folded, shape));
      const bias = this.#keep(
        norm.offset.map((value, c) => value - norm.mean[c] * factors[c]),
        [channels],
      );
      return { apply: x => fused({ x, filter, strides: stride, pad: 'same', bias, activation }), channels };
    }
    const filter = /** @type {tf.Tensor4D} */ (this.#keep(values, shape));
    const normalize = this.#normalization(norm, channels);
    const act = this.#activation(activation);
    if (this.#form === 'ops') return { apply: x => act(normalize(convolve(x, filter, stride, 'same'))), channels };
    const layer = depthwise
      ? (/** @type {tf.Tensor4D} */ x, /** @type {'same' | 'valid'} */ pad) =>
          tf.depthwiseConv2d(x, filter, stride, pad)
      : (/** @type {tf.Tensor4D} */ x, /** @type {'same' | 'valid'} */ pad) =>
          tf.fused.conv2d({ x, filter, strides: stride, pad, dilations: [1, 1], dataFormat: 'NHWC' });
    const pad = padding(kernel);
    // Keras pads in a layer of its own where the stride is 2.
    const padded = kernel > 1 && stride > 1;
    return {
      apply: x => act(normalize(padded ? layer(tf.pad(x, pad), 'valid') : layer(x, 'same'))),
      channels,
    };
  }

  /** @param {Record<'scale' | 'offset' | 'mean' | 'variance', Float32Array>} norm @param {number} channels @returns {Apply} */
  #normalization(norm, channels) {
    const keep = (/** @type {Float32Array} */ values) => /** @type {tf.Tensor1D} */ (this.#keep(values, [channels]));
    const [mean, variance, offset, scale] = [norm.mean, norm.variance, norm.offset, norm.scale].map(keep);
    return x => tf.batchNorm4d(x, mean, variance, offset, scale, EPSILON);
  }

  /** @param {NonNullable<Stage['activation']>} activation @returns {Apply} */
  #activation(activation) {
    if (activation === 'linear') return x => x;
    if (activation === 'relu') return x => tf.relu(x);
    if (this.#form === 'layers') return x => tf.clipByValue(tf.relu(x), 0, MOST);
    return x => tf.relu6(x);
  }

  /** @param {Float32Array} values @param {number[]} shape */
  #keep(values, shape) {
    const weight = tf.tensor(values, shape);
    this.weights.push(weight);
    return weight;
  }
}

/**
 * What TensorFlow pads where the stride is 2 and the size is even.
 *
 * @param {number} kernel
 * @returns {[number, number][]}
 */
function padding(kernel) {
  const [before, after] = [(kernel - 2) >> 1, (kernel - 1) >> 1];
  return [
    [0, 0],
    [before, after],
    [before, after],
    [0, 0],
  ];
}

/**
 * Numbers in [-limit, limit).
 *
 * @param {readonly number[]} shape
 * @param {() => number} next
 * @param {number} [limit]
 */
function uniform(shape, next, limit = 1) {
  const size = shape.reduce((product, n) => product * n, 1);
  return Float32Array.from({ length: size }, () => limit * (2 * next() - 1));
}
