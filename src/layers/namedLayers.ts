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
