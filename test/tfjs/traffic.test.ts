import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ConvasmBackend } from '../../src/tfjs/index.ts';
import '../../src/tfjs/index.ts';
import { random } from '../helpers/values.ts';

beforeAll(async () => {
  await tf.setBackend('convasm');
});

const BATCH = 4;
const CLASSES = 5;
const IMAGES = [BATCH, 8, 8, 2] as const;
/** Steps that make optimizers' variables and bring all others to linear memory. */
const WARM_UP = 2;

const imagesOf = (step: number) => Float32Array.from(random(IMAGES, step).data);
const classesOf = (step: number) => Int32Array.from({ length: BATCH }, (_, i) => (i + step) % CLASSES);

/** How often tensors cross in a call. */
async function crossingsOf(run: () => unknown): Promise<{ uploads: number; uploadedBytes: number; reads: number }> {
  const backend = tf.backend() as ConvasmBackend;
  const before = backend.traffic;
  await run();
  const after = backend.traffic;
  return {
    uploads: after.uploads - before.uploads,
    uploadedBytes: after.uploadedBytes - before.uploadedBytes,
    reads: after.reads - before.reads,
  };
}

/** Convolutions, one of them with batch normalisation, pools, a fully connected layer. */
class Network {
  readonly #filters = [variable([3, 3, 2, 8], 1), variable([3, 3, 8, 8], 2)] as tf.Tensor4D[];
  readonly #scale = tf.variable(tf.ones([8])) as tf.Tensor1D;
  readonly #offset = tf.variable(tf.zeros([8])) as tf.Tensor1D;
  readonly #bias = variable([8], 3);
  readonly #depthwise = variable([3, 3, 8, 1], 4) as tf.Tensor4D;
  readonly #matrix = variable([32, CLASSES], 5) as tf.Tensor2D;
  readonly #last = variable([CLASSES], 6);

  logits(images: tf.Tensor4D): tf.Tensor2D {
    const [first, second] = this.#filters as [tf.Tensor4D, tf.Tensor4D];
    const y = tf.conv2d(images, first, 1, 'same');
    const { mean, variance } = tf.moments(y, [0, 1, 2]);
    const normal = tf.batchNorm(y, mean as tf.Tensor1D, variance as tf.Tensor1D, this.#offset, this.#scale, 1e-3);
    const a = tf.maxPool(tf.relu(normal) as tf.Tensor4D, 2, 2, 'valid');
    const b = tf.relu6(tf.add(tf.conv2d(a, second, 1, 'same'), this.#bias)) as tf.Tensor4D;
    const c = tf.avgPool(tf.leakyRelu(tf.depthwiseConv2d(b, this.#depthwise, 1, 'same')) as tf.Tensor4D, 2, 2, 'valid');
    return tf.add(tf.matMul(tf.reshape(c, [BATCH, 32]) as tf.Tensor2D, this.#matrix), this.#last);
  }
}

function variable(shape: number[], seed: number): tf.Variable {
  return tf.variable(tf.mul(tf.tensor(Array.from(random(shape, seed).data), shape), 0.3));
}

const optimizers: Record<string, () => tf.Optimizer> = {
  sgd: () => tf.train.sgd(0.05),
  momentum: () => tf.train.momentum(0.05, 0.9),
  nesterov: () => tf.train.momentum(0.05, 0.9, true),
  adam: () => tf.train.adam(0.01),
  rmsprop: () => tf.train.rmsprop(0.01, 0.9, 0.5),
  'centred rmsprop': () => tf.train.rmsprop(0.01, 0.9, 0.5, 1e-7, true),
  adagrad: () => tf.train.adagrad(0.01),
  adadelta: () => tf.train.adadelta(0.1),
  adamax: () => tf.train.adamax(0.01),
};

describe('in a step of training nothing crosses but its images and labels, and the loss that is read', () => {
  for (const [name, make] of Object.entries(optimizers)) {
    it(name, async () => {
      const network = new Network();
      const optimizer = make();
      const step = (at: number) =>
        tf.tidy(() => {
          const images = tf.tensor4d(imagesOf(at), [...IMAGES]);
          const labels = tf.oneHot(tf.tensor1d(classesOf(at), 'int32'), CLASSES);
          const lossOf = () => tf.losses.softmaxCrossEntropy(labels, network.logits(images)) as tf.Scalar;
          return (optimizer.minimize(lossOf, true) as tf.Scalar).dataSync()[0] as number;
        });
      for (let i = 0; i < WARM_UP; i++) step(i);
      const inputs = imagesOf(0).byteLength + classesOf(0).byteLength;
      expect(await crossingsOf(() => step(WARM_UP))).toEqual({ uploads: 2, uploadedBytes: inputs, reads: 1 });
      optimizer.dispose();
      tf.disposeVariables();
    });
  }
});

const layers: Record<string, () => tfl.layers.Layer[]> = {
  'batch normalisation': () => [
    tfl.layers.batchNormalization(),
    tfl.layers.activation({ activation: 'relu' }),
    tfl.layers.maxPooling2d({ poolSize: 2 }),
  ],
  'depthwise and separable convolutions': () => [
    tfl.layers.depthwiseConv2d({ kernelSize: 3, padding: 'same', activation: 'relu6' }),
    tfl.layers.averagePooling2d({ poolSize: 2 }),
    tfl.layers.separableConv2d({ filters: 6, kernelSize: 3, activation: 'sigmoid' }),
  ],
  'a transposed convolution and layer normalisation': () => [
    tfl.layers.conv2dTranspose({ filters: 4, kernelSize: 3, strides: 2, padding: 'same', activation: 'elu' }),
    tfl.layers.layerNormalization(),
    tfl.layers.prelu(),
  ],
  'global pools': () => [
    tfl.layers.conv2d({ filters: 4, kernelSize: 3, activation: 'swish' }),
    tfl.layers.globalAveragePooling2d({ dataFormat: 'channelsLast' }),
    tfl.layers.dense({ units: 8, activation: 'tanh' }),
  ],
};

describe('in a step of tf.layers nothing crosses but its images and labels, and the loss and the metric that it reads', () => {
  for (const [name, make] of Object.entries(layers)) {
    it(name, async () => {
      const inputShape = IMAGES.slice(1);
      const model = tfl.sequential({
        layers: [tfl.layers.conv2d({ filters: 8, kernelSize: 3, padding: 'same', inputShape }), ...make()],
      });
      if (model.outputShape.length > 2) model.add(tfl.layers.flatten());
      model.add(tfl.layers.dense({ units: CLASSES, activation: 'softmax' }));
      model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
      const oneHot = (classes: Int32Array) =>
        Float32Array.from({ length: BATCH * CLASSES }, (_, i) =>
          Number(classes[Math.floor(i / CLASSES)] === i % CLASSES),
        );
      const step = async (at: number) => {
        const images = tf.tensor4d(imagesOf(at), [...IMAGES]);
        const labels = tf.tensor2d(oneHot(classesOf(at)), [BATCH, CLASSES]);
        await model.trainOnBatch(images, labels);
        tf.dispose([images, labels]);
      };
      for (let i = 0; i < WARM_UP; i++) await step(i);
      const inputs = 4 * (imagesOf(0).length + BATCH * CLASSES);
      expect(await crossingsOf(() => step(WARM_UP))).toEqual({ uploads: 2, uploadedBytes: inputs, reads: 2 });
      model.dispose();
    });
  }
});
