import { DTypeError } from '../errors.ts';
import type { ElementType } from '../runtime/runtime.ts';

/** Element type of a tensor. */
export type DType = 'float32' | 'float64';

export type TypedArrayOf<D extends DType> = D extends 'float32' ? Float32Array : Float64Array;

interface DTypeFacts {
  readonly bytes: 4 | 8;
  readonly kernel: ElementType;
}

export const DTYPES: Readonly<Record<DType, DTypeFacts>> = {
  float32: { bytes: 4, kernel: 'f32' },
  float64: { bytes: 8, kernel: 'f64' },
};

/** @throws DTypeError */
export function checkDType(argument: string, dtype: unknown): asserts dtype is DType {
  if (dtype !== 'float32' && dtype !== 'float64') throw new DTypeError(argument, dtype, "'float32' or 'float64'");
}
