import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { type backend_util, type DataType, engine, type TensorInfo } from '@tensorflow/tfjs-core';
import { inFormat } from '../ops/operands.ts';
import type { MemoryFormat } from '../tensor/format.ts';
import { type Shape4, sizeOf } from '../tensor/shape.ts';
import { Tensor } from '../tensor/tensor.ts';
import { DataStore } from './dataStore.ts';
import { type MemoryDType, StoredData, type Traffic, traffic } from './storage.ts';

type Values = backend_util.BackendValues;
type DataId = TensorInfo['dataId'];

export const BACKEND_NAME = 'convasm';

/**
 * TensorFlow.js's cpu backend with another data store: every cpu kernel runs on it as it is, and ours find their operands in linear
 * memory. Made by the factory in index.ts, after `init`.
 */
export class ConvasmBackend extends MathBackendCPU {
  /** Disposed of, but their linear memory not given back yet: some cpu kernels read a view after they have disposed of what it shows. */
  #retired: StoredData[] = [];
  /** By the kernels that are running, one of which may call others. */
  #made: StoredData[] = [];
  #depth = 0;

  readonly #store = new DataStore(this, engine());

  constructor() {
    super();
    this.data = this.#store as unknown as MathBackendCPU['data'];
  }

  override write(values: Values, _shape: number[], dtype: DataType): DataId {
    return this.#keep(new StoredData(values, dtype, 1));
  }

  override move(dataId: DataId, values: Values, _shape: number[], dtype: DataType, refCount: number): void {
    this.#store.set(dataId, new StoredData(values, dtype, refCount));
  }

  /** A copy: a user may keep it, or write to it, as cpu's TensorScatterUpdate does. */
  override readSync(dataId: DataId): Values {
    const values = super.readSync(dataId);
    return ArrayBuffer.isView(values) ? ((values as Float32Array).slice() as Values) : values;
  }

  override disposeData(dataId: DataId, force = false): boolean {
    if (!this.#store.has(dataId)) return true;
    const data = this.stored({ dataId });
    if (--data.refCount > 0 && !force) return false;
    const { complexTensorInfos: parts } = data;
    if (parts) for (const { dataId } of [parts.real, parts.imag]) this.disposeData(dataId, true);
    this.#store.delete(dataId);
    if (data.inLinearMemory) this.#retired.push(data);
    return true;
  }

  override dispose(): void {
    this.giveBack();
    super.dispose();
  }

  /** Gives back the memory of what was disposed of. Called before each of our kernels. */
  giveBack(): void {
    const retired = this.#retired;
    if (retired.length === 0) return;
    for (let i = 0; i < retired.length; i++) (retired[i] as StoredData).release();
    retired.length = 0;
  }

  /** How often tensors have crossed between JavaScript and linear memory so far. */
  get traffic(): Traffic {
    return { ...traffic };
  }

  /** Whether our kernels can read a tensor: of a type, with at least one element. */
  reads(info: TensorInfo, dtype: MemoryDType = 'float32'): boolean {
    const { shape } = info;
    if (info.dtype !== dtype) return false;
    for (let i = 0; i < shape.length; i++) if (shape[i] === 0) return false;
    return this.stored(info).filled;
  }

  /**
   * Address of a tensor's numbers, in row-major order, as elements of its type. Valid as long as the tensor is not disposed of.
   *
   * @throws OutOfMemoryError
   */
  address(info: TensorInfo): number {
    return this.stored(info).inMemory(info.dtype as MemoryDType).block.address;
  }

  /** The number that all elements of a tensor are, where they are the same one and live in JavaScript. */
  single(info: TensorInfo): number | undefined {
    return this.stored(info).single;
  }

  /**
   * A new tensor, its numbers as they happen to be in linear memory.
   *
   * @throws OutOfMemoryError
   */
  output(shape: readonly number[], dtype: MemoryDType = 'float32'): TensorInfo {
    const dataId = this.#keep(StoredData.allocate(sizeOf(shape), dtype));
    return { dataId, shape: shape.slice(), dtype };
  }

  /** A float32 tensor's numbers, in row-major order of its own shape, as a tensor of any `shape`. Made in the caller's scope. */
  tensor(info: TensorInfo, shape: readonly number[] = info.shape): Tensor {
    return new Tensor(shape, 'float32', 'contiguous', this.stored(info).inMemory('float32').retain());
  }

  /** Images of [batch, height, width, channels], or of [batch, channels, height, width] where `format` is contiguous. No copy. */
  images(info: TensorInfo, format: MemoryFormat = 'channelsLast'): Tensor {
    const storage = this.stored(info).inMemory('float32').retain();
    return new Tensor(imageShape(info.shape, format), 'float32', format, storage);
  }

  /** The memory of a new tensor as the data of a TensorFlow.js tensor of `shape`: its elements in the order in which they stand. */
  hand(tensor: Tensor, shape: readonly number[] = tensor.shape): TensorInfo {
    const dataId = this.#keep(StoredData.inMemoryOf(tensor));
    return { dataId, shape: shape.slice(), dtype: 'float32' };
  }

  /** The memory of new images as the data of a TensorFlow.js tensor, in the order of its data format. */
  handImages(images: Tensor, format: MemoryFormat = 'channelsLast'): TensorInfo {
    const [batch = 1, channels = 1, height = 1, width = 1] = images.shape;
    const shape = format === 'channelsLast' ? [batch, height, width, channels] : [batch, channels, height, width];
    return this.hand(inFormat(images, format), shape);
  }

  /** What is behind a tensor's data id. */
  stored({ dataId }: Pick<TensorInfo, 'dataId'>): StoredData {
    return this.#store.get(dataId);
  }

  /** Runs a kernel, which may call others. Where it throws, what it has made for results is disposed of. */
  running<C, R>(kernel: (call: C) => R, call: C): R {
    const count = this.#made.length;
    this.#depth++;
    try {
      return kernel(call);
    } catch (error) {
      for (const data of this.#made.splice(count)) if (this.#store.has(data)) this.disposeData(data, true);
      throw error;
    } finally {
      if (--this.#depth === 0) this.#made.length = 0;
    }
  }

  #keep(data: StoredData): DataId {
    this.#store.set(data, data);
    if (this.#depth > 0) this.#made.push(data);
    return data;
  }
}

/** [batch, channels, height, width] of images in a data format. */
export function imageShape(shape: readonly number[], format: MemoryFormat): Shape4 {
  const [n = 1, a = 1, b = 1, c = 1] = shape;
  return format === 'channelsLast' ? [n, c, a, b] : [n, a, b, c];
}
