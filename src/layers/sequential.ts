import { ArgumentError } from '../errors.ts';
import { scope } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { joinTensors } from './joinTensors.ts';
import { Layer } from './layer.ts';

/**
 * Layers one after the other. What passes between them belongs to the network: it is given back at the next forward (in `eval()`
 * at once), so that a loop without scopes keeps its memory flat but for what the network returns.
 */
export class Sequential extends Layer {
  readonly layers: readonly Layer[];
  /** Outputs of the inner layers, needed until backward. */
  #between: Tensor[] = [];

  /** @throws ArgumentError */
  constructor(layers: readonly Layer[]) {
    super();
    if (!Array.isArray(layers) || !layers.every(layer => layer instanceof Layer)) {
      throw new ArgumentError('layers', layers, 'a list of layers');
    }
    this.layers = [...layers];
    joinTensors(this);
  }

  override get namedChildren(): readonly (readonly [string, Layer])[] {
    return Object.entries(this.layers);
  }

  override forward(x: Tensor): Tensor {
    if (!this.training) return scope(() => this.layers.reduce((value, layer) => layer.forward(value), x));
    this.#release();
    let value = x;
    for (const layer of this.layers) {
      if (value !== x) this.#between.push(value);
      value = layer.forward(value);
    }
    return value;
  }

  override backward(dy: Tensor): Tensor {
    return scope(() => this.layers.reduceRight((gradient, layer) => layer.backward(gradient), dy));
  }

  override backwardParams(dy: Tensor): void {
    // Nothing before the first layer with parameters has anything to do.
    const first = this.layers.findIndex(({ params }) => Object.keys(params).length > 0);
    scope(() => {
      const gradient = this.layers.slice(first + 1).reduceRight((value, layer) => layer.backward(value), dy);
      this.layers[first]?.backwardParams(gradient);
    });
  }

  override dispose(): void {
    this.#release();
    for (const layer of this.layers) layer.dispose();
  }

  #release(): void {
    for (const tensor of this.#between) if (!tensor.disposed) tensor.dispose();
    this.#between = [];
  }
}
