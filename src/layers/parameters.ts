import { ArgumentError, DTypeError } from '../errors.ts';
import { tensor } from '../tensor/create.ts';
import type { DType } from '../tensor/dtype.ts';
import { unscoped, untrack } from '../tensor/scope.ts';
import { checkSameShape, type Shape, sameShape, sizeOf } from '../tensor/shape.ts';
import { allocate, checkTensor, type Tensor } from '../tensor/tensor.ts';
import type { Fans, Initializer } from './initializers.ts';

/** A new parameter, owned by its layer and no scope. */
export function parameter(shape: Shape, dtype: DType, initializer: Initializer, fans: Fans): Tensor {
  if (typeof initializer !== 'function')
    throw new ArgumentError('initializer', initializer, 'an Initializer, such as normal()');
  return unscoped(() => tensor(initializer(sizeOf(shape), fans), shape, dtype));
}

/** Checks a tensor that is assigned to a parameter; it then belongs to the layer, no scope disposes of it. */
export function adoptParameter(name: string, value: Tensor, shape: Shape, dtype: DType): Tensor {
  checkTensor(name, value);
  if (value.dtype !== dtype) throw new DTypeError(name, value.dtype, `${dtype}, the element type of the layer`);
  checkSameShape(name, value.shape, shape);
  untrack(value);
  return value;
}

/** Gradients of parameters, kept from step to step so that a training loop allocates nothing new. */
export class GradientBuffers {
  readonly #buffers = new Map<string, Tensor>();

  /** The buffer of a parameter, a new one only where there is none of its shape. */
  get(name: string, like: Tensor): Tensor {
    const old = this.#buffers.get(name);
    if (old && !old.disposed && sameShape(old.shape, like.shape)) return old;
    const made = unscoped(() => allocate(like.shape, like.dtype, 'contiguous'));
    this.#buffers.set(name, made);
    return made;
  }

  dispose(): void {
    for (const buffer of this.#buffers.values()) if (!buffer.disposed) buffer.dispose();
    this.#buffers.clear();
  }
}

/** What the sum of a batch's gradients is multiplied by. */
export type GradReduction = 'mean' | 'sum';

/** @throws ArgumentError */
export function checkReduction(value: unknown): GradReduction {
  if (value !== 'mean' && value !== 'sum') throw new ArgumentError('gradReduction', value, "'mean' or 'sum'");
  return value;
}

/** @throws ArgumentError unless `value` is a whole number of at least 1. */
export function checkCount(argument: string, value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 1)
    throw new ArgumentError(argument, value, 'a whole number of at least 1');
  return value as number;
}
