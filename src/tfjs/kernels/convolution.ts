import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core';
import type { Conv2DOptions } from '../../ops/conv2d/geometry.ts';
import { TRANSPOSE_ROWS } from '../../runtime/abi.ts';
import { runtime } from '../../runtime/init.ts';
import type { MemoryFormat } from '../../tensor/format.ts';
import { allocate, type Tensor } from '../../tensor/tensor.ts';
import type { ConvasmBackend } from '../backend.ts';
import { StoredFilters } from '../filters.ts';

/** What all of TensorFlow.js's convolution kernels have among their attributes. */
export interface ConvAttrs {
  readonly strides: [number, number] | number;
  readonly pad: 'valid' | 'same' | number | backend_util.ExplicitPadding;
  readonly dataFormat?: 'NHWC' | 'NCHW';
  readonly dilations?: [number, number] | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

type Quad = [number, number, number, number];

/** A convolution of TensorFlow.js in our terms. */
export interface Convolution {
  readonly options: Conv2DOptions;
  /** Where images have their channels. */
  readonly format: MemoryFormat;
  readonly depthwise: boolean;
  /** [kernel height, kernel width, in / groups, out], or [kernel height, kernel width, in, multiplier] where it is depthwise. */
  readonly filterShape: readonly number[];
  /** Shapes of the images in TensorFlow.js's order. */
  readonly inShape: readonly number[];
  readonly outShape: readonly number[];
}

/**
 * The convolution of images of `inShape` with filters of `filterShape`; null where it is none of ours: nothing comes out, or sizes are
 * rounded up.
 */
export function convolutionOf(
  inShape: readonly number[],
  filterShape: readonly number[],
  attrs: ConvAttrs,
  depthwise: boolean,
): Convolution | null {
  const { strides, pad, dataFormat = 'NHWC', dilations, dimRoundingMode } = attrs;
  // The cpu backend takes depthwise images for NHWC, whatever the attribute says.
  const order = depthwise ? 'channelsLast' : backend_util.convertConv2DDataFormat(dataFormat);
  const info = backend_util.computeConv2DInfo(
    inShape as Quad,
    filterShape as Quad,
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode,
    depthwise,
    order,
  );
  const { top, left, bottom, right } = info.padInfo;
  const outHeight = outSize(info.inHeight + top + bottom, info.effectiveFilterHeight, info.strideHeight);
  const outWidth = outSize(info.inWidth + left + right, info.effectiveFilterWidth, info.strideWidth);
  const fits = outHeight === info.outHeight && outWidth === info.outWidth && Math.min(outHeight, outWidth) > 0;
  const [, , filterChannels = 1, filterCount = 1] = filterShape;
  const groups = depthwise ? info.inChannels : info.inChannels / filterChannels;
  const grouped = depthwise ? filterChannels === groups : Number.isInteger(groups) && filterCount % groups === 0;
  if (!fits || Math.min(top, left, bottom, right) < 0 || !grouped) return null;
  return {
    options: {
      stride: [info.strideHeight, info.strideWidth],
      padding: [top, left, bottom, right],
      dilation: [info.dilationHeight, info.dilationWidth],
      groups,
    },
    format: order === 'channelsLast' ? 'channelsLast' : 'contiguous',
    depthwise,
    filterShape,
    inShape: info.inShape,
    outShape: info.outShape,
  };
}

export function isDilated({ dilations = 1 }: ConvAttrs): boolean {
  return [dilations].flat().some(dilation => dilation !== 1);
}

/** Whether filters have fewer input channels than images, in TensorFlow.js's order. */
export function isGrouped(
  inShape: readonly number[],
  filterShape: readonly number[],
  { dataFormat = 'NHWC' }: ConvAttrs,
): boolean {
  return filterShape[2] !== (dataFormat === 'NHWC' ? inShape[3] : inShape[1]);
}

/** [out, in / groups, kernel height, kernel width] */
export function ourFilterShape({ filterShape, depthwise }: Convolution): Quad {
  const [height = 1, width = 1, channels = 1, last = 1] = filterShape;
  return depthwise ? [channels * last, 1, height, width] : [last, channels, height, width];
}

/** What is kept of filters, with the data that they are made of. */
export function storedFilters(backend: ConvasmBackend, info: TensorInfo): StoredFilters {
  const data = backend.stored(info);
  data.filters ??= new StoredFilters();
  return data.filters;
}

/** Filters as our operations take them. */
export function filtersOf(backend: ConvasmBackend, info: TensorInfo, convolution: Convolution): Tensor {
  const { depthwise, filterShape } = convolution;
  return storedFilters(backend, info).get(String([depthwise, ...filterShape]), () => {
    const source = backend.tensor(info);
    const shape = ourFilterShape(convolution);
    const [out, channels, height, width] = shape;
    const taps = height * width;
    // [taps x in, out] to [out, taps x in]; then each [taps, in] to [in, taps].
    const outFirst = allocate(shape, 'float32', 'contiguous');
    transposeMatrix(source.address, outFirst.address, source.size / out, out);
    if (taps === 1 || channels === 1) return outFirst;
    const filters = allocate(shape, 'float32', 'contiguous');
    transposeMatrix(outFirst.address, filters.address, taps, channels, out);
    return filters;
  });
}

/** The way back, for gradients of filters; `filters` are contiguous. */
export function handFilters(backend: ConvasmBackend, filters: Tensor, convolution: Convolution): TensorInfo {
  const [out] = ourFilterShape(convolution);
  const { size } = filters;
  let ordered = filters;
  if (!convolution.depthwise) {
    const [, channels = 1, height = 1, width = 1] = filters.shape;
    ordered = allocate([out, height * width, channels], 'float32', 'contiguous');
    transposeMatrix(filters.address, ordered.address, channels, height * width, out);
  }
  const result = allocate(convolution.filterShape, 'float32', 'contiguous');
  transposeMatrix(ordered.address, result.address, out, size / out);
  return backend.hand(result);
}

/** Each of `batch` matrices of [rows, columns] to [columns, rows]; both are addresses. */
export function transposeMatrix(source: number, target: number, rows: number, columns: number, batch = 1): void {
  const args = { source, target, batch, rows, columns };
  runtime().run('transpose', 'f32', args, batch * Math.ceil(rows / TRANSPOSE_ROWS));
}

function outSize(padded: number, extent: number, stride: number): number {
  return Math.floor((padded - extent) / stride) + 1;
}
