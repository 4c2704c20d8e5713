import { encodeSafetensors } from '../io/safetensors/encode.ts';
import type { Layer } from '../layers/layer.ts';
import { namedLayers } from '../layers/namedLayers.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import { tensor } from '../tensor/create.ts';
import { scope } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { EarlyStop } from './earlyStop.ts';
import type { Plan, Position } from './position.ts';
import { stringify } from './record.ts';
import { weightsOf } from './weights.ts';

export const FORMAT = 'convasm checkpoint 1';

/**
 * All that a training goes on from, as a safetensors file. Tensors: the network's 'parameters.' and 'buffers.', 'optimizer.' with those of
 * its state, 'best.' with the weights that an early stop would restore. Metadata: `format`, and as JSON in `training` the rest.
 *
 * @throws OutOfMemoryError, DisposedError
 */
export function encodeCheckpoint(
  net: Layer,
  optimizer: Optimizer,
  plan: Plan,
  position: Position,
  earlyStop: EarlyStop | null,
): Uint8Array<ArrayBuffer> {
  return scope(() => {
    const { steps, tensors } = optimizer.state();
    const own = weightsOf(net);
    const { weights, ...best } = earlyStop?.best ?? { weights: null };
    const training = {
      plan,
      position,
      best: earlyStop?.best ? best : null,
      optimizer: { kind: optimizer.kind, learningRate: optimizer.learningRate, steps },
      layers: layerStates(net),
    };
    const kept = Object.entries(weights ?? {}).map(([name, values]): [string, Tensor] => {
      const { shape, dtype } = own[name] as Tensor;
      return [`best.${name}`, tensor(values, shape, dtype)];
    });
    const moving = Object.entries(tensors).map(([name, value]) => [`optimizer.${name}`, value]);
    const all = { ...own, ...Object.fromEntries(moving), ...Object.fromEntries(kept) };
    return encodeSafetensors(all, { format: FORMAT, training: stringify(training) });
  });
}

/** The states of the layers that have one, by the way to them. */
export function layerStates(net: Layer): Record<string, unknown> {
  const all = [...namedLayers(net)].map(({ path, layer }) => [path, layer.state] as const);
  return Object.fromEntries(all.filter(([, state]) => state !== undefined));
}
