import { LeakyRelu, Relu, Relu6, Sigmoid, Tanh, type TensorInfo } from '@tensorflow/tfjs-core';
import { leakyRelu, sigmoid, tanh } from '../../ops/activations.ts';
import type { Activation } from '../../ops/conv2d/forward.ts';
import { relu, relu6 } from '../../ops/relu.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Kernel, KernelCall } from './kernel.ts';

export interface FusedAttrs {
  readonly activation?: 'linear' | 'relu' | 'relu6' | 'prelu' | 'elu' | 'leakyrelu' | 'sigmoid';
  readonly leakyreluAlpha?: number;
}

/** What follows a convolution or a product: limits that it applies itself, then a pass of its own. */
interface Finish {
  readonly clamp: Activation | undefined;
  readonly after: (y: Tensor) => Tensor;
}

/** How a fused kernel ends; null for an activation that we do not have. */
export function finishOf({ activation = 'linear', leakyreluAlpha }: FusedAttrs): Finish | null {
  const same = (y: Tensor) => y;
  if (activation === 'linear') return { clamp: undefined, after: same };
  if (activation === 'relu' || activation === 'relu6') return { clamp: activation, after: same };
  if (activation === 'sigmoid') return { clamp: undefined, after: y => sigmoid(y, { out: y }) };
  if (activation === 'leakyrelu')
    return { clamp: undefined, after: y => leakyRelu(y, { out: y, negativeSlope: leakyreluAlpha }) };
  return null;
}

export function activationKernels(): readonly Kernel[] {
  return [
    { name: Relu, run: call => elementwise(call, x => relu(x)) },
    { name: Relu6, run: call => elementwise(call, x => relu6(x)) },
    { name: LeakyRelu, run: call => elementwise(call, (x, { alpha }) => leakyRelu(x, { negativeSlope: alpha })) },
    { name: Sigmoid, run: call => elementwise(call, x => sigmoid(x)) },
    { name: Tanh, run: call => elementwise(call, x => tanh(x)) },
  ];
}

type Call = KernelCall<{ x: TensorInfo }, { alpha?: number }>;

function elementwise(
  { inputs: { x }, attrs, backend }: Call,
  op: (x: Tensor, attrs: Call['attrs']) => Tensor,
): TensorInfo | null {
  if (!backend.reads(x)) return null;
  return backend.hand(op(backend.tensor(x), attrs));
}
