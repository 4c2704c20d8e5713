// Models of tf.layers, trained on both backends from the same weights.
import * as tf from '@tensorflow/tfjs-core';
import { input, layers, loadLayersModel, model, sequential } from '@tensorflow/tfjs-layers';
import { describeModels, expectSame, noise } from './compare.mjs';

const SAMPLES = 16;
const CLASSES = 3;
/** Of four steps. In stressed memory one has to do: each allocation takes longer than what it is for. */
const EPOCHS = globalThis.suiteOptions.stressed ? 1 : 5;

/** Samples whose mean says which class they are of. */
function samples(shape) {
  const length = shape.reduce((product, size) => product * size, 1);
  const values = noise(SAMPLES * length, 1);
  const labels = Int32Array.from({ length: SAMPLES }, (_, n) => n % CLASSES);
  values.forEach((value, i) => {
    values[i] = value / 2 + labels[Math.floor(i / length)] / 2;
  });
  const classes = tf.tensor1d(labels, 'int32');
  const y = tf.oneHot(classes, CLASSES);
  classes.dispose();
  return { x: tf.tensor(values, [SAMPLES, ...shape]), y };
}

/** Some steps of Adam: the losses, what the model says then, and its weights. */
async function train(net) {
  const { x, y } = samples(net.inputs[0].shape.slice(1));
  const weights = net.getWeights();
  const start = weights.map(({ shape, size }, i) =>
    tf.tensor(
      noise(size, i + 2).map(value => value / Math.sqrt(size / shape.at(-1))),
      shape,
    ),
  );
  // A variance must not be negative.
  const positive = start.map((value, i) =>
    /variance|gamma/.test(net.weights[i].name) ? tf.add(tf.abs(value), 0.5) : tf.clone(value),
  );
  net.setWeights(positive);
  tf.dispose([start, positive]);
  const optimizer = tf.train.adam(0.005);
  net.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  const { history } = await net.fit(x, y, {
    epochs: EPOCHS,
    batchSize: 4,
    shuffle: false,
    verbose: 0,
    yieldEvery: 'never',
  });
  const [loss, accuracy] = net.evaluate(x, y, { batchSize: 8 });
  const predicted = net.predict(x, { batchSize: 5 });
  const answers = {
    losses: history.loss,
    evaluated: [loss.dataSync()[0], accuracy.dataSync()[0]],
    predicted: predicted.dataSync(),
    ...Object.fromEntries(net.getWeights().map((weight, i) => [`weight ${i}`, weight.dataSync()])),
  };
  if (EPOCHS > 1 && !(history.loss.at(-1) < history.loss[0])) fail(`the loss did not fall: ${history.loss}`);
  tf.dispose([x, y, loss, accuracy, predicted]);
  net.dispose();
  optimizer.dispose();
  return answers;
}

describeModels('tf.layers', () => {
  it('trains a CNN as on cpu', async () => {
    await expectSame(() =>
      train(
        sequential({
          layers: [
            layers.conv2d({ inputShape: [13, 12, 3], filters: 8, kernelSize: 3, padding: 'same', useBias: false }),
            layers.batchNormalization(),
            layers.reLU({ maxValue: 6 }),
            layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, padding: 'same', activation: 'relu' }),
            layers.maxPooling2d({ poolSize: 2, padding: 'same' }),
            layers.separableConv2d({ filters: 12, kernelSize: 3, activation: 'elu' }),
            layers.dropout({ rate: 0.2, seed: 3 }),
            layers.conv2d({ filters: 10, kernelSize: 2, activation: 'tanh' }),
            layers.averagePooling2d({ poolSize: 2, strides: 1 }),
            layers.flatten(),
            layers.dense({ units: 16, activation: 'relu' }),
            layers.dense({ units: CLASSES, activation: 'softmax' }),
          ],
        }),
      ),
    );
  });

  it('trains a network with branches as on cpu', async () => {
    await expectSame(() => {
      const image = input({ shape: [10, 10, 4] });
      const conv = (x, options) => layers.conv2d({ kernelSize: 3, padding: 'same', ...options }).apply(x);
      const a = conv(image, { filters: 8, activation: 'relu' });
      const b = layers.leakyReLU().apply(layers.add().apply([a, conv(a, { filters: 8 })]));
      const c = layers.concatenate().apply([
        conv(b, { filters: 4, kernelSize: 1 }),
        // Not nearest: the cpu backend's gradient of that reads dy at the wrong places for all images but the first.
        layers.upSampling2d({ interpolation: 'bilinear' }).apply(layers.maxPooling2d({}).apply(b)),
      ]);
      const d = layers
        .conv2dTranspose({ filters: 6, kernelSize: 3, strides: 2, padding: 'same', activation: 'sigmoid' })
        .apply(c);
      const e = layers
        .layerNormalization()
        .apply(layers.zeroPadding2d({ padding: 1 }).apply(layers.multiply().apply([d, d])));
      const pooled = layers.globalAveragePooling2d({}).apply(e);
      const most = layers.globalMaxPooling2d({}).apply(c);
      const y = layers
        .dense({ units: CLASSES, activation: 'softmax' })
        .apply(layers.concatenate().apply([pooled, most]));
      return train(model({ inputs: image, outputs: y }));
    });
  });

  it('trains recurrent networks as on cpu', async () => {
    await expectSame(() =>
      train(
        sequential({
          layers: [
            layers.conv1d({ inputShape: [6, 4], filters: 8, kernelSize: 3, activation: 'relu' }),
            layers.lstm({ units: 6, returnSequences: true }),
            layers.bidirectional({ layer: layers.gru({ units: 5 }), mergeMode: 'concat' }),
            layers.dense({ units: CLASSES, activation: 'softmax' }),
          ],
        }),
      ),
    );
  });

  it('saves what it has trained, and loads it again', async () => {
    await tf.setBackend('convasm');
    const net = sequential({
      layers: [
        layers.conv2d({ inputShape: [6, 6, 2], filters: 3, kernelSize: 3 }),
        layers.flatten(),
        layers.dense({ units: 2 }),
      ],
    });
    let saved;
    await net.save(
      tf.io.withSaveHandler(async artifacts => {
        saved = artifacts;
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
      }),
    );
    const other = await loadLayersModel(tf.io.fromMemory(saved));
    const x = tf.tensor(noise(72, 1), [1, 6, 6, 2]);
    const [expected, actual] = [net, other].map(one => one.predict(x).dataSync());
    expect([...actual]).toEqual([...expected]);
    net.dispose();
    other.dispose();
  });
});
