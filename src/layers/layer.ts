import { ArgumentError, DTypeError, StateError } from '../errors.ts';
import type { DType } from '../tensor/dtype.ts';
import { scope } from '../tensor/scope.ts';
import { checkTensor, type Tensor } from '../tensor/tensor.ts';
import type { Stage } from './stage.ts';

/**
 * A step of a network: `forward` computes its output, `backward` takes the gradient of the output and returns that of the input,
 * leaving those of its own parameters in `grads`. What backward needs of the input is kept by forward in training mode.
 *
 * Gradients between layers are per sample: not divided by the batch.
 */
export abstract class Layer {
  /** Whether an optimizer may change the parameters. */
  optimizable = true;
  /** The parameters by name. They belong to the layer and outlive scopes. */
  params: Record<string, Tensor> = {};
  /** Gradients of the parameters: set by each `backward` (into the same tensors), null before it and after `clearGrad`. */
  grads: Record<string, Tensor | null> = {};
  /** What else a saved layer consists of: tensors that forward changes in training, by name; no optimizer touches them. */
  buffers: Record<string, Tensor> = {};
  #training = true;

  /** True after construction and `train()`, false after `eval()`. */
  get training(): boolean {
    return this.#training;
  }

  /**
   * What the next forward in training depends on besides tensors and options, as plain JSON, to be saved and set again: undefined where
   * there is nothing. Not that of the layers inside this one.
   */
  get state(): unknown {
    return undefined;
  }

  /** @throws ArgumentError for what is not such a state; the layer is then as it was */
  set state(value: unknown) {
    throw new ArgumentError('state', value, `nothing: ${this.constructor.name} has no state`);
  }

  /** The layers inside this one with their names (in a list: their places), as in the names of parameters. */
  get namedChildren(): readonly (readonly [string, Layer])[] {
    return [];
  }

  /** The layers inside this one. */
  get children(): readonly Layer[] {
    return this.namedChildren.map(([, layer]) => layer);
  }

  /** For networks; null: nothing is known of the layer but `forward` and `backward`. @internal */
  get stage(): Stage | null {
    return null;
  }

  /** @throws ShapeError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError */
  abstract forward(x: Tensor): Tensor;

  /** @throws StateError before a forward in training mode; else as forward */
  abstract backward(dy: Tensor): Tensor;

  /**
   * As `backward`, without the gradient of the input, for those who do not need it, as of a whole network: its first layers then have
   * less to do (a convolution a third less). Gradients of the parameters are the same. A layer that overrides `backward` of one with a
   * `backwardParams` of its own overrides both.
   *
   * @throws as backward
   */
  backwardParams(dy: Tensor): void {
    scope(() => {
      this.backward(dy);
    });
  }

  /** Sets all gradients to null. */
  clearGrad(): void {
    for (const name of Object.keys(this.grads)) this.grads[name] = null;
    for (const child of this.children) child.clearGrad();
  }

  /** Training mode: forward keeps what backward needs. */
  train(): this {
    this.#training = true;
    for (const child of this.children) child.train();
    return this;
  }

  /**
   * Inference: nothing is kept for backward, and layers may keep their parameters in a form that is faster to read: filters packed, or
   * with the batch normalisation after them folded in. Elements of a parameter or buffer that are changed meanwhile may not show until
   * `train()`; assigning another tensor does.
   */
  eval(): this {
    this.#training = false;
    for (const child of this.children) child.eval();
    return this;
  }

  /** Gives back the memory of parameters, gradients and buffers. The layer cannot be used after it. */
  dispose(): void {
    const all = [this.params, this.grads, this.buffers].flatMap<Tensor | null>(Object.values);
    for (const tensor of all) {
      if (tensor && !tensor.disposed) tensor.dispose();
    }
    for (const child of this.children) child.dispose();
  }
}

/**
 * What a forward pass kept.
 *
 * @throws StateError if there is nothing: no forward yet, or not in training mode
 */
export function kept<T>(layer: Layer, value: T | null): T {
  if (value !== null) return value;
  const name = layer.constructor.name;
  throw new StateError(
    `${name}.backward: call forward in training mode first${layer.training ? '' : ' (eval() keeps nothing)'}.`,
  );
}

/** @throws ForeignTensorError, DisposedError, DTypeError */
export function checkInput(x: Tensor, dtype: DType): void {
  checkTensor('x', x);
  if (x.dtype !== dtype) throw new DTypeError('x', x.dtype, `${dtype}, the element type of the layer`);
}
