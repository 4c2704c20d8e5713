import { ArgumentError } from '../errors.ts';
import { add } from '../ops/add.ts';
import type { Activation } from '../ops/conv2d/forward.ts';
import type { ActivationOutput } from '../ops/through.ts';
import { scope } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { exposes, inferWithin, isOverwritable } from './inference.ts';
import { changes } from './joining.ts';
import { joinTensors } from './joinTensors.ts';
import { kept, Layer } from './layer.ts';
import type { Stage } from './stage.ts';

/**
 * A residual connection (He et al., 2016): y = body(x) + shortcut(x), without a shortcut body(x) + x. Parameters are named
 * 'body.' and 'shortcut.' with what those call them. What passes inside belongs to it, as in a `Sequential`.
 */
export class Residual extends Layer {
  readonly body: Layer;
  /** null: the input itself. */
  readonly shortcut: Layer | null;
  /** The summands, which layers may need until backward; null before a forward in training mode. */
  #between: Tensor[] | null = null;
  #input: Tensor | null = null;

  /** @throws ArgumentError */
  constructor(body: Layer, shortcut: Layer | null = null) {
    super();
    if (!(body instanceof Layer)) throw new ArgumentError('body', body, 'a Layer');
    if (shortcut !== null && !(shortcut instanceof Layer))
      throw new ArgumentError('shortcut', shortcut, 'a Layer, or null');
    this.body = body;
    this.shortcut = shortcut;
    joinTensors(this);
  }

  override get namedChildren(): readonly (readonly [string, Layer])[] {
    const { body, shortcut } = this;
    return shortcut
      ? [
          ['body', body],
          ['shortcut', shortcut],
        ]
      : [['body', body]];
  }

  /** @param x what body and shortcut take; both answer with one shape */
  override forward(x: Tensor): Tensor {
    this.#release();
    return this.training ? this.#train(x, undefined) : this.#infer(x, undefined);
  }

  /** @internal */
  override get stage(): Stage {
    return {
      run: (x, { activation }) => this.#infer(x, activation),
      takesActivation: true,
      exposes: this.children.some(exposes),
      forget: () => this.#release(),
      changes: this.training && this.children.some(changes),
      train: (x, activation) => {
        this.#release();
        return this.#train(x, activation);
      },
      input: this.#input,
      backwardThrough: (dy, activation) => this.#backward(dy, activation),
    };
  }

  /** @returns the sum of the gradients of body and shortcut */
  override backward(dy: Tensor): Tensor {
    return this.#backward(dy, undefined);
  }

  override dispose(): void {
    this.#release();
    for (const layer of this.children) layer.dispose();
  }

  #train(x: Tensor, activation: Activation | undefined): Tensor {
    const { body, shortcut } = this;
    const between: Tensor[] = [];
    const keep = (value: Tensor) => {
      if (value !== x) between.push(value);
      return value;
    };
    const y = add(keep(body.forward(x)), shortcut ? keep(shortcut.forward(x)) : x, { activation });
    this.#input = x;
    this.#between = between;
    return y;
  }

  #backward(dy: Tensor, through: ActivationOutput | undefined): Tensor {
    kept(this, this.#between);
    const { body, shortcut } = this;
    return scope(() => add(body.backward(dy), shortcut ? shortcut.backward(dy) : dy, { through }));
  }

  /** The sum takes the place of a summand that is nobody else's. */
  #infer(x: Tensor, activation: Activation | undefined): Tensor {
    return scope(() => {
      const body = inferWithin([this.body], x);
      const other = this.shortcut ? inferWithin([this.shortcut], x) : { value: x, ours: false };
      return add(body.value, other.value, { activation, out: [body, other].find(isOverwritable)?.value });
    });
  }

  #release(): void {
    for (const tensor of this.#between ?? []) if (!tensor.disposed) tensor.dispose();
    this.#between = null;
    this.#input = null;
  }
}
