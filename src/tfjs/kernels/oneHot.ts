import { OneHot, type TensorInfo } from '@tensorflow/tfjs-core';
import { runtime } from '../../runtime/init.ts';
import { sizeOf } from '../../tensor/shape.ts';
import type { MemoryDType } from '../storage.ts';
import { fillWith } from './fill.ts';
import type { Kernel, KernelCall } from './kernel.ts';

type Call = KernelCall<
  { indices: TensorInfo },
  { dtype: MemoryDType; depth: number; onValue: number; offValue: number }
>;

/** Numbers of classes as rows of `depth`, with one value at the class and another elsewhere. */
export function oneHotKernels(): readonly Kernel[] {
  return [{ name: OneHot, run: oneHot }];
}

function oneHot({ inputs: { indices }, attrs, backend }: Call): TensorInfo | null {
  const { dtype, depth, onValue, offValue } = attrs;
  if (!backend.reads(indices, 'int32') || !(Number.isInteger(depth) && depth > 0)) return null;
  if (!isOf(dtype, onValue) || !isOf(dtype, offValue)) return null;
  const count = sizeOf(indices.shape);
  const y = backend.output([...indices.shape, depth], dtype);
  fillWith(backend, y, offValue);
  const list = backend.address(indices) / 4;
  const target = backend.address(y);
  const { buffer, i32, f32 } = runtime().memory;
  const elements = dtype === 'bool' ? new Uint8Array(buffer) : dtype === 'int32' ? i32 : f32;
  const start = dtype === 'bool' ? target : target / 4;
  for (let i = 0; i < count; i++) {
    const index = i32[list + i] as number;
    if (index >= 0 && index < depth) elements[start + i * depth + index] = onValue;
  }
  return y;
}

/** Whether a number is one of a type: the cpu backend keeps others as float32, whatever the tensor's type says. */
function isOf(dtype: MemoryDType, value: number): boolean {
  if (dtype === 'float32') return true;
  return dtype === 'int32' ? (value | 0) === Math.fround(value) : dtype === 'bool' && (value === 0 || value === 1);
}
