import { softmax, softmaxGrad } from '../ops/softmax.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { kept, Layer } from './layer.ts';
import type { Stage } from './stage.ts';

/**
 * Softmax over the classes of [batch, classes]; dx[j] = y[j] * (dy[j] - sum over k of y[k] * dy[k]). Its output has to live until
 * backward. `SoftmaxCrossEntropy` takes logits, so a network that is trained with it has no such layer.
 */
export class Softmax extends Layer {
  #output: Tensor | null = null;

  override forward(x: Tensor): Tensor {
    const y = softmax(x);
    this.#output = this.training ? y : null;
    return y;
  }

  /** @internal */
  override get stage(): Stage {
    return {
      run: (x, _, out) => softmax(x, { out }),
      inPlace: true,
      forget: () => {
        this.#output = null;
      },
    };
  }

  override backward(dy: Tensor): Tensor {
    return softmaxGrad(dy, kept(this, this.#output));
  }
}
