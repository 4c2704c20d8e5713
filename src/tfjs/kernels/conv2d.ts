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
import { ArgumentError } from '../../errors.ts';
import { conv2dFilterGrad } from '../../ops/conv2d/filterGrad.ts';
import { conv2d } from '../../ops/conv2d/forward.ts';
import { conv2dInputGrad } from '../../ops/conv2d/inputGrad.ts';
import { sameShape } from '../../tensor/shape.ts';
import { imageShape } from '../backend.ts';
import {
  type ConvAttrs,
  convolutionOf,
  filtersOf,
  handFilters,
  isDilated,
  isGrouped,
  ourFilterShape,
  storedFilters,
} from './convolution.ts';
import { endingOf, type FusedAttrs, type FusedInputs, isKnown } from './fused.ts';
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
  const readable = backend.reads(x) && backend.reads(filter) && isKnown(attrs);
  const convolution = readable ? convolutionOf(x.shape, filter.shape, attrs, depthwise) : null;
  if (!convolution) return leave(!depthwise && isGrouped(x.shape, filter.shape, attrs), x.shape, attrs);
  const { format, options } = convolution;
  const [channels] = ourFilterShape(convolution);
  const { bias, clamp, finish } = endingOf(backend, channels, inputs, attrs, format === 'contiguous');
  const kept = storedFilters(backend, filter);
  kept.use();
  const filters = filtersOf(backend, filter, convolution);
  const y = conv2d(backend.images(x, format), filters, bias && backend.tensor(bias), {
    ...options,
    activation: clamp,
    cache: kept.cache,
  });
  return finish(backend.handImages(y, format));
}

/** The gradient of the input. Its `inputShape` may be that of a transposed convolution's output. */
function inputGrad({ inputs, attrs, backend }: InputGradCall, depthwise: boolean): TensorInfo | null {
  const { dy, filter } = inputs;
  const { inputShape } = attrs;
  const readable = backend.reads(dy) && backend.reads(filter) && inputShape.every(size => size > 0);
  const convolution = readable ? convolutionOf(inputShape, filter.shape, attrs, depthwise) : null;
  // conv2dTranspose lets dy be larger than what the input's shape gives.
  if (!convolution || !sameShape(dy.shape, convolution.outShape)) {
    return leave(isDilated(attrs) || (!depthwise && isGrouped(inputShape, filter.shape, attrs)), inputShape, attrs);
  }
  const { format, options, inShape } = convolution;
  const filters = filtersOf(backend, filter, convolution);
  const dx = conv2dInputGrad(backend.images(dy, format), filters, imageShape(inShape, format), options);
  return backend.handImages(dx, format);
}

function filterGrad({ inputs, attrs, backend }: FilterGradCall, depthwise: boolean): TensorInfo | null {
  const { x, dy } = inputs;
  const { filterShape } = attrs;
  const readable = backend.reads(x) && backend.reads(dy) && filterShape.every(size => size > 0);
  const convolution = readable ? convolutionOf(x.shape, filterShape, attrs, depthwise) : null;
  if (!convolution || !sameShape(dy.shape, convolution.outShape)) {
    return leave(isDilated(attrs) || (!depthwise && isGrouped(x.shape, filterShape, attrs)), x.shape, attrs);
  }
  const { format, options } = convolution;
  const dw = conv2dFilterGrad(
    backend.images(x, format),
    backend.images(dy, format),
    ourFilterShape(convolution),
    options,
  );
  return handFilters(backend, dw, convolution);
}

/**
 * Leaves a call to the cpu backend's kernel, but for what that would compute wrongly without a word.
 *
 * @param unknown whether the convolution is one that it does not know: grouped, or the gradient of a dilated one
 * @throws ArgumentError
 */
function leave(unknown: boolean, inShape: readonly number[], attrs: ConvAttrs): null {
  if (!unknown) return null;
  const { strides, pad, dataFormat, dilations, dimRoundingMode } = attrs;
  throw new ArgumentError(
    'x',
    JSON.stringify({ inShape, strides, pad, dataFormat, dilations, dimRoundingMode }),
    'a grouped or dilated convolution of float32 tensors whose sizes come out whole',
  );
}
