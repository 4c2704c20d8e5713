import { ArgumentError, DTypeError } from '../errors.ts';
import type { DType } from '../tensor/dtype.ts';
import { type MemoryFormat, sameInBothFormats, transposeFormat } from '../tensor/format.ts';
import { checkSameShape, type Shape } from '../tensor/shape.ts';
import { allocate, checkTensor, makeContiguous, type Tensor } from '../tensor/tensor.ts';

/** What every op takes. */
export interface OutOption {
  /** Where the result goes: a tensor of the result's shape and element type. Default: a new tensor. */
  out?: Tensor | undefined;
}

/**
 * Checks that all are tensors of one element type, and returns it.
 *
 * @param optional operands that may be undefined
 * @throws ForeignTensorError, DisposedError, DTypeError
 */
export function checkOperands(
  operands: Readonly<Record<string, Tensor>>,
  optional: Readonly<Record<string, Tensor | undefined>> = {},
): DType {
  let first: string | undefined;
  let dtype: DType = 'float32';
  const check = (name: string, operand: Tensor) => {
    checkTensor(name, operand);
    if (first === undefined) {
      first = name;
      dtype = operand.dtype;
    } else if (operand.dtype !== dtype) {
      throw new DTypeError(name, operand.dtype, `${dtype}, the element type of ${first}`);
    }
  };
  for (const name in operands) check(name, operands[name] as Tensor);
  for (const name in optional) {
    const operand = optional[name];
    if (operand !== undefined) check(name, operand);
  }
  return dtype;
}

/**
 * Checks `out` before anything is written.
 *
 * @param inputs tensors that the op reads while it writes: `out` must not share memory with them
 * @param name what errors call it, where it is another target than `out`
 * @throws ForeignTensorError, DisposedError, DTypeError, ShapeError, ArgumentError
 */
export function checkOut(
  out: Tensor | undefined,
  shape: Shape,
  dtype: DType,
  inputs: readonly Tensor[],
  name = 'out',
): void {
  if (out === undefined) return;
  checkTensor(name, out);
  if (out.dtype !== dtype) throw new DTypeError(name, out.dtype, dtype);
  checkSameShape(name, out.shape, shape);
  if (inputs.some(input => input.storage === out.storage)) {
    throw new ArgumentError(name, 'a tensor that shares memory with an input', 'a tensor with memory of its own');
  }
}

/**
 * Makes the result of an op: `write` fills a tensor (the checked `out`, or a new one) whose elements stand in `format`. A new
 * tensor goes back if `write` throws.
 */
export function produce(
  out: Tensor | undefined,
  shape: Shape,
  dtype: DType,
  format: MemoryFormat,
  write: (target: Tensor) => void,
): Tensor {
  const target = out ?? allocate(shape, dtype, format);
  const before = target.format;
  target.format = format;
  try {
    write(target);
    // Tensors that share memory agree on its order, which is the contiguous one.
    if (target.storage.shared) makeContiguous(target);
  } catch (error) {
    target.format = before;
    if (!out) target.dispose();
    throw error;
  }
  return target;
}

/** Whether the elements of a tensor stand in `format`. */
export function isInFormat(tensor: Tensor, format: MemoryFormat): boolean {
  return tensor.format === format || sameInBothFormats(tensor.shape);
}

/** `tensor` itself if its elements stand in `format`, else a copy that does (made in the scope of the caller). */
export function inFormat(tensor: Tensor, format: MemoryFormat): Tensor {
  if (isInFormat(tensor, format)) return tensor;
  const copy = allocate(tensor.shape, tensor.dtype, format);
  transposeFormat(tensor.storage.runtime, tensor, copy.address, format);
  return copy;
}

/** @throws ArgumentError unless all are finite numbers; it names the first that is not. */
export function checkFinite(values: Readonly<Record<string, number>>): void {
  for (const name in values) {
    if (!Number.isFinite(values[name])) throw new ArgumentError(name, values[name], 'a finite number');
  }
}
