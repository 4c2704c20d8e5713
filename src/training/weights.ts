import type { Layer } from '../layers/layer.ts';
import { namedTensors } from '../layers/namedLayers.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** Copies of parameters and buffers outside of the linear memory, by the names of `weightsOf`. */
export type Weights = Readonly<Record<string, Float32Array | Float64Array>>;

/** All that a trained network is: its parameters by names such as 'parameters.0.W', its buffers by 'buffers.1.runningMean'. */
export function weightsOf(net: Layer): Record<string, Tensor> {
  const entries = [...namedTensors(net)].map(({ kind, prefix, name, tensor }) => [`${kind}.${prefix}${name}`, tensor]);
  return Object.fromEntries(entries);
}

export function copyWeights(net: Layer): Weights {
  return Object.fromEntries(Object.entries(weightsOf(net)).map(([name, { data }]) => [name, data.slice()]));
}

export function setWeights(net: Layer, weights: Weights): void {
  for (const [name, tensor] of Object.entries(weightsOf(net))) {
    const values = weights[name];
    if (values) tensor.data.set(values);
  }
}
