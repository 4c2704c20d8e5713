import { globalAvgPool2d, globalAvgPool2dGrad } from '../ops/globalAvgPool2d.ts';
import type { Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { kept, Layer } from './layer.ts';
import type { Stage } from './stage.ts';

/** The mean of each channel: [batch, channels, height, width] to [batch, channels]; dy goes back in equal shares. */
export class GlobalAvgPool2D extends Layer {
  #inputShape: Shape | null = null;

  override forward(x: Tensor): Tensor {
    const y = globalAvgPool2d(x);
    this.#inputShape = this.training ? x.shape : null;
    return y;
  }

  /** @internal */
  override get stage(): Stage {
    return { run: x => this.forward(x) };
  }

  override backward(dy: Tensor): Tensor {
    return globalAvgPool2dGrad(dy, kept(this, this.#inputShape));
  }
}
