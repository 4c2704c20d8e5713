/// <reference lib="esnext.disposable" preserve="true" />
import { DisposedError, ForeignTensorError, ShapeError } from '../errors.ts';
import { runtime } from '../runtime/init.ts';
import { DTYPES, type DType, type TypedArrayOf } from './dtype.ts';
import { type MemoryFormat, sameInBothFormats, transposeFormat } from './format.ts';
import { fits, flatten, type NestedArray, nest, type Values } from './nested.ts';
import { track } from './scope.ts';
import { checkShape, type Shape, sizeOf } from './shape.ts';
import { Storage } from './storage.ts';

/** Gives back the memory of tensors that were forgotten. Older Cloudflare Workers have no such thing: there they stay. */
const forgotten =
  typeof FinalizationRegistry === 'function'
    ? /* @__PURE__ */ new FinalizationRegistry<Storage>(storage => storage.release())
    : undefined;
/** A view keeps its tensor alive: nobody's numbers change under them because the tensor was collected. */
const owners = new WeakMap<ArrayBufferView, Tensor>();

/**
 * Numbers in linear memory. Made by `tensor()`, `zeros()` and ops.
 *
 * Lifetime: `dispose()` (or `using`) gives the memory back at once, `scope()` does it for all that was made in it, and what is
 * forgotten comes back when the garbage collector finds it.
 */
export class Tensor<D extends DType = DType> {
  /** Sizes, images as [batch, channels, height, width], filters as [out, in / groups, height, width]. */
  readonly shape: Shape;
  readonly dtype: D;
  /** Number of elements. */
  readonly size: number;
  /** Order of the elements in memory; `data` and `toArray` do not show it. @internal */
  format: MemoryFormat;
  #storage: Storage | null;
  #view: TypedArrayOf<D> | null = null;
  #watched = false;

  /** @internal */
  constructor(shape: Shape, dtype: D, format: MemoryFormat, storage: Storage) {
    this.shape = Object.freeze([...shape]);
    this.dtype = dtype;
    this.size = sizeOf(shape);
    this.format = format;
    this.#storage = storage;
    // A scope holds what is made in it, and disposes of it: nothing is forgotten there.
    if (!track(this)) this.watch();
  }

  /** From now on nobody may hold the tensor: the memory comes back when the garbage collector finds it. @internal */
  watch(): void {
    if (!this.#storage || this.#watched) return;
    this.#watched = true;
    forgotten?.register(this, this.#storage, this);
  }

  /** Whether the memory has been given back. */
  get disposed(): boolean {
    return this.#storage === null;
  }

  /** @internal */
  get storage(): Storage {
    if (!this.#storage) throw new DisposedError(`The tensor of shape [${this.shape.join(', ')}] has been disposed of.`);
    return this.#storage;
  }

  /** Address of the first element. @internal */
  get address(): number {
    return this.storage.block.address;
  }

  /**
   * The elements in row-major (NCHW) order, as a view: writing to it changes the tensor. It is valid until the memory grows, an op
   * writes the tensor, or the tensor is disposed of: keep the tensor, ask for `data` each time.
   */
  get data(): TypedArrayOf<D> {
    makeContiguous(this);
    const { runtime, block } = this.storage;
    const buffer = runtime.memory.buffer;
    if (this.#view?.buffer !== buffer || this.#view.byteOffset !== block.address) {
      const view =
        this.dtype === 'float32'
          ? new Float32Array(buffer, block.address, this.size)
          : new Float64Array(buffer, block.address, this.size);
      owners.set(view, this);
      this.#view = view as TypedArrayOf<D>;
    }
    return this.#view as TypedArrayOf<D>;
  }

  /** The elements in nested arrays. */
  toArray(): NestedArray {
    return nest(this.data, this.shape);
  }

  /**
   * Overwrites all elements, with nested arrays of the same shape or a flat list of the same length.
   *
   * @throws ShapeError, ArgumentError; the tensor is then as it was.
   */
  set(values: Values): this {
    const { shape, flat } = flatten('values', values);
    if (!fits(shape, this.shape, this.size)) {
      throw new ShapeError('values', shape, `shape [${this.shape.join(', ')}], or ${this.size} numbers`);
    }
    const source = outsideMemory(flat);
    this.data.set(source);
    return this;
  }

  /** A tensor of its own with the same elements. */
  clone(): Tensor<D> {
    const { runtime } = this.storage;
    const copy = allocate(this.shape, this.dtype, this.format);
    const bytes = new Uint8Array(runtime.memory.buffer);
    bytes.copyWithin(copy.address, this.address, this.address + this.size * DTYPES[this.dtype].bytes);
    return copy;
  }

  /**
   * The same elements in another shape, sharing the memory; one size may be -1 and is worked out. Both tensors are disposed of
   * on their own.
   *
   * @throws ShapeError if the sizes do not multiply to `size`.
   */
  reshape(shape: Shape): Tensor<D> {
    const resolved = resolveShape(shape, this.size);
    makeContiguous(this);
    return new Tensor(resolved, this.dtype, 'contiguous', this.storage.retain());
  }

  /** Gives the memory back. Any use after it, a second dispose too, throws DisposedError. */
  dispose(): void {
    const storage = this.storage;
    this.#storage = null;
    this.#view = null;
    if (this.#watched) forgotten?.unregister(this);
    storage.release();
  }

  /** `using t = tensor(...)`; does nothing if the tensor is disposed of already. */
  [Symbol.dispose](): void {
    if (!this.disposed) this.dispose();
  }
}

/**
 * A new tensor with the elements as they happen to be in memory.
 *
 * @throws OutOfMemoryError
 * @internal
 */
export function allocate<D extends DType>(shape: Shape, dtype: D, format: MemoryFormat): Tensor<D> {
  return new Tensor(shape, dtype, format, new Storage(runtime(), sizeOf(shape) * DTYPES[dtype].bytes));
}

/** @throws ForeignTensorError unless `value` is a tensor of this copy of convasm; DisposedError if it has been disposed of. */
export function checkTensor(argument: string, value: unknown): asserts value is Tensor {
  if (!(value instanceof Tensor)) {
    const kind = typeof value === 'object' && value !== null ? (value.constructor?.name ?? 'object') : typeof value;
    throw new ForeignTensorError(`${argument}: expected a Tensor made by this copy of convasm, got ${kind}.`);
  }
  if (value.disposed) {
    throw new DisposedError(`${argument}: the tensor of shape [${value.shape.join(', ')}] has been disposed of.`);
  }
}

/** Values that stay where they are when the memory grows: a copy where they are a view of it (another tensor's data). */
export function outsideMemory(values: ArrayLike<number>): ArrayLike<number> {
  const inside = ArrayBuffer.isView(values) && values.buffer === runtime().memory.buffer;
  return inside ? Array.from(values) : values;
}

/** Brings the elements to row-major order, in memory, where they are not. */
export function makeContiguous(tensor: Tensor): void {
  const { storage } = tensor;
  if (tensor.format === 'contiguous') return;
  if (sameInBothFormats(tensor.shape)) {
    tensor.format = 'contiguous';
    return;
  }
  const bytes = tensor.size * DTYPES[tensor.dtype].bytes;
  const block = storage.runtime.allocator.allocate(bytes);
  try {
    transposeFormat(storage.runtime, tensor, block.address, 'contiguous');
  } catch (error) {
    storage.runtime.allocator.release(block); // Threads may have been lost; the tensor is as it was.
    throw error;
  }
  if (storage.shared) {
    new Uint8Array(storage.runtime.memory.buffer).copyWithin(
      storage.block.address,
      block.address,
      block.address + bytes,
    );
    storage.runtime.allocator.release(block);
  } else {
    storage.runtime.allocator.release(storage.block);
    storage.block = block;
  }
  tensor.format = 'contiguous';
}

function resolveShape(shape: Shape, size: number): Shape {
  if (!Array.isArray(shape)) checkShape('shape', shape);
  const open = shape.indexOf(-1);
  const rest = sizeOf(shape.filter((_, i) => i !== open));
  const resolved = open < 0 ? shape : shape.map((n, i) => (i === open ? size / rest : n));
  checkShape('shape', resolved);
  if (sizeOf(resolved) !== size) throw new ShapeError('shape', shape, `sizes that multiply to ${size}`);
  return resolved;
}
