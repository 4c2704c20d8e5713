import type { backend_util, DataType, TensorInfo } from '@tensorflow/tfjs-core';
import { StateError } from '../errors.ts';
import { runtime } from '../runtime/init.ts';
import { Storage } from '../tensor/storage.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { StoredFilters } from './filters.ts';

type Values = backend_util.BackendValues;
type NumberArray = Float32Array | Int32Array | Uint8Array;

/** Element types of which linear memory holds numbers: complex ones are two tensors of floats, strings stay in JavaScript. */
export type MemoryDType = 'float32' | 'int32' | 'bool';

/** Bytes of an element. */
export const BYTES = { float32: 4, int32: 4, bool: 1 } as const;

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

/** Gives back the memory of data that were forgotten; where there is no such thing, they stay. */
const forgotten =
  typeof FinalizationRegistry === 'function'
    ? /* @__PURE__ */ new FinalizationRegistry<Storage>(storage => storage.release())
    : undefined;
/** A view of linear memory keeps its block alive: a program may forget the tensor and go on reading. */
const owners = /* @__PURE__ */ new WeakMap<NumberArray, Block>();

/**
 * Blocks that are not watched yet. Most are given back soon, and to watch one takes 0.3 us, as long as a small kernel: only those are
 * watched that outlive so many others, or so many bytes of them.
 */
let young: Block[] = [];
let youngBytes = 0;
const YOUNG = 256;
const YOUNG_BYTES = 2 ** 20;

function watchLater(block: Block): void {
  young.push(block);
  youngBytes += block.storage.block.size;
  if (young.length < YOUNG && youngBytes < YOUNG_BYTES) return;
  for (const each of young) each.watch();
  young = [];
  youngBytes = 0;
}

/** Elements of one type in linear memory. */
class Block {
  readonly dtype: MemoryDType;
  readonly length: number;
  readonly storage: Storage;
  #view: NumberArray | null = null;
  #live = true;
  #watched = false;

  constructor(dtype: MemoryDType, length: number, storage: Storage) {
    this.dtype = dtype;
    this.length = length;
    this.storage = storage;
    if (forgotten) watchLater(this);
  }

  watch(): void {
    if (!this.#live) return;
    this.#watched = true;
    forgotten?.register(this, this.storage, this);
  }

  /** @throws OutOfMemoryError */
  static allocate(dtype: MemoryDType, length: number): Block {
    return new Block(dtype, length, new Storage(runtime(), length * BYTES[dtype]));
  }

  /** Valid until the memory grows. */
  get view(): NumberArray {
    const { address } = this.storage.block;
    const { buffer } = this.storage.runtime.memory;
    if (this.#view?.buffer !== buffer || this.#view.byteOffset !== address) {
      this.#view = new ARRAYS[this.dtype](buffer as ArrayBuffer, address, this.length);
      owners.set(this.#view, this);
    }
    return this.#view;
  }

  release(): void {
    this.#live = false;
    if (this.#watched) forgotten?.unregister(this);
    this.storage.release();
  }
}

/**
 * The numbers behind one data id, which it is itself (dataStore.ts), in one of two homes: a JavaScript array, where cpu kernels leave
 * them, or linear memory, where ours do. They move to linear memory when one of our kernels asks for their address, and never back: what
 * cpu kernels read is a view.
 */
export class StoredData {
  readonly dtype: DataType;
  refCount: number;
  #store: object | null = null;
  complexTensorInfos?: { real: TensorInfo; imag: TensorInfo } | undefined = undefined;
  #array: Values | undefined;
  #home: Block | null = null;
  /** What `single` is; null: nothing, undefined: not looked at yet. */
  #single: number | null | undefined;
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

  /** Data whose home is the memory of `tensor`, in the order in which it stands; the tensor stays the caller's to dispose of. */
  static inMemoryOf(tensor: Tensor): StoredData {
    const data = new StoredData(undefined, 'float32', 1);
    data.#home = new Block('float32', tensor.size, tensor.storage.retain());
    return data;
  }

  /** The data store whose id it is. Not a property of its own: Node prints those of a tensor's data id. */
  get store(): object | null {
    return this.#store;
  }

  set store(store: object | null) {
    this.#store = store;
  }

  /** What cpu kernels read. In linear memory it is a view, valid until the memory grows. */
  get values(): Values {
    if (this.#array === undefined && this.#home) {
      traffic.reads++;
      traffic.readBytes += this.#home.view.byteLength;
      return this.#home.view;
    }
    // Where there are none, the cpu backend's type says that there are, too.
    return this.#array as Values;
  }

  /** Whether there is linear memory to give back. */
  get inLinearMemory(): boolean {
    return this.#home !== null || this.#cast !== null || this.filters !== null;
  }

  /** Whether there is anything to compute with: the id of a complex tensor has no values of its own. */
  get filled(): boolean {
    return this.#array !== undefined || this.#home !== null;
  }

  /**
   * The number itself where all are the same one and live in JavaScript: it need not cross. Scalars of optimizers are such numbers, and
   * what gradients make by tf.ones.
   */
  get single(): number | undefined {
    if (this.#home !== null) return undefined;
    if (this.#single === undefined) this.#single = singleOf(this.#array);
    return this.#single ?? undefined;
  }

  /**
   * The block of linear memory with the numbers as elements of a type; it stays this object's.
   *
   * @throws OutOfMemoryError
   */
  inMemory(dtype: MemoryDType): Storage {
    if (this.#home?.dtype === dtype) return this.#home.storage;
    if (this.#cast?.dtype === dtype) return this.#cast.storage;
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
      this.#cast?.release();
      this.#cast = block;
    }
    return block.storage;
  }

  /** Gives the linear memory back. The values must not be read any more. */
  release(): void {
    this.#home?.release();
    this.#cast?.release();
    this.#home = null;
    this.#cast = null;
    this.filters?.release();
    this.filters = null;
  }
}

/** Values that stay as they are when linear memory grows or is given back: cpu kernels hand on parts of the views that they read. */
function outside<V extends Values | undefined>(values: V): V {
  if (!ArrayBuffer.isView(values) || values.buffer !== runtime().memory.buffer) return values;
  return (values as Float32Array).slice() as unknown as V;
}

function singleOf(values: Values | undefined): number | null {
  if (values === undefined || values.length === 0) return null;
  const numbers = values as ArrayLike<number>;
  const first = numbers[0] as number;
  // Most are told apart by their last one.
  for (let i = numbers.length - 1; i > 0; i--) if (!Object.is(numbers[i], first)) return null;
  return Number(first);
}
