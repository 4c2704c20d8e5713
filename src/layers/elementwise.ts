import type { Activation } from '../ops/conv2d/forward.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { kept, Layer } from './layer.ts';
import type { Stage } from './stage.ts';

/** A layer of one function of each element, for tensors of any shape. */
export abstract class Elementwise extends Layer {
  /** What the gradient is made of: the input or the output. */
  #kept: Tensor | null = null;

  override forward(x: Tensor): Tensor {
    const y = this.value(x);
    this.#kept = this.training ? (this.ofOutput ? y : x) : null;
    return y;
  }

  /** @internal */
  override get stage(): Stage {
    const { activation } = this;
    return {
      run: (x, _, out) => this.value(x, out),
      inPlace: true,
      forget: () => {
        this.#kept = null;
      },
      ...(activation && {
        activation,
        input: this.#kept,
        keep: (output: Tensor) => {
          this.#kept = output;
        },
      }),
    };
  }

  override backward(dy: Tensor): Tensor {
    return this.gradient(dy, kept(this, this.#kept));
  }

  /** @param out may be x */
  protected abstract value(x: Tensor, out?: Tensor): Tensor;

  /** @param from the input of forward, or its output */
  protected abstract gradient(dy: Tensor, from: Tensor): Tensor;

  /** Whether the gradient is made of the output, which then has to live until backward. */
  protected get ofOutput(): boolean {
    return false;
  }

  /** What the layer before may apply as it writes; the gradient can then be made of the output as well. */
  protected get activation(): Activation | undefined {
    return undefined;
  }
}
