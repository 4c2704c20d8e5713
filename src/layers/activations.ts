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
import { kept, Layer } from './layer.ts';
import type { Stage } from './stage.ts';

// Layers of one function of each element, for tensors of any shape. Each keeps its input or its output for backward, whichever the
// gradient is made of.

/** y = min(max(x, 0), 6); dx = dy where 0 < x < 6. */
export class ReLU6 extends Layer {
  /** In a network perhaps the output. */
  #input: Tensor | null = null;

  override forward(x: Tensor): Tensor {
    const y = relu6(x);
    this.#input = this.training ? x : null;
    return y;
  }

  /** @internal */
  override get stage(): Stage {
    return {
      run: (x, _, out) => relu6(x, { out }),
      activation: 'relu6',
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
    return relu6Grad(dy, kept(this, this.#input));
  }
}

export interface LeakyReLUOptions {
  /** Slope below 0. Default 0.01. */
  negativeSlope?: number;
}

/** y = x where x > 0, else negativeSlope * x; dx = dy or negativeSlope * dy. */
export class LeakyReLU extends Layer {
  readonly negativeSlope: number;
  #input: Tensor | null = null;

  /** @throws ArgumentError */
  constructor(options: LeakyReLUOptions = {}) {
    super();
    this.negativeSlope = checkSlope(options.negativeSlope);
  }

  override forward(x: Tensor): Tensor {
    const y = leakyRelu(x, { negativeSlope: this.negativeSlope });
    this.#input = this.training ? x : null;
    return y;
  }

  /** @internal */
  override get stage(): Stage {
    return {
      run: (x, _, out) => leakyRelu(x, { negativeSlope: this.negativeSlope, out }),
      inPlace: true,
      forget: () => {
        this.#input = null;
      },
    };
  }

  override backward(dy: Tensor): Tensor {
    return leakyReluGrad(dy, kept(this, this.#input), { negativeSlope: this.negativeSlope });
  }
}

/** y = x * min(max(x + 3, 0), 6) / 6; dx = dy * (x / 3 + 1 / 2) where -3 < x < 3, 0 below, dy above. */
export class HardSwish extends Layer {
  #input: Tensor | null = null;

  override forward(x: Tensor): Tensor {
    const y = hardSwish(x);
    this.#input = this.training ? x : null;
    return y;
  }

  /** @internal */
  override get stage(): Stage {
    return {
      run: (x, _, out) => hardSwish(x, { out }),
      inPlace: true,
      forget: () => {
        this.#input = null;
      },
    };
  }

  override backward(dy: Tensor): Tensor {
    return hardSwishGrad(dy, kept(this, this.#input));
  }
}

/** y = x * sigmoid(x); dx = dy * s * (1 + x * (1 - s)) with s = sigmoid(x). */
export class SiLU extends Layer {
  #input: Tensor | null = null;

  override forward(x: Tensor): Tensor {
    const y = silu(x);
    this.#input = this.training ? x : null;
    return y;
  }

  /** @internal */
  override get stage(): Stage {
    return {
      run: (x, _, out) => silu(x, { out }),
      inPlace: true,
      forget: () => {
        this.#input = null;
      },
    };
  }

  override backward(dy: Tensor): Tensor {
    return siluGrad(dy, kept(this, this.#input));
  }
}

/** y = 1 / (1 + e^-x); dx = dy * y * (1 - y). Its output has to live until backward. */
export class Sigmoid extends Layer {
  #output: Tensor | null = null;

  override forward(x: Tensor): Tensor {
    const y = sigmoid(x);
    this.#output = this.training ? y : null;
    return y;
  }

  /** @internal */
  override get stage(): Stage {
    return {
      run: (x, _, out) => sigmoid(x, { out }),
      inPlace: true,
      forget: () => {
        this.#output = null;
      },
    };
  }

  override backward(dy: Tensor): Tensor {
    return sigmoidGrad(dy, kept(this, this.#output));
  }
}

/** y = tanh(x); dx = dy * (1 - y^2). Its output has to live until backward. */
export class Tanh extends Layer {
  #output: Tensor | null = null;

  override forward(x: Tensor): Tensor {
    const y = tanh(x);
    this.#output = this.training ? y : null;
    return y;
  }

  /** @internal */
  override get stage(): Stage {
    return {
      run: (x, _, out) => tanh(x, { out }),
      inPlace: true,
      forget: () => {
        this.#output = null;
      },
    };
  }

  override backward(dy: Tensor): Tensor {
    return tanhGrad(dy, kept(this, this.#output));
  }
}
