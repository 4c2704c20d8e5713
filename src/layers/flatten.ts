import type { Shape } from '../tensor/shape.ts';
import { checkTensor, type Tensor } from '../tensor/tensor.ts';
import { kept, Layer } from './layer.ts';

/** [batch, ...] to [batch, features], in row-major order (channel by channel for images). Shares memory with its input. */
export class Flatten extends Layer {
  #inputShape: Shape | null = null;

  override forward(x: Tensor): Tensor {
    checkTensor('x', x);
    const y = x.reshape([x.shape[0] as number, -1]);
    this.#inputShape = this.training ? x.shape : null;
    return y;
  }

  override backward(dy: Tensor): Tensor {
    checkTensor('dy', dy);
    return dy.reshape(kept(this, this.#inputShape));
  }
}
