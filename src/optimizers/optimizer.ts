import { ArgumentError, StateError } from '../errors.ts';
import { Layer } from '../layers/layer.ts';
import { zeros } from '../tensor/create.ts';
import { scope, unscoped } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { namedParameters } from './parameters.ts';
import { adoptState, type OptimizerState, type Slot } from './state.ts';

/**
 * What all optimizers share: it changes the parameters of a network by their gradients, and keeps for each parameter what the rule
 * of the optimizer needs from step to step (velocities, moments), until the parameter leaves the network.
 *
 * A step touches layers with `optimizable` = true (looked at in each step), and of these the parameters that have a gradient. Of
 * the others it keeps what it has, so that a layer that is frozen for a while goes on where it was.
 */
export abstract class Optimizer {
  readonly #net: Layer;
  /** Names of the tensors that each parameter has, such as 'velocity'. */
  readonly #kinds: readonly string[];
  #slots = new Map<Tensor, Slot>();
  #learningRate: number;
  #steps = 0;

  /** @throws ArgumentError */
  protected constructor(net: Layer, learningRate: number, kinds: readonly string[]) {
    if (!(net instanceof Layer)) throw new ArgumentError('net', net, 'a Layer');
    if (!(Number.isFinite(learningRate) && learningRate > 0))
      throw new ArgumentError('learningRate', learningRate, 'a finite number above 0');
    this.#net = net;
    this.#kinds = kinds;
    this.#learningRate = learningRate;
  }

  /** Which rule it is: its `state` is of use to optimizers of the same kind. Names of classes do not survive bundlers. */
  get kind(): string {
    return this.constructor.name;
  }

  get learningRate(): number {
    return this.#learningRate;
  }

  /** May be changed between steps, by a schedule for example; 0 too, where a schedule ends. */
  set learningRate(value: number) {
    if (!(Number.isFinite(value) && value >= 0))
      throw new ArgumentError('learningRate', value, 'a finite number of at least 0');
    this.#learningRate = value;
  }

  /** Steps done, those before `load` included. */
  get steps(): number {
    return this.#steps;
  }

  /** Whether it has parameters of `net` to change, or none at all. @internal */
  concerns(net: Layer): boolean {
    const all = new Set([...namedParameters(net)].map(({ parameter }) => parameter));
    const own = [...namedParameters(this.#net)];
    return own.length === 0 || own.some(({ parameter }) => all.has(parameter));
  }

  /**
   * Changes the parameters by their gradients.
   *
   * @throws StateError if no parameter that it may change has a gradient: `backward` has to come first; OutOfMemoryError, with
   *   every parameter as it was; ThreadError
   */
  step(): void {
    const all = [...namedParameters(this.#net)];
    const open = all.filter(({ optimizable }) => optimizable);
    if (open.length > 0 && open.every(({ gradient }) => gradient === null)) {
      throw new StateError(`${this.constructor.name}.step: no parameter has a gradient; call backward first.`);
    }
    this.#forget(new Set(all.map(({ parameter }) => parameter)));
    // All memory before the first change.
    const due = open.flatMap(({ parameter, gradient }) =>
      gradient ? [{ parameter, gradient, slot: this.#slot(parameter) }] : [],
    );
    for (const { parameter, gradient, slot } of due) {
      this.update(parameter, gradient, slot.tensors, slot.steps + 1);
      slot.steps++;
    }
    this.#steps++;
  }

  /**
   * All that the next steps depend on, besides the parameters and the options. The tensors are copies, in the scope of the caller;
   * their names are those of the network's `params` and what they are, such as '0.W.velocity'. `steps` is plain JSON.
   *
   * @throws OutOfMemoryError
   */
  state(): OptimizerState {
    return scope(() => {
      const tensors: Record<string, Tensor> = {};
      const parameters: Record<string, number> = {};
      for (const { name, parameter } of namedParameters(this.#net)) {
        const slot = this.#slots.get(parameter);
        if (!slot || slot.steps === 0) continue;
        parameters[name] = slot.steps;
        this.#kinds.forEach((kind, i) => {
          tensors[`${name}.${kind}`] = (slot.tensors[i] as Tensor).clone();
        });
      }
      return { steps: { all: this.#steps, parameters }, tensors };
    });
  }

  /**
   * Goes on from the `state` of an optimizer of the same kind over a network of the same shape: with the same parameters, options
   * and data the next steps give the very same bits. What it had before is dropped. The tensors are copied and stay the caller's.
   *
   * @throws ArgumentError, ShapeError, DTypeError, ForeignTensorError, DisposedError for a state that does not fit, OutOfMemoryError;
   *   the optimizer is then as it was
   */
  load(state: OptimizerState): void {
    const slots = adoptState(state, [...namedParameters(this.#net)], this.#kinds);
    this.dispose();
    this.#slots = slots;
    this.#steps = state.steps.all;
  }

  /** Gives back the memory of velocities and moments. Steps after it begin anew. */
  dispose(): void {
    this.#forget(new Set());
    this.#steps = 0;
  }

  /**
   * The rule of the optimizer: one step of one parameter.
   *
   * @param tensors of the parameter, in the order of the kinds, zeros at first
   * @param step of this parameter, counted from 1
   */
  protected abstract update(parameter: Tensor, gradient: Tensor, tensors: readonly Tensor[], step: number): void;

  #slot(parameter: Tensor): Slot {
    let slot = this.#slots.get(parameter);
    if (!slot) {
      const made = () => this.#kinds.map(() => zeros(parameter.shape, parameter.dtype));
      // In a scope, which gives back the first where there is no memory for the second.
      slot = { steps: 0, tensors: unscoped(() => scope(made)) };
      this.#slots.set(parameter, slot);
    }
    return slot;
  }

  /** Drops what belongs to parameters that are gone (replaced by others). */
  #forget(alive: ReadonlySet<Tensor>): void {
    for (const [parameter, { tensors }] of this.#slots) {
      if (alive.has(parameter)) continue;
      for (const tensor of tensors) tensor.dispose();
      this.#slots.delete(parameter);
    }
  }
}

/** @throws ArgumentError */
export function checkWeightDecay(value: number): number {
  if (!(Number.isFinite(value) && value >= 0))
    throw new ArgumentError('weightDecay', value, 'a finite number of at least 0');
  return value;
}
