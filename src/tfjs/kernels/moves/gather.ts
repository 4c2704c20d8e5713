import { backend_util, GatherV2, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { GATHER_BLOCK } from '../../../runtime/abi.ts';
import { runtime } from '../../../runtime/init.ts';
import { sizeOf } from '../../../tensor/shape.ts';
import type { ConvasmBackend } from '../../backend.ts';
import type { MemoryDType } from '../../storage.ts';
import { BYTES } from '../../storage.ts';
import type { Kernel, KernelCall } from '../kernel.ts';
import { readable } from './copy.ts';

type Call = KernelCall<{ x: TensorInfo; indices: TensorInfo }, { axis: number; batchDims?: number }>;

/** Parts of a tensor by their indices. */
export function gatherKernels(): readonly Kernel[] {
  return [{ name: GatherV2, run: gather }];
}

function gather({ inputs: { x, indices }, attrs, backend }: Call): TensorInfo | null {
  const dtype = readable(backend, x);
  if (!dtype || !backend.reads(indices, 'int32')) return null;
  const axis = util.parseAxisParam(attrs.axis, x.shape)[0] as number;
  const size = x.shape[axis] as number;
  const list = backend.address(indices);
  const all = sizeOf(indices.shape);
  const { i32 } = runtime().memory;
  for (let i = list / 4, end = i + all; i < end; i++) {
    // The cpu backend's error message names the index.
    if ((i32[i] as number) >>> 0 >= size) return null;
  }
  const info = backend_util.segment_util.collectGatherOpShapeInfo(
    x as Parameters<typeof backend_util.segment_util.collectGatherOpShapeInfo>[0],
    indices as Parameters<typeof backend_util.segment_util.collectGatherOpShapeInfo>[1],
    axis,
    attrs.batchDims ?? 0,
  );
  const y = backend.output(info.outputShape, dtype);
  const { batchSize: batch, outerSize: outer, sliceSize: columns } = info;
  gatherRows(backend, dtype, x, indices, y, { batch, outer, count: all / batch, size, columns });
  return y;
}

/** Sizes of y[batch][outer][count] = x[batch][outer][size] by their indices[batch][count], rows of `columns` elements. */
interface Rows {
  readonly batch: number;
  readonly outer: number;
  readonly count: number;
  readonly size: number;
  readonly columns: number;
}

/** Writes the rows of `x` that `indices` name to `y`. Each index is one of a row. */
export function gatherRows(
  backend: ConvasmBackend,
  dtype: MemoryDType,
  x: TensorInfo,
  indices: TensorInfo,
  y: TensorInfo,
  { batch, ...sizes }: Rows,
): void {
  const operands = { source: backend.address(x), indices: backend.address(indices), target: backend.address(y) };
  const blocks = batch * sizes.outer * Math.ceil(sizes.count / GATHER_BLOCK);
  runtime().run('gather', 'f32', { ...operands, ...sizes, bytes: BYTES[dtype] }, blocks);
}
