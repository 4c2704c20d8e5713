import type { Layer } from '../layers/layer.ts';
import { namedLayers } from '../layers/namedLayers.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** Copies of parameters and buffers outside of the linear memory, by the names of `weightsOf`. */
export type Weights = Readonly<Record<string, Float32Array | Float64Array>>;

/** All that a trained network is: its parameters by names such as 'parameters.0.W', its buffers by 'buffers.1.runningMean'. */
export function weightsOf(net: Layer): Record<string, Tensor> {
  const named: Record<string, Tensor> = {};
  for (const { path, layer } of namedLayers(net)) {
    // Containers show the tensors of what is in them, which comes by itself.
    if (layer.namedChildren.length > 0) continue;
    const prefix = path && `${path}.`;
    for (const [name, tensor] of Object.entries(layer.params)) named[`parameters.${prefix}${name}`] = tensor;
    for (const [name, tensor] of Object.entries(layer.buffers)) named[`buffers.${prefix}${name}`] = tensor;
  }
  return named;
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
