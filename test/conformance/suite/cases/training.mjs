// Layers together: a small network learns.
import { check, close, equal } from '../check.mjs';
import { numbers } from '../data.mjs';

export const training = [
  { name: 'training: the loss falls in ten steps, nothing is left behind', run: steps },
  { name: 'training: float64 and float32 agree', run: precisions },
  { name: 'training: a residual network with all that trains, float32', run: tools => residual(tools, 'float32') },
  { name: 'training: a residual network with all that trains, float64', run: tools => residual(tools, 'float64') },
  { name: 'layers: eval() gives the bits of train()', run: evaluation },
];

const CLASSES = 4;
const BATCH = 16;

/** Pictures of noise with a bright square, in the corner that is their class. */
function pictures(batch, size) {
  const labels = Int32Array.from({ length: batch }, (_, n) => n % CLASSES);
  const pixels = numbers(batch * 2 * size * size, 41).map(value => 0.25 * value);
  const half = size / 2;
  for (let n = 0; n < batch; n++) {
    for (let y = 0; y < half; y++) {
      for (let x = 0; x < half; x++) {
        const [row, column] = [y + half * (labels[n] >> 1), x + half * (labels[n] & 1)];
        pixels[(n * 2 * size + row) * size + column] += 1;
      }
    }
  }
  return { pixels, shape: [batch, 2, size, size], labels };
}

/** Losses of a few steps, and the parameters after them. */
function train(convasm, dtype, count) {
  const { Conv2D, Flatten, Linear, MaxPool2D, AvgPool2D, ReLU, Sequential, SGD, SoftmaxCrossEntropy } = convasm;
  const { heUniform, scope, tensor } = convasm;
  const initializer = seed => heUniform({ seed });
  const net = new Sequential([
    new Conv2D({ inChannels: 2, outChannels: 16, kernelSize: 3, padding: 1, initializer: initializer(1), dtype }),
    new ReLU(),
    new MaxPool2D({ kernelSize: 2 }),
    new Conv2D({ inChannels: 16, outChannels: 24, kernelSize: 3, padding: 'same', initializer: initializer(2), dtype }),
    new ReLU(),
    new AvgPool2D({ kernelSize: 2 }),
    new Flatten(),
    new Linear({ inFeatures: 24 * 16, outFeatures: CLASSES, initializer: initializer(3), dtype }),
  ]);
  const loss = new SoftmaxCrossEntropy();
  const optimizer = new SGD(net, { learningRate: 0.05, momentum: 0.5 });
  const { pixels, shape, labels } = pictures(BATCH, 16);
  const used = [];
  const losses = Float64Array.from({ length: count }, () => {
    const value = scope(() => {
      const step = loss.forward(net.forward(tensor(pixels, shape, dtype)), labels);
      net.backward(loss.backward());
      optimizer.step();
      return step;
    });
    used.push(convasm.runtimeInfo().memory.used);
    return value;
  });
  const params = Object.values(net.params).map(parameter => parameter.data.slice());
  for (const owner of [net, loss, optimizer]) owner.dispose();
  return { losses, params, used };
}

function steps({ convasm, record }) {
  const { losses, params, used } = train(convasm, 'float32', 10);
  record(losses);
  for (const values of params) record(values);
  check(losses[9] < 0.5 * losses[0], `the loss went from ${losses[0]} to ${losses[9]}`);
  // The first step makes buffers, and later ones use them again.
  equal(used[9], used[1], 'memory in use after the last step, and the second');
}

function precisions({ convasm, record }) {
  const [single, double] = [train(convasm, 'float32', 3), train(convasm, 'float64', 3)];
  record(double.losses);
  single.losses.forEach((value, i) => {
    close(value, double.losses[i], 1e-4, 'loss of step', i);
  });
}

/** Normalisation, dropout, depthwise and transposed convolutions, AdamW, clipped gradients, label smoothing. */
function residual({ convasm, record }, dtype) {
  const { AdamW, BatchNorm2D, Conv2D, ConvTranspose2D, DepthwiseConv2D, Dropout, GlobalAvgPool2D } = convasm;
  const { HardSwish, Linear, ReLU6, Residual, Sequential, SiLU, SoftmaxCrossEntropy } = convasm;
  const { clipGradNorm, heUniform, scope, tensor } = convasm;
  let seed = 0;
  const parts = () => ({ initializer: heUniform({ seed: ++seed }), dtype });
  const norm = channels => new BatchNorm2D({ channels, dtype });
  const separable = new Sequential([
    new DepthwiseConv2D({ channels: 12, kernelSize: 3, padding: 1, bias: false, ...parts() }),
    norm(12),
    new ReLU6(),
    new Conv2D({ inChannels: 12, outChannels: 12, kernelSize: 1, bias: false, ...parts() }),
    norm(12),
  ]);
  const strided = { inChannels: 12, outChannels: 20, stride: 2, bias: false };
  const body = new Sequential([new Conv2D({ ...strided, kernelSize: 3, padding: 1, ...parts() }), norm(20)]);
  const shortcut = new Conv2D({ ...strided, kernelSize: 1, ...parts() });
  const net = new Sequential([
    new Conv2D({ inChannels: 2, outChannels: 12, kernelSize: 3, padding: 1, bias: false, ...parts() }),
    norm(12),
    new HardSwish(),
    new Residual(separable),
    new Residual(body, shortcut),
    new SiLU(),
    new ConvTranspose2D({ inChannels: 20, outChannels: 8, kernelSize: 2, stride: 2, ...parts() }),
    new GlobalAvgPool2D(),
    new Dropout({ p: 0.25, seed: 9 }),
    new Linear({ inFeatures: 8, outFeatures: CLASSES, ...parts() }),
  ]);
  const loss = new SoftmaxCrossEntropy({ labelSmoothing: 0.125 });
  const optimizer = new AdamW(net, { learningRate: 0.02 });
  const { pixels, shape, labels } = pictures(BATCH, 16);
  const used = [];
  const losses = Float64Array.from({ length: 10 }, () => {
    const value = scope(() => {
      const step = loss.forward(net.forward(tensor(pixels, shape, dtype)), labels);
      net.backward(loss.backward());
      clipGradNorm(net, 1);
      optimizer.step();
      return step;
    });
    used.push(convasm.runtimeInfo().memory.used);
    return value;
  });
  record(losses);
  for (const { data } of Object.values({ ...net.params, ...net.buffers })) record(data);
  check(losses[9] < 0.8 * losses[0], `the loss went from ${losses[0]} to ${losses[9]}`);
  equal(used[9], used[1], 'memory in use after the last step, and the second');
  record(net.eval().forward(tensor(pixels, shape, dtype)).data);
  for (const owner of [net, loss, optimizer]) owner.dispose();
}

function evaluation({ convasm: { Conv2D, heUniform, tensor }, record }) {
  for (const algorithm of ['direct', 'planar', 'winograd2', 'winograd4']) {
    const sizes = { inChannels: 20, outChannels: 24, kernelSize: 3, padding: 1 };
    const layer = new Conv2D({ ...sizes, algorithm, initializer: heUniform({ seed: 4 }) });
    const x = tensor(numbers(2 * 20 * 14 * 14, 42), [2, 20, 14, 14]);
    const y = Float32Array.from(layer.forward(x).data);
    layer.eval();
    record(y);
    for (const turn of ['first', 'second']) equal(layer.forward(x).data, y, `the ${turn} time in eval(), ${algorithm}`);
    layer.dispose();
  }
}
