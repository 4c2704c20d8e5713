import {
  CropAndResize,
  ResizeBilinear,
  ResizeBilinearGrad,
  ResizeNearestNeighbor,
  ResizeNearestNeighborGrad,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { runtime } from '../../runtime/init.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import type { Kernel, KernelCall } from './kernel.ts';

type Shape4 = [number, number, number, number];
type ResizeCall = KernelCall<
  { images: TensorInfo },
  { alignCorners: boolean; halfPixelCenters: boolean; size: [number, number] }
>;
type GradCall = KernelCall<{ images: TensorInfo; dy: TensorInfo }, { alignCorners: boolean }>;
type CropCall = KernelCall<
  { image: TensorInfo; boxes: TensorInfo; boxInd: TensorInfo },
  { cropSize: [number, number]; method: 'bilinear' | 'nearest'; extrapolationValue: number }
>;

/** Images of NHWC made larger or smaller. */
export function resizeKernels(): readonly Kernel[] {
  return [
    { name: ResizeBilinear, run: call => resize(call, true) },
    { name: ResizeNearestNeighbor, run: call => resize(call, false) },
    { name: ResizeBilinearGrad, run: call => resizeGrad(call, true) },
    { name: ResizeNearestNeighborGrad, run: call => resizeGrad(call, false) },
    { name: CropAndResize, run: cropAndResize },
  ];
}

/** Where a row or a column comes from: `first` + (`second` - `first`) `share`; `first` is -1 outside of the image. */
interface Origin {
  readonly first: number;
  readonly second: number;
  readonly share: number;
}

/** Bytes of an origin in a table of the kernel. */
const ENTRY_BYTES = 12;

/** Writes tables for rows and columns to working memory; returns their addresses. */
function tables(
  { scratch, memory }: Runtime,
  outHeight: number,
  outWidth: number,
  row: (y: number) => Origin,
  column: (x: number) => Origin,
): { rowTable: number; columnTable: number } {
  const [rowTable, columnTable] = scratch.reserve(outHeight * ENTRY_BYTES, outWidth * ENTRY_BYTES) as [number, number];
  const { i32, f32 } = memory;
  const write = (address: number, count: number, origin: (i: number) => Origin) => {
    for (let i = 0, word = address / 4; i < count; i++, word += 3) {
      const { first, second, share } = origin(i);
      i32[word] = first;
      i32[word + 1] = second;
      f32[word + 2] = share;
    }
  };
  write(rowTable, outHeight, row);
  write(columnTable, outWidth, column);
  return { rowTable, columnTable };
}

/** Origins along one dimension, of `size` elements, as the cpu backend computes them. */
function origins(
  size: number,
  outSize: number,
  bilinear: boolean,
  alignCorners: boolean,
  halfPixelCenters: boolean,
): (i: number) => Origin {
  const aligned = alignCorners && outSize > 1 ? 1 : 0;
  const ratio = (size - aligned) / (outSize - aligned);
  if (!bilinear) {
    return i => {
      const at = ratio * (halfPixelCenters ? i + 0.5 : i);
      const nearest = Math.min(size - 1, alignCorners ? Math.round(at) : Math.floor(at));
      return { first: nearest, second: nearest, share: 0 };
    };
  }
  return i => {
    const at = halfPixelCenters ? ratio * (i + 0.5) - 0.5 : ratio * i;
    const first = Math.max(0, Math.floor(at));
    return { first, second: Math.min(size - 1, Math.ceil(at)), share: at - first };
  };
}

function resize({ inputs: { images }, attrs, backend }: ResizeCall, bilinear: boolean): TensorInfo | null {
  const { alignCorners, halfPixelCenters } = attrs;
  const [outHeight, outWidth] = attrs.size;
  const dtype = images.dtype === 'int32' && !bilinear ? 'int32' : 'float32';
  if (!backend.reads(images, dtype) || !(outHeight > 0 && outWidth > 0)) return null;
  const [batch, height, width, channels] = images.shape as Shape4;
  const y = backend.output([batch, outHeight, outWidth, channels], dtype);
  const [source, target] = [backend.address(images), backend.address(y)];
  const along = (size: number, outSize: number) => origins(size, outSize, bilinear, alignCorners, halfPixelCenters);
  const table = tables(runtime(), outHeight, outWidth, along(height, outHeight), along(width, outWidth));
  const shape = { images: batch, height, width, outHeight, outWidth, channels };
  const args = { source, target, ...table, ...shape, bilinear: bilinear ? 1 : 0, fill: 0 };
  runtime().run('resize', 'f32', args, batch * outHeight);
  return y;
}

function resizeGrad({ inputs, attrs, backend }: GradCall, bilinear: boolean): TensorInfo | null {
  const { images, dy } = inputs;
  if (!backend.reads(dy) || images.dtype !== 'float32' || images.shape.includes(0)) return null;
  const [batch, height, width, channels] = images.shape as Shape4;
  const [, outHeight, outWidth] = dy.shape as Shape4;
  const dx = backend.output(images.shape);
  const [source, target] = [backend.address(dx), backend.address(dy)];
  const along = (size: number, outSize: number) => origins(size, outSize, bilinear, attrs.alignCorners, false);
  const table = tables(runtime(), outHeight, outWidth, along(height, outHeight), along(width, outWidth));
  const shape = { images: batch, height, width, outHeight, outWidth, channels };
  const args = { source, target, ...table, ...shape, bilinear: bilinear ? 1 : 0, fill: 0 };
  runtime().run('resizeGrad', 'f32', args, batch);
  return dx;
}

function cropAndResize({ inputs, attrs, backend }: CropCall): TensorInfo | null {
  const { image, boxes, boxInd } = inputs;
  const { method, extrapolationValue } = attrs;
  const [outHeight, outWidth] = attrs.cropSize;
  const [batch, height, width, channels] = image.shape as Shape4;
  const count = boxes.shape[0] as number;
  if (!backend.reads(image) || !backend.stored(boxes).filled || count * outHeight * outWidth === 0) return null;
  const [corners, places] = [boxes, boxInd].map(info => Float64Array.from(backend.stored(info).values as Float32Array));
  // No image of that index: zeros, or an error.
  if (!corners || !places?.every(place => place >= 0 && place < batch)) return null;
  const y = backend.output([count, outHeight, outWidth, channels]);
  const [source, target] = [backend.address(image), backend.address(y)];
  const along = (size: number, outSize: number, from: number, to: number) => (i: number) => {
    const step = outSize > 1 ? ((to - from) * (size - 1)) / (outSize - 1) : 0;
    const at = outSize > 1 ? from * (size - 1) + i * step : 0.5 * (from + to) * (size - 1);
    if (!(at >= 0 && at <= size - 1)) return { first: -1, second: -1, share: 0 };
    if (method === 'nearest') return { first: Math.round(at), second: 0, share: 0 };
    return { first: Math.floor(at), second: Math.ceil(at), share: at - Math.floor(at) };
  };
  const shape = { images: 1, height, width, outHeight, outWidth, channels };
  const pixels = { image: height * width * channels * 4, crop: outHeight * outWidth * channels * 4 };
  for (let i = 0; i < count; i++) {
    const [top, left, bottom, right] = corners.subarray(4 * i) as unknown as Shape4;
    const table = tables(
      runtime(),
      outHeight,
      outWidth,
      along(height, outHeight, top, bottom),
      along(width, outWidth, left, right),
    );
    const args = {
      source: source + (places[i] as number) * pixels.image,
      target: target + i * pixels.crop,
      ...table,
      ...shape,
      bilinear: method === 'bilinear' ? 1 : 0,
      fill: extrapolationValue,
    };
    runtime().run('resize', 'f32', args, outHeight);
  }
  return y;
}
