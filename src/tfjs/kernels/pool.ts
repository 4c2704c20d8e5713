import { AvgPool, AvgPoolGrad, backend_util, MaxPool, MaxPoolGrad, type TensorInfo } from '@tensorflow/tfjs-core';
import {
  type AvgPool2DOptions,
  avgPool2d,
  avgPool2dGrad,
  maxPool2dGrad,
  maxPool2dOfNumbers,
} from '../../ops/pool2d.ts';
import { sameShape } from '../../tensor/shape.ts';
import { imageShape } from '../backend.ts';
import type { ConvAttrs } from './convolution.ts';
import type { Kernel, KernelCall } from './kernel.ts';

interface PoolAttrs extends Pick<ConvAttrs, 'strides' | 'pad' | 'dimRoundingMode'> {
  readonly filterSize: [number, number] | number;
}

type PoolCall = KernelCall<{ x: TensorInfo }, PoolAttrs>;
type GradCall = KernelCall<{ dy: TensorInfo; input: TensorInfo }, PoolAttrs>;
type Kind = 'max' | 'average';

/** Largest values and means of windows. TensorFlow.js's pools are of NHWC images. */
export function poolKernels(): readonly Kernel[] {
  return [
    { name: MaxPool, run: call => pool(call, 'max') },
    { name: AvgPool, run: call => pool(call, 'average') },
    { name: MaxPoolGrad, run: call => poolGrad(call, 'max') },
    { name: AvgPoolGrad, run: call => poolGrad(call, 'average') },
  ];
}

function pool({ inputs: { x }, attrs, backend }: PoolCall, kind: Kind): TensorInfo | null {
  const window = backend.reads(x) ? windowOf(x.shape, attrs) : null;
  if (!window) return null;
  const images = backend.images(x);
  if (kind === 'average') {
    // Of the pixels that there are.
    return backend.handImages(avgPool2d(images, { ...window.options, countIncludePad: false }));
  }
  return backend.handImages(maxPool2dOfNumbers(images, window.options));
}

function poolGrad({ inputs: { dy, input: x }, attrs, backend }: GradCall, kind: Kind): TensorInfo | null {
  const window = backend.reads(dy) && backend.reads(x) ? windowOf(x.shape, attrs) : null;
  if (!window || !sameShape(dy.shape, window.outShape)) return null;
  const { options } = window;
  // TensorFlow.js divides a mean's gradient by the size of the window, at the edges, too.
  const dx =
    kind === 'max'
      ? maxPool2dGrad(backend.images(dy), backend.images(x), options)
      : avgPool2dGrad(backend.images(dy), imageShape(x.shape, 'channelsLast'), { ...options, countIncludePad: true });
  return backend.handImages(dx);
}

/** A pool in our terms; null where sizes are rounded up, or a window may see nothing but padding. */
function windowOf(
  shape: readonly number[],
  { filterSize, strides, pad, dimRoundingMode }: PoolAttrs,
): { options: AvgPool2DOptions; outShape: readonly number[] } | null {
  const inShape = shape as [number, number, number, number];
  const info = backend_util.computePool2DInfo(inShape, filterSize, strides, 1, pad, dimRoundingMode);
  const { top, left, bottom, right } = info.padInfo;
  const { filterHeight, filterWidth, strideHeight, strideWidth } = info;
  const outHeight = Math.floor((info.inHeight + top + bottom - filterHeight) / strideHeight) + 1;
  const outWidth = Math.floor((info.inWidth + left + right - filterWidth) / strideWidth) + 1;
  const fits = outHeight === info.outHeight && outWidth === info.outWidth && Math.min(outHeight, outWidth) > 0;
  const narrow = Math.max(top, bottom) < filterHeight && Math.max(left, right) < filterWidth;
  if (!fits || !narrow || Math.min(top, left, bottom, right) < 0) return null;
  return {
    options: {
      kernelSize: [filterHeight, filterWidth],
      stride: [strideHeight, strideWidth],
      padding: [top, left, bottom, right],
    },
    outShape: info.outShape,
  };
}
