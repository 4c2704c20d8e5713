import {
  checkSlope,
  hardSwish,
  hardSwishGrad,
  leakyRelu,
  leakyReluGrad,
  sigmoid,
  sigmoidGrad,
  silu,
  siluGrad,
  tanh,
  tanhGrad,
} from '../ops/activations.ts';
import { relu6, relu6Grad } from '../ops/relu.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Elementwise } from './elementwise.ts';

/** y = min(max(x, 0), 6); dx = dy where 0 < x < 6. */
export class ReLU6 extends Elementwise {
  protected override value(x: Tensor, out?: Tensor): Tensor {
    return relu6(x, { out });
  }

  protected override gradient(dy: Tensor, x: Tensor): Tensor {
    return relu6Grad(dy, x);
  }

  protected override get activation() {
    return 'relu6' as const;
  }
}

export interface LeakyReLUOptions {
  /** Slope below 0. Default 0.01. */
  negativeSlope?: number;
}

/** y = x where x > 0, else negativeSlope * x; dx = dy or negativeSlope * dy. */
export class LeakyReLU extends Elementwise {
  readonly negativeSlope: number;

  /** @throws ArgumentError */
  constructor(options: LeakyReLUOptions = {}) {
    super();
    this.negativeSlope = checkSlope(options.negativeSlope);
  }

  protected override value(x: Tensor, out?: Tensor): Tensor {
    return leakyRelu(x, { negativeSlope: this.negativeSlope, out });
  }

  protected override gradient(dy: Tensor, x: Tensor): Tensor {
    return leakyReluGrad(dy, x, { negativeSlope: this.negativeSlope });
  }
}

/** y = x * min(max(x + 3, 0), 6) / 6; dx = dy * (x / 3 + 1 / 2) where -3 < x < 3, 0 below, dy above. */
export class HardSwish extends Elementwise {
  protected override value(x: Tensor, out?: Tensor): Tensor {
    return hardSwish(x, { out });
  }

  protected override gradient(dy: Tensor, x: Tensor): Tensor {
    return hardSwishGrad(dy, x);
  }
}

/** y = x * sigmoid(x); dx = dy * s * (1 + x * (1 - s)) with s = sigmoid(x). */
export class SiLU extends Elementwise {
  protected override value(x: Tensor, out?: Tensor): Tensor {
    return silu(x, { out });
  }

  protected override gradient(dy: Tensor, x: Tensor): Tensor {
    return siluGrad(dy, x);
  }
}

/** y = 1 / (1 + e^-x); dx = dy * y * (1 - y). Its output has to live until backward. */
export class Sigmoid extends Elementwise {
  protected override value(x: Tensor, out?: Tensor): Tensor {
    return sigmoid(x, { out });
  }

  protected override gradient(dy: Tensor, y: Tensor): Tensor {
    return sigmoidGrad(dy, y);
  }

  protected override get ofOutput(): boolean {
    return true;
  }
}

/** y = tanh(x); dx = dy * (1 - y^2). Its output has to live until backward. */
export class Tanh extends Elementwise {
  protected override value(x: Tensor, out?: Tensor): Tensor {
    return tanh(x, { out });
  }

  protected override gradient(dy: Tensor, y: Tensor): Tensor {
    return tanhGrad(dy, y);
  }

  protected override get ofOutput(): boolean {
    return true;
  }
}
