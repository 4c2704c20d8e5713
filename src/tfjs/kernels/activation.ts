import { LeakyRelu, Relu, Relu6, Sigmoid, Tanh, type TensorInfo } from '@tensorflow/tfjs-core';
import { leakyRelu, sigmoid, tanh } from '../../ops/activations.ts';
import { relu, relu6 } from '../../ops/relu.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Kernel, KernelCall } from './kernel.ts';

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
