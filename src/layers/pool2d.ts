import {
  type AvgPool2DOptions,
  avgPool2d,
  avgPool2dGrad,
  maxPool2d,
  maxPool2dGrad,
  type Pool2DOptions,
} from '../ops/pool2d.ts';
import { checkPadding } from '../ops/window.ts';
import { pair, type Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { kept, Layer } from './layer.ts';
import type { Stage } from './stage.ts';

/** The largest value of each window of [batch, channels, height, width]; dy goes back to where it was found. */
export class MaxPool2D extends Layer {
  readonly options: Pool2DOptions;
  #input: Tensor | null = null;

  /** @throws ArgumentError */
  constructor(options: Pool2DOptions) {
    super();
    this.options = checkOptions(options);
  }

  override forward(x: Tensor): Tensor {
    const y = maxPool2d(x, this.options);
    this.#input = this.training ? x : null;
    return y;
  }

  /** @internal */
  override get stage(): Stage {
    return { run: x => this.forward(x) };
  }

  override backward(dy: Tensor): Tensor {
    return maxPool2dGrad(dy, kept(this, this.#input), this.options);
  }
}

/** The mean of each window of [batch, channels, height, width]; dy goes back in equal shares. */
export class AvgPool2D extends Layer {
  readonly options: AvgPool2DOptions;
  #inputShape: Shape | null = null;

  /** @throws ArgumentError */
  constructor(options: AvgPool2DOptions) {
    super();
    this.options = checkOptions(options);
  }

  override forward(x: Tensor): Tensor {
    const y = avgPool2d(x, this.options);
    this.#inputShape = this.training ? x.shape : null;
    return y;
  }

  /** @internal */
  override get stage(): Stage {
    return { run: x => this.forward(x) };
  }

  override backward(dy: Tensor): Tensor {
    return avgPool2dGrad(dy, kept(this, this.#inputShape), this.options);
  }
}

function checkOptions<O extends AvgPool2DOptions>(options: O): O {
  pair('kernelSize', options.kernelSize);
  if (options.stride !== undefined) pair('stride', options.stride);
  if (options.padding !== undefined) checkPadding(options.padding);
  return { ...options };
}
