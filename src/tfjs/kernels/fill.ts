import { type DataType, Fill, OnesLike, type TensorInfo, util, ZerosLike } from '@tensorflow/tfjs-core';
import { runtime } from '../../runtime/init.ts';
import { sizeOf } from '../../tensor/shape.ts';
import type { ConvasmBackend } from '../backend.ts';
import type { Kernel, KernelCall } from './kernel.ts';

type FillCall = KernelCall<object, { shape: number[]; value: number | string; dtype?: DataType }>;
type LikeCall = KernelCall<{ x: TensorInfo }, object>;

/** Tensors of one number. */
export function fillKernels(): readonly Kernel[] {
  return [
    {
      name: Fill,
      run: ({ attrs: { shape, value, dtype }, backend }: FillCall) =>
        fill(backend, shape, value, dtype || util.inferDtype(value)),
    },
    { name: ZerosLike, run: ({ inputs: { x }, backend }: LikeCall) => fill(backend, x.shape, 0, x.dtype) },
    { name: OnesLike, run: ({ inputs: { x }, backend }: LikeCall) => fill(backend, x.shape, 1, x.dtype) },
  ];
}

function fill(
  backend: ConvasmBackend,
  shape: readonly number[],
  value: number | string,
  dtype: DataType,
): TensorInfo | null {
  const count = sizeOf(shape);
  // A single number stays in JavaScript, from where it is handed on by value.
  if (count <= 1 || typeof value === 'string') return null;
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool') return null;
  const y = backend.output(shape, dtype);
  fillWith(backend, y, value);
  return y;
}

/** Writes a number to all elements of `y`, which is in linear memory. */
export function fillWith(backend: ConvasmBackend, y: TensorInfo, value: number): void {
  const { memory } = runtime();
  const count = sizeOf(y.shape);
  const address = backend.address(y);
  if (y.dtype === 'bool') new Uint8Array(memory.buffer, address, count).fill(value);
  else (y.dtype === 'int32' ? memory.i32 : memory.f32).fill(value, address / 4, address / 4 + count);
}
