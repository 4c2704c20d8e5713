import { backend_util, GatherNd, type TensorInfo } from '@tensorflow/tfjs-core';
import { runtime } from '../../../runtime/init.ts';
import { sizeOf } from '../../../tensor/shape.ts';
import type { ConvasmBackend } from '../../backend.ts';
import type { Kernel, KernelCall } from '../kernel.ts';
import { readable } from './copy.ts';
import { gatherRows } from './gather.ts';

type Call = KernelCall<{ params: TensorInfo; indices: TensorInfo }, object>;

/** Parts of a tensor by indices of several dimensions. */
export function gatherNdKernels(): readonly Kernel[] {
  return [{ name: GatherNd, run: gatherNd }];
}

/** What the first dimensions, as many as an index has, make of the tensor is a matrix of which rows are taken. */
function gatherNd({ inputs: { params, indices }, backend }: Call): TensorInfo | null {
  const dtype = readable(backend, params);
  const rank = indices.shape.at(-1) ?? 0;
  if (!dtype || !backend.reads(indices, 'int32') || rank > params.shape.length) return null;
  const [shape, count, columns, strides] = backend_util.prepareAndValidate(params, indices);
  const size = sizeOf(params.shape) / columns;
  const rows = rowsOf(backend, indices, count, strides, size);
  if (!rows) return null;
  const y = backend.output(shape, dtype);
  gatherRows(backend, dtype, params, rows, y, { batch: 1, outer: 1, count, size, columns });
  if (rows !== indices) backend.disposeData(rows.dataId);
  return y;
}

/** `count` indices as numbers of rows; null where one is outside of the `size` rows: the cpu backend's error message names it. */
function rowsOf(
  backend: ConvasmBackend,
  indices: TensorInfo,
  count: number,
  strides: readonly number[],
  size: number,
): TensorInfo | null {
  const rank = strides.length;
  const rows = rank === 1 ? indices : backend.output([count], 'int32');
  const [from, to] = [backend.address(indices) / 4, backend.address(rows) / 4];
  const { i32 } = runtime().memory;
  for (let i = 0; i < count; i++) {
    let row = 0;
    for (let d = 0; d < rank; d++) row += (i32[from + i * rank + d] as number) * (strides[d] as number);
    if (row < 0 || row >= size) {
      if (rows !== indices) backend.disposeData(rows.dataId);
      return null;
    }
    if (rows !== indices) i32[to + i] = row;
  }
  return rows;
}
