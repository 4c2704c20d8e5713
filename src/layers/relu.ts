import { relu, reluGrad } from '../ops/relu.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { kept, Layer } from './layer.ts';
import type { Stage } from './stage.ts';

/** y = max(x, 0); dx = dy where x > 0. Tensors of any shape. */
export class ReLU extends Layer {
  /** In a network perhaps the output. */
  #input: Tensor | null = null;

  override forward(x: Tensor): Tensor {
    const y = relu(x);
    this.#input = this.training ? x : null;
    return y;
  }

  /** @internal */
  override get stage(): Stage {
    return {
      run: (x, _, out) => relu(x, { out }),
      activation: 'relu',
      inPlace: true,
      forget: () => {
        this.#input = null;
      },
      input: this.#input,
      keep: output => {
        this.#input = output;
      },
    };
  }

  override backward(dy: Tensor): Tensor {
    return reluGrad(dy, kept(this, this.#input));
  }
}
