// convasm: `node convasm.mjs THREADS`.
import * as convasm from '../../../dist/index.js';
import { LEARNING_RATE, MOMENTUM } from './nets.mjs';
import { labelOf, product, serve } from './side.mjs';

await convasm.init({ threads: Number(process.argv[2]) });
const { variant, threads } = convasm.runtimeInfo();

/** @param {import('./nets.mjs').LayerSpec} spec @param {Iterator<Float32Array>} parameters */
function layer(spec, parameters) {
  const { in: inputs, out, kernel = 1, stride = 1, bias, body, shortcut } = spec;
  const sequence = specs => new convasm.Sequential(specs.map(inner => layer(inner, parameters)));
  const given = () => () => /** @type {Float32Array} */ (parameters.next().value);
  switch (spec.kind) {
    case 'conv': {
      const options = { inChannels: inputs, outChannels: out, kernelSize: kernel, stride, padding: kernel >> 1, bias };
      const made = new convasm.Conv2D({ ...options, initializer: given() });
      if (bias) made.params.b.set(parameters.next().value);
      return made;
    }
    case 'norm': {
      const made = new convasm.BatchNorm2D({ channels: inputs });
      made.params.weight.set(parameters.next().value);
      made.params.bias.set(parameters.next().value);
      return made;
    }
    case 'relu':
      return new convasm.ReLU();
    case 'maxPool':
      return new convasm.MaxPool2D({ kernelSize: 2 });
    case 'globalAvgPool':
      return new convasm.GlobalAvgPool2D();
    case 'flatten':
      return new convasm.Flatten();
    case 'linear': {
      const made = new convasm.Linear({ inFeatures: inputs, outFeatures: out, initializer: given() });
      made.params.b.set(parameters.next().value);
      return made;
    }
    case 'residual': {
      const first = sequence(body);
      return new convasm.Residual(first, shortcut ? sequence(shortcut) : null);
    }
    default:
      throw new Error(`no layer of the kind ${spec.kind}`);
  }
}

await serve({ version: `${variant}, Node ${process.versions.node}`, threads }, (net, parameters, samples) => {
  const iterator = parameters.values();
  const model = new convasm.Sequential(net.layers.map(spec => layer(spec, iterator)));
  const loss = new convasm.SoftmaxCrossEntropy();
  const optimizer = new convasm.SGD(model, { learningRate: LEARNING_RATE, momentum: MOMENTUM });
  const size = product(net.input);
  const inputs = new Float32Array(net.batch * size);
  const labels = new Int32Array(net.batch);
  return order => {
    order.forEach((sample, i) => {
      inputs.set(samples.subarray(sample * size, (sample + 1) * size), i * size);
      labels[i] = labelOf(sample);
    });
    return convasm.scope(() => {
      const value = loss.forward(model.forward(convasm.tensor(inputs, [net.batch, ...net.input])), labels);
      model.backward(loss.backward());
      optimizer.step();
      return value;
    });
  };
});
