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

/**
 * Bytes of an entry in the kernel's tables: where a row or a column comes from is `first` + (`second` - `first`) `share`, two i32 and an
 * f32. `first` is -1 outside of the image, and `second` the largest i32.
 */
const ENTRY_BYTES = 12;
const OUTSIDE = 2 ** 31 - 1;

/** Tables for rows and columns, in working memory. */
class Tables {
  readonly rowTable: number;
  readonly columnTable: number;
  readonly #runtime: Runtime;

  constructor(runtime: Runtime, outHeight: number, outWidth: number) {
    const addresses = runtime.scratch.reserve(outHeight * ENTRY_BYTES, outWidth * ENTRY_BYTES);
    [this.rowTable, this.columnTable] = addresses as [number, number];
    this.#runtime = runtime;
  }

  /** A dimension of `size` elements from which `outSize` are made, as the cpu backend does it. */
  resized(
    table: number,
    size: number,
    outSize: number,
    bilinear: boolean,
    attrs: Omit<ResizeCall['attrs'], 'size'>,
  ): void {
    const { alignCorners, halfPixelCenters } = attrs;
    const { i32, f32 } = this.#runtime.memory;
    const aligned = alignCorners && outSize > 1 ? 1 : 0;
    const ratio = (size - aligned) / (outSize - aligned);
    for (let i = 0, word = table / 4; i < outSize; i++, word += 3) {
      const at = ratio * (halfPixelCenters ? i + 0.5 : i);
      if (bilinear) {
        const middle = halfPixelCenters ? at - 0.5 : at;
        const first = Math.max(0, Math.floor(middle));
        i32[word] = first;
        i32[word + 1] = Math.min(size - 1, Math.ceil(middle));
        f32[word + 2] = middle - first;
      } else i32[word] = Math.min(size - 1, alignCorners ? Math.round(at) : Math.floor(at));
    }
  }

  /** `outSize` places between two, as shares of a dimension of `size` elements. */
  cropped(table: number, size: number, outSize: number, bilinear: boolean, from: number, to: number): void {
    const { i32, f32 } = this.#runtime.memory;
    const last = size - 1;
    const step = outSize > 1 ? ((to - from) * last) / (outSize - 1) : 0;
    const start = outSize > 1 ? from * last : 0.5 * (from + to) * last;
    for (let i = 0, word = table / 4; i < outSize; i++, word += 3) {
      const at = start + i * step;
      const inside = at >= 0 && at <= last;
      i32[word] = inside ? (bilinear ? Math.floor(at) : Math.round(at)) : -1;
      i32[word + 1] = inside ? Math.ceil(at) : OUTSIDE;
      f32[word + 2] = at - Math.floor(at);
    }
  }
}

function resize({ inputs: { images }, attrs, backend }: ResizeCall, bilinear: boolean): TensorInfo | null {
  const [outHeight, outWidth] = attrs.size;
  const dtype = images.dtype === 'int32' && !bilinear ? 'int32' : 'float32';
  if (!backend.reads(images, dtype) || !(outHeight > 0 && outWidth > 0)) return null;
  const [batch, height, width, channels] = images.shape as Shape4;
  const y = backend.output([batch, outHeight, outWidth, channels], dtype);
  const [source, target] = [backend.address(images), backend.address(y)];
  const tables = new Tables(runtime(), outHeight, outWidth);
  const { rowTable, columnTable } = tables;
  tables.resized(rowTable, height, outHeight, bilinear, attrs);
  tables.resized(columnTable, width, outWidth, bilinear, attrs);
  const shape = { images: batch, height, width, outHeight, outWidth, channels };
  const args = { source, target, rowTable, columnTable, ...shape, bilinear: bilinear ? 1 : 0, fill: 0 };
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
  const tables = new Tables(runtime(), outHeight, outWidth);
  const { rowTable, columnTable } = tables;
  const { alignCorners } = attrs;
  tables.resized(rowTable, height, outHeight, bilinear, { alignCorners, halfPixelCenters: false });
  tables.resized(columnTable, width, outWidth, bilinear, { alignCorners, halfPixelCenters: false });
  const shape = { images: batch, height, width, outHeight, outWidth, channels };
  const args = { source, target, rowTable, columnTable, ...shape, bilinear: bilinear ? 1 : 0, fill: 0 };
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
  const tables = new Tables(runtime(), outHeight, outWidth);
  const { rowTable, columnTable } = tables;
  const bilinear = method === 'bilinear';
  const shape = { images: 1, height, width, outHeight, outWidth, channels };
  const pixels = { image: height * width * channels * 4, crop: outHeight * outWidth * channels * 4 };
  for (let i = 0; i < count; i++) {
    const [top, left, bottom, right] = corners.subarray(4 * i) as unknown as Shape4;
    tables.cropped(rowTable, height, outHeight, bilinear, top, bottom);
    tables.cropped(columnTable, width, outWidth, bilinear, left, right);
    const args = {
      source: source + (places[i] as number) * pixels.image,
      target: target + i * pixels.crop,
      rowTable,
      columnTable,
      ...shape,
      bilinear: bilinear ? 1 : 0,
      fill: extrapolationValue,
    };
    runtime().run('resize', 'f32', args, outHeight);
  }
  return y;
}
