import { relu, reluGrad } from '../ops/relu.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Elementwise } from './elementwise.ts';

/** y = max(x, 0); dx = dy where x > 0. Tensors of any shape. */
export class ReLU extends Elementwise {
  protected override value(x: Tensor, out?: Tensor): Tensor {
    return relu(x, { out });
  }

  protected override gradient(dy: Tensor, x: Tensor): Tensor {
    return reluGrad(dy, x);
  }

  protected override get activation() {
    return 'relu' as const;
  }
}
