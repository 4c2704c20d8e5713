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
  const word = backend.address(y) / 4;
  // Booleans come in whole words: storage.ts asks for as many.
  const words = dtype === 'bool' ? Math.ceil(count / 4) : count;
  runtime().memory.i32.fill(bitsOf(value, dtype), word, word + words);
  return y;
}

/** What stands in 32 bits of a tensor's memory. */
function bitsOf(value: number, dtype: 'float32' | 'int32' | 'bool'): number {
  if (dtype === 'int32') return value | 0;
  if (dtype === 'bool') return Math.imul(value & 255, 0x01010101);
  return new Int32Array(new Float32Array([value]).buffer)[0] as number;
}
