// A network and its training step in convasm, as main.mjs and kernels.mjs use it; `init` has to come first.
import * as convasm from '../../../dist/index.js';
import { LEARNING_RATE, MOMENTUM } from './nets.mjs';
import { labelOf, product } from './side.mjs';

/**
 * @param {import('./nets.mjs').LayerSpec} spec
 * @param {Iterator<Float32Array>} parameters
 * @returns {convasm.Layer}
 */
function layer(spec, parameters) {
  const { in: inputs = 0, out = 0, kernel = 1, stride = 1, bias = false, body = [], shortcut } = spec;
  /** @param {import('./nets.mjs').LayerSpec[]} specs */
  const sequence = specs => new convasm.Sequential(specs.map(inner => layer(inner, parameters)));
  /** Gives `owner` its parameters. @template {convasm.Layer} T @param {T} owner */
  const filled = owner => {
    for (const parameter of Object.values(owner.params)) parameter.set(parameters.next().value);
    return owner;
  };
  switch (spec.kind) {
    case 'conv': {
      const sizes = { inChannels: inputs, outChannels: out, kernelSize: kernel };
      return filled(new convasm.Conv2D({ ...sizes, stride, padding: kernel >> 1, bias }));
    }
    case 'norm':
      return filled(new convasm.BatchNorm2D({ channels: inputs }));
    case 'relu':
      return new convasm.ReLU();
    case 'maxPool':
      return new convasm.MaxPool2D({ kernelSize: 2 });
    case 'globalAvgPool':
      return new convasm.GlobalAvgPool2D();
    case 'flatten':
      return new convasm.Flatten();
    case 'linear':
      return filled(new convasm.Linear({ inFeatures: inputs, outFeatures: out }));
    case 'residual': {
      const first = sequence(body);
      return new convasm.Residual(first, shortcut ? sequence(shortcut) : null);
    }
    default:
      throw new Error(`no layer of the kind ${spec.kind}`);
  }
}

/** @type {Parameters<typeof import('./side.mjs').serve>[1]} */
export const build = (net, parameters, samples) => {
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
      model.backwardParams(loss.backward());
      optimizer.step();
      return value;
    });
  };
};
