import type { Tensor } from '../tensor/tensor.ts';
import { isJoined } from './joinTensors.ts';
import type { Layer } from './layer.ts';

export interface NamedLayer {
  /** The names of the layers on the way to it, with dots between: '' for the network itself. */
  readonly path: string;
  readonly layer: Layer;
  /** How many layers it is inside of. */
  readonly depth: number;
}

/** `layer` and all layers inside it, each before those inside it. */
export function* namedLayers(layer: Layer, path = '', depth = 0): Generator<NamedLayer> {
  yield { path, layer, depth };
  for (const [name, child] of layer.namedChildren) {
    yield* namedLayers(child, path ? `${path}.${name}` : name, depth + 1);
  }
}

/** The two places of a layer that stands in a network twice; null where there is none. */
export function repeatedLayer(net: Layer): readonly [string, string] | null {
  const paths = new Map<Layer, string>();
  for (const { path, layer } of namedLayers(net)) {
    const other = paths.get(layer);
    if (other !== undefined) return [other, path];
    paths.set(layer, path);
  }
  return null;
}

export interface NamedTensor {
  readonly kind: 'parameters' | 'buffers';
  /** The names of the layers on the way to it, each with a dot behind. */
  readonly prefix: string;
  readonly name: string;
  readonly tensor: Tensor;
}

/** All that a trained network is, layer by layer, parameters before buffers. */
export function* namedTensors(net: Layer): Generator<NamedTensor> {
  for (const { path, layer } of namedLayers(net)) {
    const prefix = path && `${path}.`;
    for (const [name, tensor] of ownTensors(layer, 'params')) yield { kind: 'parameters', prefix, name, tensor };
    for (const [name, tensor] of ownTensors(layer, 'buffers')) yield { kind: 'buffers', prefix, name, tensor };
  }
}

/** A layer's own tensors with their names. Containers show those of what is in them, too, which come by themselves. */
export function ownTensors(layer: Layer, kind: 'params' | 'buffers'): [string, Tensor][] {
  if (isJoined(layer)) return [];
  const inner = layer.namedChildren.map(([name]) => `${name}.`);
  return Object.entries(layer[kind]).filter(([name]) => !inner.some(prefix => name.startsWith(prefix)));
}
