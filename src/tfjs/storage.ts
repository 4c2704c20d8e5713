import type { backend_util, DataType, TensorInfo } from '@tensorflow/tfjs-core';
import { StateError } from '../errors.ts';
import { runtime } from '../runtime/init.ts';
import { unscoped } from '../tensor/scope.ts';
import { allocate, type Tensor } from '../tensor/tensor.ts';

type Values = backend_util.BackendValues;

/**
 * The numbers behind one data id, in one of two homes: a JavaScript array, where cpu kernels leave them, or linear memory, where ours do.
 * They move to linear memory when one of our kernels asks for their address, and never back: what cpu kernels read is a view.
 */
export class StoredData {
  readonly dtype: DataType;
  refCount: number;
  declare complexTensorInfos?: { real: TensorInfo; imag: TensorInfo };
  #array: Values | undefined;
  /** In one dimension: tensors of several shapes may share a data id. */
  #home: Tensor<'float32'> | null = null;

  constructor(values: Values | undefined, dtype: DataType, refCount: number) {
    this.#array = outside(values);
    this.dtype = dtype;
    this.refCount = refCount;
  }

  /** Data whose home is the memory of `tensor`, which stays the caller's to dispose of. */
  static inMemoryOf(tensor: Tensor): StoredData {
    const data = new StoredData(undefined, 'float32', 1);
    data.#home = unscoped(() => tensor.reshape([tensor.size])) as Tensor<'float32'>;
    return data;
  }

  /** What cpu kernels read and, of their own results, write. In linear memory it is a view, valid until the memory grows. */
  get values(): Values {
    // Where there are none, the cpu backend's type says that there are, too.
    return (this.#array ?? this.#home?.data) as Values;
  }

  set values(values: Values) {
    this.#array = outside(values);
    this.#home?.dispose();
    this.#home = null;
  }

  /** Whether there is anything to compute with: the id of a complex tensor has no values of its own. */
  get filled(): boolean {
    return this.#array !== undefined || this.#home !== null;
  }

  /**
   * The numbers as float32 in linear memory, in one dimension.
   *
   * @throws OutOfMemoryError
   */
  get float32(): Tensor<'float32'> {
    if (this.#home) return this.#home;
    const array = this.#array;
    if (array === undefined) throw new StateError('The data have no values yet.');
    const home = unscoped(() => allocate([array.length], 'float32', 'contiguous'));
    home.data.set(array as ArrayLike<number>);
    // A cast from int32 shares its data id with the tensor that it was cast from, which goes on reading whole numbers.
    if (array instanceof Float32Array) this.#array = undefined;
    this.#home = home;
    return home;
  }

  /** Gives the linear memory back. The values must not be read any more. */
  release(): void {
    this.#home?.dispose();
    this.#home = null;
  }
}

/** Values that stay as they are when linear memory grows or is given back: cpu kernels hand on parts of the views that they read. */
export function outside<V extends Values | undefined>(values: V): V {
  if (!ArrayBuffer.isView(values) || values.buffer !== runtime().memory.buffer) return values;
  return (values as Float32Array).slice() as unknown as V;
}
