import {
  backend_util,
  Slice,
  SplitV,
  StridedSlice,
  slice_util,
  type Tensor,
  type TensorInfo,
  Unpack,
  util,
} from '@tensorflow/tfjs-core';
import type { ConvasmBackend } from '../../backend.ts';
import type { MemoryDType } from '../../storage.ts';
import { BYTES } from '../../storage.ts';
import type { Kernel, KernelCall } from '../kernel.ts';
import { copyElements, readable, stridesOf } from './copy.ts';

type SliceCall = KernelCall<{ x: TensorInfo }, { begin: number | number[]; size: number | number[] }>;
type StridedCall = KernelCall<
  { x: TensorInfo },
  {
    begin: number[];
    end: number[];
    strides: number[];
    beginMask: number;
    endMask: number;
    ellipsisMask: number;
    newAxisMask: number;
    shrinkAxisMask: number;
  }
>;
type SplitCall = KernelCall<{ x: TensorInfo }, { numOrSizeSplits: number | number[]; axis: number }>;
type UnpackCall = KernelCall<{ value: TensorInfo }, { axis: number }>;

/** Parts of a tensor. */
export function sliceKernels(): readonly Kernel[] {
  return [
    { name: Slice, run: slice },
    { name: StridedSlice, run: stridedSlice },
    { name: SplitV, run: split },
    { name: Unpack, run: unpack },
  ];
}

/** A box of a tensor; null where it is not covered. */
export function slice({ inputs: { x }, attrs, backend }: SliceCall): TensorInfo | null {
  const dtype = readable(backend, x);
  if (!dtype) return null;
  // They look at the shape alone.
  const [begin, size] = slice_util.parseSliceParams(x as Tensor, attrs.begin, attrs.size) as [number[], number[]];
  slice_util.assertParamsValid(x as Tensor, begin, size);
  const strides = stridesOf(x.shape);
  return size.includes(0) ? null : part(backend, x, dtype, { start: offsetOf(begin, strides), strides, size }, size);
}

function stridedSlice({ inputs: { x }, attrs, backend }: StridedCall): TensorInfo | null {
  const dtype = readable(backend, x);
  if (!dtype) return null;
  const { beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = attrs;
  const masks = [beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask] as const;
  const info = slice_util.sliceInfo(x.shape, attrs.begin, attrs.end, attrs.strides, ...masks);
  const isSimple = info.sliceDim0 || info.isSimpleSlice;
  const size = isSimple ? slice_util.computeOutShape(info.begin, info.end, info.strides) : info.finalShapeSparse;
  // All of it is the same data under another shape.
  if (info.isIdentity || size.some(count => count <= 0)) return null;
  const whole = stridesOf(x.shape);
  const strides = isSimple ? whole : whole.map((stride, i) => stride * (info.strides[i] as number));
  return part(backend, x, dtype, { start: offsetOf(info.begin, whole), strides, size }, info.finalShape);
}

function split({ inputs: { x }, attrs, backend }: SplitCall): TensorInfo[] | null {
  const axis = util.parseAxisParam(attrs.axis, x.shape)[0] as number;
  const sizes = backend_util.prepareSplitSize(x as Tensor, attrs.numOrSizeSplits, axis);
  return pieces(backend, x, axis, sizes, count => {
    const shape = x.shape.slice();
    shape[axis] = count;
    return shape;
  });
}

function unpack({ inputs: { value }, attrs, backend }: UnpackCall): TensorInfo[] | null {
  const axis = attrs.axis < 0 ? attrs.axis + value.shape.length : attrs.axis;
  const shape = value.shape.filter((_, i) => i !== axis);
  return pieces(backend, value, axis, new Array<number>(value.shape[axis] as number).fill(1), () => shape);
}

/** Pieces of `sizes` one after another along an axis. */
function pieces(
  backend: ConvasmBackend,
  x: TensorInfo,
  axis: number,
  sizes: readonly number[],
  shapeOf: (count: number) => number[],
): TensorInfo[] | null {
  const dtype = readable(backend, x);
  if (!dtype || sizes.includes(0)) return null;
  const strides = stridesOf(x.shape);
  let start = 0;
  return sizes.map(count => {
    const size = x.shape.slice();
    size[axis] = count;
    const piece = part(backend, x, dtype, { start, strides, size }, shapeOf(count));
    start += count * (strides[axis] as number);
    return piece;
  });
}

/** Elements of `size` from `start` on, `strides` apart, as a tensor of `shape`. */
function part(
  backend: ConvasmBackend,
  x: TensorInfo,
  dtype: MemoryDType,
  { start, strides, size }: { start: number; strides: readonly number[]; size: readonly number[] },
  shape: readonly number[],
): TensorInfo {
  const y = backend.output(shape, dtype);
  const bytes = BYTES[dtype];
  copyElements(
    size,
    bytes,
    { address: backend.address(x) + start * bytes, strides },
    { address: backend.address(y), strides: stridesOf(size) },
  );
  return y;
}

function offsetOf(index: readonly number[], strides: readonly number[]): number {
  return index.reduce((sum, at, i) => sum + at * (strides[i] as number), 0);
}
