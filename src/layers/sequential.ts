import { ArgumentError, StateError } from '../errors.ts';
import { scope } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { infer } from './inference.ts';
import { joinTensors } from './joinTensors.ts';
import { Layer } from './layer.ts';
import { repeatedLayer } from './namedLayers.ts';
import type { Stage } from './stage.ts';
import { trainBackward, trainBackwardParams, trainForward } from './training.ts';

/**
 * Layers one after the other. What passes between them belongs to the network: it is given back at the next forward, so that a loop
 * without scopes keeps its memory flat but for what the network returns.
 *
 * In `eval()` layers are joined, those of inner networks too: a batch normalisation is folded into the convolution before it, ReLU and
 * ReLU6 are applied as results are written, other activations in place; the rest is given back as soon as it has been read. In training
 * ReLU and ReLU6 are joined to the convolution, normalisation or residual connection before them, and their gradients to normalisations
 * and residual connections, with the same bits. Classes with a forward or backward of their own and layers in the other mode are called
 * as they are.
 */
export class Sequential extends Layer {
  readonly layers: readonly Layer[];
  /** Outputs of the inner layers, needed until backward. */
  #between: Tensor[] = [];
  /** A layer keeps for backward what its last forward needs: at two places it would give wrong gradients. */
  readonly #repeated: readonly [string, string] | null;

  /** @throws ArgumentError */
  constructor(layers: readonly Layer[]) {
    super();
    if (!Array.isArray(layers) || !layers.every(layer => layer instanceof Layer)) {
      throw new ArgumentError('layers', layers, 'a list of layers');
    }
    this.layers = [...layers];
    joinTensors(this);
    this.#repeated = repeatedLayer(this);
  }

  override get namedChildren(): readonly (readonly [string, Layer])[] {
    return Object.entries(this.layers);
  }

  override forward(x: Tensor): Tensor {
    this.#release();
    if (!this.training) return infer(this.layers, x);
    return trainForward(this.layers, x, this.#between);
  }

  /** @throws StateError also where one layer stands at two places; forward may do with that */
  override backward(dy: Tensor): Tensor {
    this.#checkPlaces();
    return scope(() => trainBackward(this.layers, dy));
  }

  override backwardParams(dy: Tensor): void {
    this.#checkPlaces();
    scope(() => trainBackwardParams(this.layers, dy));
  }

  /** @internal */
  override get stage(): Stage {
    return { forget: () => this.#release() };
  }

  override dispose(): void {
    this.#release();
    for (const layer of this.layers) layer.dispose();
  }

  #checkPlaces(): void {
    if (!this.#repeated) return;
    const places = this.#repeated.join(' and ');
    throw new StateError(
      `Sequential.backward: one layer stands at ${places}; training needs another one at each place.`,
    );
  }

  #release(): void {
    for (const tensor of this.#between) if (!tensor.disposed) tensor.dispose();
    this.#between = [];
  }
}
