import { checkSameShape, type Shape, sizeOf } from '../tensor/shape.ts';
import { checkTensor, type Tensor } from '../tensor/tensor.ts';
import { kept, Layer } from './layer.ts';
import type { Stage } from './stage.ts';

/** [batch, ...] to [batch, features], in row-major order (channel by channel for images). Shares memory with its input. */
export class Flatten extends Layer {
  #inputShape: Shape | null = null;

  override forward(x: Tensor): Tensor {
    checkTensor('x', x);
    const [batch = 1] = x.shape;
    const y = x.reshape([batch, x.size / batch]);
    this.#inputShape = this.training ? x.shape : null;
    return y;
  }

  /** @internal */
  override get stage(): Stage {
    return { run: x => this.forward(x), changes: true };
  }

  override backward(dy: Tensor): Tensor {
    checkTensor('dy', dy);
    const shape = kept(this, this.#inputShape);
    const [batch = 1] = shape;
    checkSameShape('dy', dy.shape, [batch, sizeOf(shape) / batch]);
    return dy.reshape(shape);
  }
}
