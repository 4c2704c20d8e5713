import { Select, type TensorInfo } from '@tensorflow/tfjs-core';
import { ELEMENTWISE_BLOCK } from '../../runtime/abi.ts';
import { runtime } from '../../runtime/init.ts';
import { sameShape, sizeOf } from '../../tensor/shape.ts';
import { BYTES, type MemoryDType } from '../storage.ts';
import type { Kernel, KernelCall } from './kernel.ts';

type Call = KernelCall<{ condition: TensorInfo; t: TensorInfo; e: TensorInfo }, object>;

/** The elements of one tensor or another. */
export function selectKernels(): readonly Kernel[] {
  return [{ name: Select, run: select }];
}

/** Of three tensors of one shape: what the cpu backend makes of others it alone knows. */
function select({ inputs: { condition, t, e }, backend }: Call): TensorInfo | null {
  const dtype = t.dtype as MemoryDType;
  if (dtype !== e.dtype || !(dtype === 'float32' || dtype === 'int32' || dtype === 'bool')) return null;
  if (!sameShape(condition.shape, t.shape) || !sameShape(t.shape, e.shape)) return null;
  if (!backend.reads(condition, 'bool') || !backend.reads(t, dtype) || !backend.reads(e, dtype)) return null;
  const operands = { condition: backend.address(condition), a: backend.address(t), b: backend.address(e) };
  const y = backend.output(t.shape, dtype);
  const count = sizeOf(t.shape);
  const args = { ...operands, target: backend.address(y), count, bytes: BYTES[dtype] };
  runtime().run('select', 'f32', args, Math.ceil(count / ELEMENTWISE_BLOCK));
  return y;
}
