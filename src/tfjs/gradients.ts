import {
  Conv2D,
  Conv2DBackpropFilter,
  Conv2DBackpropInput,
  DepthwiseConv2dNative,
  DepthwiseConv2dNativeBackpropFilter,
  DepthwiseConv2dNativeBackpropInput,
  engine,
  type GradConfig,
  type GradFunc,
  getBackend,
  getGradient,
  type NamedAttrMap,
  registerGradient,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { BACKEND_NAME } from './backend.ts';
import { type ConvAttrs, isDilated, isGrouped } from './kernels/convolution.ts';

/** Kernels whose gradients in tfjs-core refuse dilation, and the kernels that compute them here. */
const GRADIENTS = [
  { of: Conv2D, input: Conv2DBackpropInput, filter: Conv2DBackpropFilter },
  {
    of: DepthwiseConv2dNative,
    input: DepthwiseConv2dNativeBackpropInput,
    filter: DepthwiseConv2dNativeBackpropFilter,
  },
] as const;

/** Those that are registered by us. */
const ours = /* @__PURE__ */ new WeakSet<GradConfig>();

/**
 * Registers the gradients of convolutions again, for dilated and grouped ones to have one with this backend; all others are left to
 * TensorFlow.js's own. Called whenever the backend is made: a program may import TensorFlow.js's gradients after this one.
 */
export function registerGradients(): void {
  for (const { of, input, filter } of GRADIENTS) {
    const theirs = getGradient(of);
    if (theirs && ours.has(theirs)) continue;
    const gradFunc: GradFunc = (dy, saved, attrs) => {
      const [x, w] = saved as [Tensor, Tensor];
      const convolution = attrs as unknown as ConvAttrs;
      const needed = isDilated(convolution) || isGrouped(x.shape, w.shape, convolution);
      if (theirs && !(needed && getBackend() === BACKEND_NAME)) return theirs.gradFunc(dy, saved, attrs);
      const run = (kernel: string, inputs: Record<string, Tensor>, shape: NamedAttrMap): Tensor =>
        engine().runKernel(kernel, inputs, { ...attrs, ...shape });
      return {
        x: () => run(input, { dy: dy as Tensor, filter: w }, { inputShape: x.shape }),
        filter: () => run(filter, { x, dy: dy as Tensor }, { filterShape: w.shape }),
      };
    };
    const config: GradConfig = { kernelName: of, inputsToSave: ['x', 'filter'], gradFunc };
    ours.add(config);
    registerGradient(config);
  }
}
