import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import type { backend_util, DataType, TensorInfo } from '@tensorflow/tfjs-core';
import { inFormat } from '../ops/operands.ts';
import type { MemoryFormat } from '../tensor/format.ts';
import type { Shape4 } from '../tensor/shape.ts';
import { Tensor } from '../tensor/tensor.ts';
import { outside, StoredData } from './storage.ts';

type Values = backend_util.BackendValues;
type DataId = TensorInfo['dataId'];

/**
 * TensorFlow.js's cpu backend with another data store: every cpu kernel runs on it as it is, and ours find their operands in linear
 * memory. Made by the factory in index.ts, after `init`.
 */
export class ConvasmBackend extends MathBackendCPU {
  /** Disposed of, but not given back yet: some cpu kernels read a view after they have disposed of what it shows. */
  #retired: StoredData[] = [];

  override write(values: Values, _shape: number[], dtype: DataType): DataId {
    const dataId = {};
    this.data.set(dataId, new StoredData(values, dtype, 1));
    return dataId;
  }

  override move(dataId: DataId, values: Values, _shape: number[], dtype: DataType, refCount: number): void {
    this.data.set(dataId, new StoredData(values, dtype, refCount));
  }

  /** A copy where the numbers are in linear memory: a user may keep it. */
  override readSync(dataId: DataId): Values {
    return outside(super.readSync(dataId));
  }

  override disposeData(dataId: DataId, force = false): boolean {
    const data = this.data.has(dataId) ? this.#stored(dataId) : undefined;
    const gone = super.disposeData(dataId, force);
    if (gone && data) this.#retired.push(data);
    return gone;
  }

  override dispose(): void {
    this.giveBack();
    super.dispose();
  }

  /** Gives back the memory of what was disposed of. Called before each of our kernels. */
  giveBack(): void {
    for (const data of this.#retired) data.release();
    this.#retired.length = 0;
  }

  /** Whether our kernels can read a tensor: float32, of at least one element. */
  reads(info: TensorInfo): boolean {
    return info.dtype === 'float32' && info.shape.every(size => size > 0) && this.#stored(info.dataId).filled;
  }

  /** A tensor's numbers in linear memory, in row-major order of its own shape, as a tensor of any `shape`. Made in the caller's scope. */
  tensor(info: TensorInfo, shape: readonly number[] = info.shape): Tensor {
    return new Tensor(shape, 'float32', 'contiguous', this.#stored(info.dataId).float32.storage.retain());
  }

  /** Images of [batch, height, width, channels], or of [batch, channels, height, width] where `format` is contiguous. No copy. */
  images(info: TensorInfo, format: MemoryFormat = 'channelsLast'): Tensor {
    const { storage } = this.#stored(info.dataId).float32;
    return new Tensor(imageShape(info.shape, format), 'float32', format, storage.retain());
  }

  /** The memory of a new tensor of row-major order as the data of a TensorFlow.js tensor of `shape`. */
  hand(tensor: Tensor, shape: readonly number[] = tensor.shape): TensorInfo {
    const dataId = {};
    this.data.set(dataId, StoredData.inMemoryOf(tensor));
    return { dataId, shape: [...shape], dtype: 'float32' };
  }

  /** The memory of new images as the data of a TensorFlow.js tensor, in the order of its data format. */
  handImages(images: Tensor, format: MemoryFormat = 'channelsLast'): TensorInfo {
    const [batch = 1, channels = 1, height = 1, width = 1] = images.shape;
    const ordered = inFormat(images, format);
    const shape = format === 'channelsLast' ? [batch, height, width, channels] : [batch, channels, height, width];
    // The same memory under another shape: its order is what TensorFlow.js calls row-major.
    return this.hand(new Tensor(shape, 'float32', 'contiguous', ordered.storage.retain()));
  }

  #stored(dataId: DataId): StoredData {
    return this.data.get(dataId) as StoredData;
  }
}

/** [batch, channels, height, width] of images in a data format. */
export function imageShape(shape: readonly number[], format: MemoryFormat): Shape4 {
  const [n = 1, a = 1, b = 1, c = 1] = shape;
  return format === 'channelsLast' ? [n, c, a, b] : [n, a, b, c];
}
