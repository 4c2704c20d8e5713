import { ArgumentError, StateError } from '../errors.ts';
import { Layer } from '../layers/layer.ts';
import { sgdStep } from '../ops/sgdStep.ts';
import { zeros } from '../tensor/create.ts';
import { unscoped } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';

export interface SGDOptions {
  /** Above 0. */
  learningRate: number;
  /** From 0 (plain descent) to below 1. Default 0. */
  momentum?: number;
}

/**
 * Stochastic gradient descent with momentum, in PyTorch's form: v = momentum * v + grad; param = param - learningRate * v.
 * Touches layers with `optimizable` = true (looked at in each step), and of these the parameters that have a gradient.
 */
export class SGD {
  readonly momentum: number;
  readonly #net: Layer;
  readonly #velocities = new Map<Tensor, Tensor>();
  #learningRate: number;

  /** @throws ArgumentError */
  constructor(net: Layer, options: SGDOptions) {
    if (!(net instanceof Layer)) throw new ArgumentError('net', net, 'a Layer');
    const { momentum = 0 } = options;
    if (!(momentum >= 0 && momentum < 1)) throw new ArgumentError('momentum', momentum, 'a number from 0 to below 1');
    this.#net = net;
    this.momentum = momentum;
    this.#learningRate = checkRate(options.learningRate);
  }

  get learningRate(): number {
    return this.#learningRate;
  }

  /** May be changed between steps. */
  set learningRate(value: number) {
    this.#learningRate = checkRate(value);
  }

  /**
   * Changes the parameters by their gradients.
   *
   * @throws StateError if no parameter that it may change has a gradient: `backward` has to come first
   */
  step(): void {
    const layers = [...optimizableLayers(this.#net)];
    const pairs = layers.flatMap(({ params, grads }) =>
      Object.entries(params).map(([name, parameter]) => ({ parameter, gradient: grads[name] ?? null })),
    );
    if (pairs.length > 0 && pairs.every(({ gradient }) => gradient === null)) {
      throw new StateError('SGD.step: no parameter has a gradient; call backward first.');
    }
    this.#forget(new Set(pairs.map(({ parameter }) => parameter)));
    for (const { parameter, gradient } of pairs) {
      if (gradient)
        sgdStep(parameter, gradient, this.#velocity(parameter), {
          learningRate: this.#learningRate,
          momentum: this.momentum,
        });
    }
  }

  /** Gives back the memory of the velocities. */
  dispose(): void {
    this.#forget(new Set());
  }

  #velocity(parameter: Tensor): Tensor | null {
    if (this.momentum === 0) return null;
    let velocity = this.#velocities.get(parameter);
    if (!velocity) {
      velocity = unscoped(() => zeros(parameter.shape, parameter.dtype));
      this.#velocities.set(parameter, velocity);
    }
    return velocity;
  }

  /** Drops the velocities of parameters that are gone (replaced by others). Those of frozen layers go too. */
  #forget(alive: ReadonlySet<Tensor>): void {
    for (const [parameter, velocity] of this.#velocities) {
      if (alive.has(parameter)) continue;
      if (!velocity.disposed) velocity.dispose();
      this.#velocities.delete(parameter);
    }
  }
}

/** The layers that hold parameters themselves; a container with optimizable = false freezes all inside it. */
function* optimizableLayers(layer: Layer): Generator<Layer> {
  if (!layer.optimizable) return;
  if (layer.children.length === 0) yield layer;
  for (const child of layer.children) yield* optimizableLayers(child);
}

function checkRate(value: number): number {
  if (!(Number.isFinite(value) && value > 0)) throw new ArgumentError('learningRate', value, 'a number above 0');
  return value;
}
