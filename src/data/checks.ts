import { ArgumentError, ShapeError } from '../errors.ts';
import { sizeOf } from '../tensor/shape.ts';
import type { Batch, Dataset } from './dataset.ts';

/** Any typed array of numbers. */
export type NumberArray =
  | Uint8Array
  | Uint8ClampedArray
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

export function isNumberArray(value: unknown): value is NumberArray {
  return (
    ArrayBuffer.isView(value) &&
    !(value instanceof DataView || value instanceof BigInt64Array || value instanceof BigUint64Array)
  );
}

function isFloatArray(value: unknown): value is Float32Array | Float64Array {
  return value instanceof Float32Array || value instanceof Float64Array;
}

/** Also those of other realms and libraries. */
export function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as Promise<T> | undefined)?.then === 'function';
}

/** @throws ArgumentError unless `value` is a whole number from `least` to `most`. */
export function checkWhole(argument: string, value: unknown, least: number, most = Number.MAX_SAFE_INTEGER): number {
  if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most) return value as number;
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new ArgumentError(argument, value, `a whole number ${range}`);
}

/** @throws ArgumentError */
export function checkDataset(argument: string, value: unknown): asserts value is Dataset {
  const { length, inputShape, targetShape, batch } = (value ?? {}) as Partial<Dataset>;
  const shapes = Array.isArray(inputShape) && (targetShape === null || Array.isArray(targetShape));
  if (!(Number.isSafeInteger(length) && shapes && typeof batch === 'function')) {
    throw new ArgumentError(argument, value, 'a dataset, which has length, inputShape, targetShape and batch()');
  }
}

/** @throws ArgumentError unless all of `indices` are those of samples of a dataset of `length`. */
export function checkIndices(argument: string, indices: Uint32Array, length: number): void {
  if (!(indices instanceof Uint32Array)) throw new ArgumentError(argument, indices, 'a Uint32Array');
  for (let i = 0; i < indices.length; i++) {
    if ((indices[i] as number) >= length) {
      throw new ArgumentError(`${argument}[${i}]`, indices[i], `the index of one of ${length} samples`);
    }
  }
}

/** @throws ShapeError, ArgumentError unless `batch` is what `dataset` should give for `count` samples. */
export function checkBatch(argument: string, batch: Batch, dataset: Dataset, count: number): void {
  const { inputs, targets, count: found } = batch ?? {};
  if (found !== count) throw new ShapeError(`${argument}.count`, found, `${count}, as many as there are indices`);
  if (!isFloatArray(inputs)) throw new ArgumentError(`${argument}.inputs`, inputs, 'a Float32Array or Float64Array');
  const size = count * sizeOf(dataset.inputShape);
  if (inputs.length !== size) throw new ShapeError(`${argument}.inputs`, inputs, `${size} numbers`);
  const ids = dataset.targetShape === null;
  if (ids ? !(targets instanceof Int32Array) : !isFloatArray(targets)) {
    const allowed = ids ? 'an Int32Array of class ids' : 'a Float32Array or Float64Array';
    throw new ArgumentError(`${argument}.targets`, targets, allowed);
  }
  const targetSize = count * sizeOf(dataset.targetShape ?? []);
  if (targets.length !== targetSize) throw new ShapeError(`${argument}.targets`, targets, `${targetSize} numbers`);
}
