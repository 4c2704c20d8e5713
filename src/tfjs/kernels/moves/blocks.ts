import { BatchToSpaceND, SpaceToBatchND, type TensorInfo } from '@tensorflow/tfjs-core';
import { sizeOf } from '../../../tensor/shape.ts';
import { BYTES } from '../../storage.ts';
import type { Kernel, KernelCall } from '../kernel.ts';
import { copyElements, readable, stridesOf } from './copy.ts';
import { type Padding, pad } from './pad.ts';
import { slice } from './slice.ts';

type SpaceToBatchCall = KernelCall<{ x: TensorInfo }, { blockShape: number[]; paddings: Padding[] }>;
type BatchToSpaceCall = KernelCall<{ x: TensorInfo }, { blockShape: number[]; crops: Padding[] }>;

const NONE: Padding = [0, 0];

/** Pixels of one place in all blocks as a batch of their own, and back: how TensorFlow.js does dilated pooling. */
export function blockKernels(): readonly Kernel[] {
  return [
    { name: SpaceToBatchND, run: spaceToBatch },
    { name: BatchToSpaceND, run: batchToSpace },
  ];
}

function spaceToBatch({ inputs, attrs: { blockShape, paddings }, backend }: SpaceToBatchCall): TensorInfo | null {
  const { x } = inputs;
  const dtype = readable(backend, x);
  const margins = x.shape.map((_, d) => paddings[d - 1] ?? NONE);
  if (!dtype || !paired(blockShape, paddings, x.shape)) return null;
  const shape = x.shape.map((size, d) => size + sum(margins[d] as Padding));
  const coarse = shape.slice(1).map((size, i) => size / (blockShape[i] ?? 1));
  if (!coarse.every(size => Number.isInteger(size))) return null;
  const isPadded = paddings.some(margin => sum(margin) > 0);
  const padded = isPadded ? pad({ inputs, attrs: { paddings: margins, constantValue: 0 }, backend }) : x;
  if (!padded) return null;
  const batch = shape[0] as number;
  const y = backend.output([batch * sizeOf(blockShape), ...coarse], dtype);
  const dimensions = dimensionsOf(batch, coarse, blockShape).sort((a, b) => b.batches - a.batches);
  copyElements(
    dimensions.map(({ size }) => size),
    BYTES[dtype],
    { address: backend.address(padded), strides: dimensions.map(({ space }) => space) },
    { address: backend.address(y), strides: dimensions.map(({ batches }) => batches) },
  );
  if (isPadded) backend.disposeData(padded.dataId);
  return y;
}

function batchToSpace({ inputs: { x }, attrs: { blockShape, crops }, backend }: BatchToSpaceCall): TensorInfo | null {
  const dtype = readable(backend, x);
  if (!dtype || !paired(blockShape, crops, x.shape)) return null;
  const batch = (x.shape[0] as number) / sizeOf(blockShape);
  const coarse = x.shape.slice(1);
  const shape = [batch, ...coarse.map((size, i) => size * (blockShape[i] ?? 1))];
  const size = shape.map((full, d) => full - sum(crops[d - 1] ?? NONE));
  if (!Number.isInteger(batch) || Math.min(...size) < 1) return null;
  const whole = backend.output(shape, dtype);
  const dimensions = dimensionsOf(batch, coarse, blockShape).sort((a, b) => b.space - a.space);
  copyElements(
    dimensions.map(dimension => dimension.size),
    BYTES[dtype],
    { address: backend.address(x), strides: dimensions.map(({ batches }) => batches) },
    { address: backend.address(whole), strides: dimensions.map(({ space }) => space) },
  );
  if (!crops.some(crop => sum(crop) > 0)) return whole;
  const begin = shape.map((_, d) => (crops[d - 1] ?? NONE)[0]);
  const y = slice({ inputs: { x: whole }, attrs: { begin, size }, backend });
  backend.disposeData(whole.dataId);
  return y;
}

/** Whether there are margins for each dimension with blocks, none of them negative, behind a first dimension. */
function paired(blockShape: readonly number[], margins: readonly Padding[], shape: readonly number[]): boolean {
  return (
    margins.length === blockShape.length &&
    blockShape.length < shape.length &&
    margins.every(margin => Math.min(...margin) >= 0)
  );
}

/** A dimension that both sides have, and how many elements it is from one index to the next in each. */
interface Dimension {
  readonly size: number;
  readonly space: number;
  readonly batches: number;
}

/** Of [batch, coarse x blockShape ...] in space, which are [blockShape ..., batch, coarse ...] as batches. */
function dimensionsOf(batch: number, coarse: readonly number[], blockShape: readonly number[]): Dimension[] {
  const space = stridesOf([batch, ...coarse.map((size, i) => size * (blockShape[i] ?? 1))]);
  const sizes = [...blockShape, batch, ...coarse];
  const inSpace = [
    ...space.slice(1, 1 + blockShape.length),
    ...space.map((stride, d) => stride * (blockShape[d - 1] ?? 1)),
  ];
  const batches = stridesOf(sizes);
  return sizes.map((size, d) => ({ size, space: inSpace[d] as number, batches: batches[d] as number }));
}

function sum([before, after]: Padding): number {
  return before + after;
}
