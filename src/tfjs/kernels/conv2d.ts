import {
  Conv2D,
  Conv2DBackpropFilter,
  Conv2DBackpropInput,
  DepthwiseConv2dNative,
  DepthwiseConv2dNativeBackpropFilter,
  DepthwiseConv2dNativeBackpropInput,
  FusedConv2D,
  FusedDepthwiseConv2D,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { conv2dFilterGrad } from '../../ops/conv2d/filterGrad.ts';
import { conv2d } from '../../ops/conv2d/forward.ts';
import { conv2dInputGrad } from '../../ops/conv2d/inputGrad.ts';
import { imageShape } from '../backend.ts';
import { type ConvAttrs, convolutionOf, filtersOf, handFilters, hasShape, ourFilterShape } from './convolution.ts';
import { endingOf, type FusedAttrs, type FusedInputs } from './fused.ts';
import type { Kernel, KernelCall } from './kernel.ts';

type ForwardCall = KernelCall<{ x: TensorInfo; filter: TensorInfo } & FusedInputs, ConvAttrs & FusedAttrs>;
type InputGradCall = KernelCall<{ dy: TensorInfo; filter: TensorInfo }, ConvAttrs & { inputShape: number[] }>;
type FilterGradCall = KernelCall<{ x: TensorInfo; dy: TensorInfo }, ConvAttrs & { filterShape: number[] }>;

/** Convolutions and their gradients, and those that a bias and an activation follow. */
export function conv2dKernels(): readonly Kernel[] {
  return [
    { name: Conv2D, run: call => forward(call, false) },
    { name: FusedConv2D, run: call => forward(call, false) },
    { name: Conv2DBackpropInput, run: call => inputGrad(call, false) },
    { name: Conv2DBackpropFilter, run: call => filterGrad(call, false) },
    { name: DepthwiseConv2dNative, run: call => forward(call, true) },
    { name: FusedDepthwiseConv2D, run: call => forward(call, true) },
    { name: DepthwiseConv2dNativeBackpropInput, run: call => inputGrad(call, true) },
    { name: DepthwiseConv2dNativeBackpropFilter, run: call => filterGrad(call, true) },
  ];
}

function forward({ inputs, attrs, backend }: ForwardCall, depthwise: boolean): TensorInfo | null {
  const { x, filter } = inputs;
  if (!backend.reads(x) || !backend.reads(filter)) return null;
  const convolution = convolutionOf(x.shape, filter.shape, attrs, depthwise);
  if (!convolution) return null;
  const { format, options } = convolution;
  const [channels] = ourFilterShape(convolution);
  const { bias, clamp, finish } = endingOf(backend, channels, inputs, attrs, format === 'contiguous');
  const { filters, cache } = filtersOf(backend, filter, convolution);
  const y = conv2d(backend.images(x, format), filters, bias && backend.tensor(bias), {
    ...options,
    activation: clamp,
    cache,
  });
  return finish(backend.handImages(y, format));
}

/** The gradient of the input. Its `inputShape` may be that of a transposed convolution's output. */
function inputGrad({ inputs, attrs, backend }: InputGradCall, depthwise: boolean): TensorInfo | null {
  const { dy, filter } = inputs;
  if (!backend.reads(dy) || !backend.reads(filter) || !attrs.inputShape.every(size => size > 0)) return null;
  const convolution = convolutionOf(attrs.inputShape, filter.shape, attrs, depthwise);
  // conv2dTranspose lets dy be larger than what the input's shape gives.
  if (!convolution || !hasShape(dy, convolution.outShape)) return null;
  const { format, options, inShape } = convolution;
  const { filters } = filtersOf(backend, filter, convolution);
  const dx = conv2dInputGrad(backend.images(dy, format), filters, imageShape(inShape, format), options);
  return backend.handImages(dx, format);
}

function filterGrad({ inputs, attrs, backend }: FilterGradCall, depthwise: boolean): TensorInfo | null {
  const { x, dy } = inputs;
  if (!backend.reads(x) || !backend.reads(dy) || !attrs.filterShape.every(size => size > 0)) return null;
  const convolution = convolutionOf(x.shape, attrs.filterShape, attrs, depthwise);
  if (!convolution || !hasShape(dy, convolution.outShape)) return null;
  const { format, options } = convolution;
  const dw = conv2dFilterGrad(
    backend.images(x, format),
    backend.images(dy, format),
    ourFilterShape(convolution),
    options,
  );
  return handFilters(backend, dw, convolution);
}
