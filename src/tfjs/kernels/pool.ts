import { AvgPool, AvgPoolGrad, backend_util, MaxPool, MaxPoolGrad, type TensorInfo } from '@tensorflow/tfjs-core';
import { avgPool2dGrad, maxPool2dGrad, poolPixels } from '../../ops/pool2d.ts';
import { runtime } from '../../runtime/init.ts';
import { type Shape4, sameShape } from '../../tensor/shape.ts';
import { imageShape } from '../backend.ts';
import type { ConvAttrs } from './convolution.ts';
import { bare, type Kernel, type KernelCall } from './kernel.ts';

interface PoolAttrs extends Pick<ConvAttrs, 'strides' | 'pad' | 'dimRoundingMode'> {
  readonly filterSize: [number, number] | number;
}

type PoolCall = KernelCall<{ x: TensorInfo }, PoolAttrs>;
type GradCall = KernelCall<{ dy: TensorInfo; input: TensorInfo }, PoolAttrs>;
type Kind = 'max' | 'average';

/** Largest values and means of windows. TensorFlow.js's pools are of NHWC images. */
export function poolKernels(): readonly Kernel[] {
  return [
    ...bare([
      { name: MaxPool, run: call => pool(call, 'max') },
      { name: AvgPool, run: call => pool(call, 'average') },
    ]),
    { name: MaxPoolGrad, run: call => poolGrad(call, 'max') },
    { name: AvgPoolGrad, run: call => poolGrad(call, 'average') },
  ];
}

function pool({ inputs: { x }, attrs, backend }: PoolCall, kind: Kind): TensorInfo | null {
  const window = backend.reads(x) ? windowOf(x.shape, attrs) : null;
  if (!window) return null;
  const [images, height, width, channels] = x.shape as [number, number, number, number];
  const [, outHeight, outWidth] = window.outShape;
  const { kernelSize, stride, padding } = window.options;
  const source = backend.address(x);
  const y = backend.output(window.outShape);
  poolPixels(runtime(), kind, {
    x: source,
    y: backend.address(y),
    dx: 0,
    images,
    channels,
    height,
    width,
    outHeight,
    outWidth,
    kernelHeight: kernelSize[0],
    kernelWidth: kernelSize[1],
    strideHeight: stride[0],
    strideWidth: stride[1],
    top: padding[0],
    left: padding[1],
    // A mean is of the pixels that there are.
    countIncludePad: 0,
  });
  return y;
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

interface PoolWindow {
  readonly options: {
    readonly kernelSize: [number, number];
    readonly stride: [number, number];
    readonly padding: [number, number, number, number];
  };
  readonly outShape: Shape4;
}

/** A pool in our terms; null where sizes are rounded up, or a window may see nothing but padding. */
function windowOf(
  shape: readonly number[],
  { filterSize, strides, pad, dimRoundingMode }: PoolAttrs,
): PoolWindow | null {
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
    outShape: info.outShape as [number, number, number, number],
  };
}
