import type { Layer } from './layer.ts';

/** A layer of a network and the names of the layers on the way to it, with dots between: '' for the network itself. */
export type NamedLayer = readonly [path: string, layer: Layer];

/** `layer` and all layers inside it, each before those inside it. */
export function* namedLayers(layer: Layer, path = ''): Generator<NamedLayer> {
  yield [path, layer];
  for (const [name, child] of layer.namedChildren) yield* namedLayers(child, path ? `${path}.${name}` : name);
}
