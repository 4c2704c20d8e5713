import { type DataType, LinSpace, Range, type TensorInfo } from '@tensorflow/tfjs-core';
import { runtime } from '../../runtime/init.ts';
import type { ConvasmBackend } from '../backend.ts';
import type { Kernel, KernelCall } from './kernel.ts';

type LinSpaceCall = KernelCall<object, { start: number; stop: number; num: number }>;
type RangeCall = KernelCall<object, { start: number; stop: number; step: number; dtype: DataType }>;

/** Numbers at equal distances. */
export function sequenceKernels(): readonly Kernel[] {
  return [
    { name: LinSpace, run: linSpace },
    { name: Range, run: range },
  ];
}

function linSpace({ attrs: { start, stop, num }, backend }: LinSpaceCall): TensorInfo | null {
  return sequence(backend, 'float32', num, start, (stop - start) / (num - 1));
}

function range({ attrs: { start, stop, step, dtype }, backend }: RangeCall): TensorInfo | null {
  // Backwards without a step, or with one that leads away from the end, is the cpu backend's.
  if (!((start < stop && step > 0) || (start > stop && step < 0))) return null;
  return sequence(backend, dtype, Math.ceil((stop - start) / step), start, step);
}

/** Each number is the one before and `step`, rounded to the type, as in the cpu backend. */
function sequence(
  backend: ConvasmBackend,
  dtype: DataType,
  count: number,
  start: number,
  step: number,
): TensorInfo | null {
  // A single number stays in JavaScript, from where it is handed on by value.
  if (!(Number.isSafeInteger(count) && count > 1) || (dtype !== 'float32' && dtype !== 'int32')) return null;
  const y = backend.output([count], dtype);
  const first = backend.address(y) / 4;
  const { f32, i32 } = runtime().memory;
  const elements = dtype === 'int32' ? i32 : f32;
  elements[first] = start;
  for (let i = first + 1; i < first + count; i++) elements[i] = (elements[i - 1] as number) + step;
  return y;
}
