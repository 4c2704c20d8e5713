import type { backend_util, DataType, TensorInfo } from '@tensorflow/tfjs-core';
import { StateError } from '../errors.ts';
import { runtime } from '../runtime/init.ts';
import { unscoped } from '../tensor/scope.ts';
import { allocate, type Tensor } from '../tensor/tensor.ts';
import type { StoredFilters } from './filters.ts';

type Values = backend_util.BackendValues;
type NumberArray = Float32Array | Int32Array | Uint8Array;

/** Element types of which linear memory holds numbers: complex ones are two tensors of floats, strings stay in JavaScript. */
export type MemoryDType = 'float32' | 'int32' | 'bool';

const ARRAYS = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;

/** How often tensors have crossed between JavaScript and linear memory. */
export interface Traffic {
  /** Tensors that were copied to linear memory, because one of our kernels asked for them, and their bytes. */
  uploads: number;
  uploadedBytes: number;
  /** Tensors in linear memory whose numbers were looked at from JavaScript: by the user or by one of the cpu backend's kernels. */
  reads: number;
  readBytes: number;
}

export const traffic: Traffic = { uploads: 0, uploadedBytes: 0, reads: 0, readBytes: 0 };

/** A view of linear memory keeps the block alive: a program may forget the tensor and go on reading. */
const owners = /* @__PURE__ */ new WeakMap<NumberArray, Tensor>();

/** A block of linear memory with elements of one type. */
class Block {
  readonly dtype: MemoryDType;
  readonly length: number;
  /** Of as many float32 as the bytes need: the library's own tensors have no whole numbers. */
  readonly tensor: Tensor<'float32'>;
  #view: NumberArray | null = null;

  constructor(dtype: MemoryDType, length: number, tensor: Tensor<'float32'>) {
    this.dtype = dtype;
    this.length = length;
    this.tensor = tensor;
  }

  /** @throws OutOfMemoryError */
  static allocate(dtype: MemoryDType, length: number): Block {
    const bytes = length * ARRAYS[dtype].BYTES_PER_ELEMENT;
    return new Block(
      dtype,
      length,
      unscoped(() => allocate([Math.ceil(bytes / 4)], 'float32', 'contiguous')),
    );
  }

  /** Valid until the memory grows. */
  get view(): NumberArray {
    const { address } = this.tensor;
    const { buffer } = runtime().memory;
    if (this.#view?.buffer !== buffer || this.#view.byteOffset !== address) {
      this.#view = new ARRAYS[this.dtype](buffer as ArrayBuffer, address, this.length);
      owners.set(this.#view, this.tensor);
    }
    return this.#view;
  }
}

/**
 * The numbers behind one data id, in one of two homes: a JavaScript array, where cpu kernels leave them, or linear memory, where ours do.
 * They move to linear memory when one of our kernels asks for their address, and never back: what cpu kernels read is a view.
 */
export class StoredData {
  readonly dtype: DataType;
  refCount: number;
  declare complexTensorInfos?: { real: TensorInfo; imag: TensorInfo };
  #array: Values | undefined;
  #home: Block | null = null;
  /** The same numbers as another type: a cast of the cpu backend's hands on the id of what it casts. */
  #cast: Block | null = null;
  /** Filters in the forms that convolutions read, for numbers that are filters. */
  filters: StoredFilters | null = null;

  constructor(values: Values | undefined, dtype: DataType, refCount: number) {
    this.#array = outside(values);
    this.dtype = dtype;
    this.refCount = refCount;
  }

  /**
   * New data in linear memory, its numbers as they happen to be.
   *
   * @throws OutOfMemoryError
   */
  static allocate(length: number, dtype: MemoryDType): StoredData {
    const data = new StoredData(undefined, dtype, 1);
    data.#home = Block.allocate(dtype, length);
    return data;
  }

  /** Data whose home is the memory of `tensor`, which stays the caller's to dispose of. */
  static inMemoryOf(tensor: Tensor): StoredData {
    const data = new StoredData(undefined, 'float32', 1);
    const flat = unscoped(() => tensor.reshape([tensor.size])) as Tensor<'float32'>;
    data.#home = new Block('float32', flat.size, flat);
    return data;
  }

  /** What cpu kernels read and, of their own results, write. In linear memory it is a view, valid until the memory grows. */
  get values(): Values {
    if (this.#array === undefined && this.#home) {
      traffic.reads++;
      traffic.readBytes += this.#home.view.byteLength;
      return this.#home.view;
    }
    // Where there are none, the cpu backend's type says that there are, too.
    return this.#array as Values;
  }

  set values(values: Values) {
    this.#array = outside(values);
    this.release();
  }

  /** Whether there is anything to compute with: the id of a complex tensor has no values of its own. */
  get filled(): boolean {
    return this.#array !== undefined || this.#home !== null;
  }

  /** The number itself where there is a single one, and it lives in JavaScript: it need not cross. */
  get single(): number | undefined {
    return this.#home === null && this.#array?.length === 1 ? Number(this.#array[0]) : undefined;
  }

  /**
   * The numbers as elements of a type in linear memory, as a tensor of one dimension over their bytes.
   *
   * @throws OutOfMemoryError
   */
  inMemory(dtype: MemoryDType): Tensor<'float32'> {
    if (this.#home?.dtype === dtype) return this.#home.tensor;
    if (this.#cast?.dtype === dtype) return this.#cast.tensor;
    const source = this.#array ?? this.#home?.view;
    if (source === undefined) throw new StateError('The data have no values yet.');
    const block = Block.allocate(dtype, source.length);
    // A view of linear memory was made anew if that grew it.
    const values = this.#array ?? (this.#home as Block).view;
    block.view.set(values as ArrayLike<number>);
    if (dtype === this.dtype) {
      traffic.uploads++;
      traffic.uploadedBytes += block.view.byteLength;
      this.#home = block;
      // Numbers of another precision than the type's stay what cpu kernels read.
      if (values instanceof ARRAYS[dtype]) this.#array = undefined;
    } else {
      this.#cast?.tensor.dispose();
      this.#cast = block;
    }
    return block.tensor;
  }

  /** Gives the linear memory back. The values must not be read any more. */
  release(): void {
    this.#home?.tensor.dispose();
    this.#cast?.tensor.dispose();
    this.#home = null;
    this.#cast = null;
    this.filters?.release();
    this.filters = null;
  }
}

/** Values that stay as they are when linear memory grows or is given back: cpu kernels hand on parts of the views that they read. */
export function outside<V extends Values | undefined>(values: V): V {
  if (!ArrayBuffer.isView(values) || values.buffer !== runtime().memory.buffer) return values;
  return (values as Float32Array).slice() as unknown as V;
}
