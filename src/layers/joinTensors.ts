import type { Layer } from './layer.ts';

type Kind = 'params' | 'grads' | 'buffers';

/**
 * Makes parameters, gradients and buffers of a container those of the layers in it, named as PyTorch's state_dict does it: the layer's
 * name (in a list: its place), a dot, the tensor's own name.
 */
export function joinTensors(container: Layer): void {
  for (const kind of ['params', 'grads', 'buffers'] as const)
    Object.defineProperty(container, kind, { enumerable: true, get: () => join(container, kind) });
}

/** Whether `joinTensors` was called for a layer: it has no tensors of its own then. */
export function isJoined(layer: Layer): boolean {
  return Object.getOwnPropertyDescriptor(layer, 'params')?.get !== undefined;
}

function join<K extends Kind>(container: Layer, kind: K): Layer[K] {
  return Object.fromEntries(
    container.namedChildren.flatMap(([prefix, layer]) =>
      Object.entries(layer[kind]).map(([name, tensor]) => [`${prefix}.${name}`, tensor]),
    ),
  ) as Layer[K];
}
