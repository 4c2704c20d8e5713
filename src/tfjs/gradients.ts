import {
  Conv2D,
  Conv2DBackpropFilter,
  Conv2DBackpropInput,
  engine,
  type GradConfig,
  getBackend,
  getGradient,
  type NamedAttrMap,
  registerGradient,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { BACKEND_NAME } from './backend.ts';
import { type ConvAttrs, isDilated, isGrouped } from './kernels/convolution.ts';

/** Those that are registered by us. */
const ours = /* @__PURE__ */ new WeakSet<GradConfig>();

/**
 * Registers the gradient of Conv2D again, for dilated and grouped convolutions to have one with this backend; all others are left to
 * TensorFlow.js's own. (Its specs demand that dilated depthwise convolutions have none; groupedConv2d is the way to that.) Called
 * whenever the backend is made: a program may import TensorFlow.js's gradients after this one.
 */
export function registerGradients(): void {
  const theirs = getGradient(Conv2D);
  if (theirs && ours.has(theirs)) return;
  const config: GradConfig = {
    kernelName: Conv2D,
    inputsToSave: ['x', 'filter'],
    gradFunc: (dy, saved, attrs) => {
      const [x, w] = saved as [Tensor, Tensor];
      const convolution = attrs as unknown as ConvAttrs;
      const needed = isDilated(convolution) || isGrouped(x.shape, w.shape, convolution);
      if (theirs && !(needed && getBackend() === BACKEND_NAME)) return theirs.gradFunc(dy, saved, attrs);
      const run = (kernel: string, inputs: Record<string, Tensor>, shape: NamedAttrMap): Tensor =>
        engine().runKernel(kernel, inputs, { ...attrs, ...shape });
      return {
        x: () => run(Conv2DBackpropInput, { dy: dy as Tensor, filter: w }, { inputShape: x.shape }),
        filter: () => run(Conv2DBackpropFilter, { x, dy: dy as Tensor }, { filterShape: w.shape }),
      };
    },
  };
  ours.add(config);
  registerGradient(config);
}
