import type { Layer } from '../layers/layer.ts';
import { ownTensors } from '../layers/namedLayers.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** A parameter of a network, with the layer's gradient of it. */
export interface NamedParameter {
  /** As in the `params` of the network: the names of the layers on the way to it and its own, with dots between. */
  readonly name: string;
  readonly parameter: Tensor;
  readonly gradient: Tensor | null;
  /** Whether an optimizer may change it; a container with optimizable = false freezes all inside it. */
  readonly optimizable: boolean;
}

/** The parameters of all layers in `layer`, in order. */
export function* namedParameters(layer: Layer, prefix = '', optimizable = true): Generator<NamedParameter> {
  const open = optimizable && layer.optimizable;
  for (const [name, parameter] of ownTensors(layer, 'params')) {
    yield { name: prefix + name, parameter, gradient: layer.grads[name] ?? null, optimizable: open };
  }
  for (const [name, child] of layer.namedChildren) yield* namedParameters(child, `${prefix}${name}.`, open);
}
