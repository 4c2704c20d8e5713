import { Add, Elu, LeakyRelu, Prelu, Relu, Relu6, Sigmoid, type TensorInfo } from '@tensorflow/tfjs-core';
import type { Activation } from '../../ops/conv2d/forward.ts';
import { sameShape } from '../../tensor/shape.ts';
import type { ConvasmBackend } from '../backend.ts';
import { runKernel } from './kernel.ts';

/** What a fused kernel has beside what the kernel without bias and activation has. */
export interface FusedInputs {
  readonly bias?: TensorInfo;
  readonly preluActivationWeights?: TensorInfo;
}

export interface FusedAttrs {
  readonly activation?: keyof typeof KERNELS | 'linear';
  readonly leakyreluAlpha?: number;
}

const KERNELS = {
  relu: Relu,
  relu6: Relu6,
  prelu: Prelu,
  elu: Elu,
  leakyrelu: LeakyRelu,
  sigmoid: Sigmoid,
} as const;

/** How a fused kernel ends: with what the product does itself on its way out, then kernels of their own. */
export interface Ending {
  /** Of [channels]. */
  readonly bias: TensorInfo | undefined;
  readonly clamp: Activation | undefined;
  /** The rest; `y` is disposed of where there is something to do. */
  readonly finish: (y: TensorInfo) => TensorInfo;
}

/** Whether there is such an activation; the cpu backend says of others that there is not. */
export function isKnown({ activation = 'linear' }: FusedAttrs): boolean {
  return activation === 'linear' || Object.hasOwn(KERNELS, activation);
}

/** @param planes whether the channels of the product are its second dimension, and vectors of them are aligned with it */
export function endingOf(
  backend: ConvasmBackend,
  channels: number,
  { bias, preluActivationWeights }: FusedInputs,
  { activation = 'linear', leakyreluAlpha }: FusedAttrs,
  planes = false,
): Ending {
  // A bias of another shape is broadcast over other dimensions than the channels.
  const joined = !bias || (backend.reads(bias) && sameShape(bias.shape, [channels]));
  const clamp = joined && (activation === 'relu' || activation === 'relu6') ? activation : undefined;
  const aligned = (vector: TensorInfo): TensorInfo =>
    planes && vector.shape.length === 1 && vector.shape[0] !== 1
      ? { ...vector, shape: [...vector.shape, 1, 1] }
      : vector;
  const finish = (y: TensorInfo): TensorInfo => {
    let result = y;
    const follow = (kernel: string, inputs: (last: TensorInfo) => Record<string, TensorInfo>, attrs = {}) => {
      const last = result;
      result = runKernel(backend, kernel, inputs(last), attrs);
      backend.disposeData(last.dataId);
    };
    if (bias && !joined) follow(Add, a => ({ a, b: aligned(bias) }));
    if (activation === 'linear' || clamp) return result;
    const alpha = preluActivationWeights && aligned(preluActivationWeights);
    follow(KERNELS[activation], x => (alpha ? { x, alpha } : { x }), { alpha: leakyreluAlpha });
    return result;
  };
  return { bias: joined ? bias : undefined, clamp, finish };
}
