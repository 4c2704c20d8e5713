import { ArgumentError, DTypeError, ShapeError } from '../errors.ts';
import { checkDType, type DType } from '../tensor/dtype.ts';
import { checkShape, type Shape, sizeOf } from '../tensor/shape.ts';
import { checkBatch, checkIndices, checkWhole, isNumberArray, type NumberArray } from './checks.ts';
import type { Batch, Dataset } from './dataset.ts';

/** What is subtracted from the inputs, and what they are then divided by: one number, or one for each channel. */
export interface Normalization {
  readonly mean: number | readonly number[];
  readonly std: number | readonly number[];
}

export interface ArrayDatasetOptions {
  /** All samples' inputs in row-major order, [samples, ...inputShape]: any typed array of numbers. It is shared, not copied. */
  inputs: NumberArray;
  /** Shape of one sample's input, such as [channels, height, width]. */
  inputShape: Shape;
  /** Class ids, one for each sample; with `targetShape`, numbers in row-major order, [samples, ...targetShape], shared as well. */
  targets: ArrayLike<number>;
  /** Shape of one sample's target; null for class ids. Default null. */
  targetShape?: Shape | null | undefined;
  /** Names of the classes, by id. Default null. */
  classes?: readonly string[] | null | undefined;
  /** What the inputs are multiplied by, before they are normalised. Default: bytes are divided by 255, others stay as they are. */
  scale?: number | undefined;
  /** Default 0. */
  mean?: Normalization['mean'] | undefined;
  /** Above 0. Default 1. */
  std?: Normalization['std'] | undefined;
  /** Element type of the batches. Default 'float32'. */
  dtype?: DType | undefined;
}

const MAX_CLASS_ID = 0x7fffffff;

/**
 * Samples in arrays. An input of a batch is
 *
 *     (scale * x - mean[channel]) / std[channel]
 *
 * computed in float64 and rounded once, which is torchvision's ToTensor and Normalize for bytes, and Normalize for floats: the same
 * figures serve. Channels are the first dimension of `inputShape`; an input [height, width] has one.
 */
export class ArrayDataset implements Dataset {
  readonly length: number;
  readonly inputShape: Shape;
  readonly targetShape: Shape | null;
  /** Names of the classes, by id; null where none were given. */
  readonly classes: readonly string[] | null;
  readonly dtype: DType;
  readonly #options: ArrayDatasetOptions;
  readonly #targets: Int32Array | NumberArray;
  readonly #channels: Channels;
  /** Values of the 256 bytes, for each channel that has its own; null where computing them is no more work. */
  readonly #table: Float32Array | Float64Array | null;

  /** @throws ArgumentError, ShapeError, DTypeError */
  constructor(options: ArrayDatasetOptions) {
    const { inputs, inputShape, targets, targetShape = null, classes = null, dtype = 'float32' } = options;
    if (!isNumberArray(inputs)) throw new ArgumentError('inputs', inputs, 'a typed array of numbers');
    checkShape('inputShape', inputShape);
    checkDType('dtype', dtype);
    const size = sizeOf(inputShape);
    const length = inputs.length / size;
    if (!Number.isInteger(length)) {
      throw new ShapeError('inputs', `${inputs.length} numbers`, `a multiple of ${size}, the size of inputShape`);
    }
    this.length = length;
    this.inputShape = [...inputShape];
    this.dtype = dtype;
    this.#channels = channelsOf(options);
    if (targetShape === null) {
      this.targetShape = null;
      this.#targets = checkClassIds(targets, length, classes);
    } else {
      checkShape('targetShape', targetShape);
      this.targetShape = [...targetShape];
      if (classes !== null) throw new ArgumentError('classes', classes, 'null where there is a targetShape');
      this.#targets = checkNumbers(targets, length * sizeOf(targetShape));
    }
    this.classes = classes === null ? null : [...classes];
    this.#options = { ...options };
    this.#table = inputs instanceof Uint8Array ? tableOf(this.#channels, dtype, inputs.length) : null;
  }

  /**
   * These samples normalised, on top of what is done to them already: (x - mean) / std. The arrays are shared.
   *
   *     const figures = await meanAndDeviation(train);
   *     train = train.normalized(figures);
   *     test = test.normalized(figures);
   *
   * @throws ArgumentError
   */
  normalized({ mean, std }: Normalization): ArrayDataset {
    const inner = this.#channels;
    const outer = channelsOf({ ...this.#options, mean, std });
    const both = Array.from({ length: Math.max(inner.count, outer.count) }, (_, c) => {
      const [innerMean, innerStd] = [pick(inner.mean, c), pick(inner.std, c)];
      return { mean: innerMean + innerStd * pick(outer.mean, c), std: innerStd * pick(outer.std, c) };
    });
    const one = both.length === 1 ? both[0] : undefined;
    return new ArrayDataset({
      ...this.#options,
      mean: one ? one.mean : both.map(channel => channel.mean),
      std: one ? one.std : both.map(channel => channel.std),
    });
  }

  /** @throws ArgumentError, ShapeError */
  batch(indices: Uint32Array, epoch = 0, into?: Batch): Batch {
    checkIndices('indices', indices, this.length);
    checkWhole('epoch', epoch, 0);
    if (into !== undefined) this.#checkInto(into, indices.length);
    const batch = into ?? this.#allocate(indices.length);
    const { inputs } = this.#options;
    const size = sizeOf(this.inputShape);
    const targetSize = sizeOf(this.targetShape ?? []);
    for (let i = 0; i < indices.length; i++) {
      const index = indices[i] as number;
      const from = index * size;
      if (this.#table) lookUp(inputs, from, batch.inputs, i * size, size, this.#channels.length, this.#table);
      else if (this.#channels.plain) batch.inputs.set(inputs.subarray(from, from + size), i * size);
      else normalize(inputs, from, batch.inputs, i * size, size, this.#channels);
      const target = index * targetSize;
      if (targetSize === 1) batch.targets[i] = this.#targets[target] as number;
      else batch.targets.set(this.#targets.subarray(target, target + targetSize), i * targetSize);
    }
    return batch;
  }

  #checkInto(into: Batch, count: number): void {
    checkBatch('into', into, this, count);
    const Numbers = arrayOf(this.dtype);
    for (const name of ['inputs', 'targets'] as const) {
      const array = into[name];
      if (!(array instanceof Numbers || array instanceof Int32Array))
        throw new DTypeError(`into.${name}`, array, this.dtype);
    }
  }

  #allocate(count: number): Batch {
    const Numbers = arrayOf(this.dtype);
    const inputs = new Numbers(count * sizeOf(this.inputShape));
    const targets = this.targetShape === null ? new Int32Array(count) : new Numbers(count * sizeOf(this.targetShape));
    return { inputs, targets, count };
  }
}

function arrayOf(dtype: DType): typeof Float32Array | typeof Float64Array {
  return dtype === 'float32' ? Float32Array : Float64Array;
}

/** How a value is computed: (x * scale / divisor - mean[c]) / std[c]. */
interface Channels {
  /** Entries of mean and std: 1, or one for each channel. */
  readonly count: number;
  /** Values in a channel, or in a whole sample where they are all treated alike. */
  readonly length: number;
  readonly scale: number;
  readonly divisor: number;
  readonly mean: Float64Array;
  readonly std: Float64Array;
  /** Values stay as they are. */
  readonly plain: boolean;
}

function channelsOf({ inputs, inputShape, scale, mean = 0, std = 1 }: ArrayDatasetOptions): Channels {
  const bytes = inputs instanceof Uint8Array || inputs instanceof Uint8ClampedArray;
  if (scale !== undefined && !(Number.isFinite(scale) && scale !== 0)) {
    throw new ArgumentError('scale', scale, 'a finite number other than 0');
  }
  const channels = inputShape.length === 2 ? 1 : (inputShape[0] ?? 1);
  const means = perChannel('mean', mean, channels, Number.NEGATIVE_INFINITY, 'a finite number');
  const stds = perChannel('std', std, channels, 0, 'a finite number above 0');
  const count = Math.max(means.length, stds.length);
  const divisor = bytes && scale === undefined ? 255 : 1;
  return {
    count,
    length: sizeOf(inputShape) / count,
    scale: scale ?? 1,
    divisor,
    mean: means,
    std: stds,
    plain: divisor === 1 && (scale ?? 1) === 1 && means.every(value => value === 0) && stds.every(value => value === 1),
  };
}

function perChannel(argument: string, value: unknown, channels: number, above: number, allowed: string): Float64Array {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length !== 1 && list.length !== channels) {
    const wanted = channels === 1 ? 'one number' : `one number, or ${channels}, one for each channel`;
    throw new ShapeError(argument, value, wanted);
  }
  return Float64Array.from(list, (entry, c) => {
    if (Number.isFinite(entry) && (entry as number) > above) return entry as number;
    throw new ArgumentError(Array.isArray(value) ? `${argument}[${c}]` : argument, entry, allowed);
  });
}

/** The entry of a channel in a list that has one for all of them, or one for each. */
function pick(list: Float64Array, channel: number): number {
  return list[list.length === 1 ? 0 : channel] as number;
}

function tableOf(channels: Channels, dtype: DType, values: number): Float32Array | Float64Array | null {
  const size = 256 * channels.count;
  if (size > values) return null;
  const table = new (arrayOf(dtype))(size);
  const bytes = Uint8Array.from({ length: size }, (_, i) => i);
  normalize(bytes, 0, table, 0, size, { ...channels, length: 256 });
  return table;
}

function lookUp(
  from: NumberArray,
  fromStart: number,
  to: Float32Array | Float64Array,
  toStart: number,
  size: number,
  channelLength: number,
  table: Float32Array | Float64Array,
): void {
  for (let start = 0, row = 0; start < size; start += channelLength, row += 256) {
    for (let i = start; i < start + channelLength; i++) {
      to[toStart + i] = table[row + (from[fromStart + i] as number)] as number;
    }
  }
}

function normalize(
  from: NumberArray,
  fromStart: number,
  to: Float32Array | Float64Array,
  toStart: number,
  size: number,
  channels: Channels,
): void {
  const { length, scale, divisor } = channels;
  for (let start = 0, c = 0; start < size; start += length, c++) {
    const mean = pick(channels.mean, c);
    const std = pick(channels.std, c);
    for (let i = start; i < start + length; i++) {
      to[toStart + i] = (((from[fromStart + i] as number) * scale) / divisor - mean) / std;
    }
  }
}

function checkClassIds(targets: ArrayLike<number>, length: number, classes: readonly string[] | null): Int32Array {
  checkList('targets', targets, length);
  if (classes !== null && !(Array.isArray(classes) && classes.every(name => typeof name === 'string'))) {
    throw new ArgumentError('classes', classes, 'a list of names');
  }
  const most = classes === null ? MAX_CLASS_ID : classes.length - 1;
  const ids = new Int32Array(length);
  for (let i = 0; i < length; i++) ids[i] = checkWhole(`targets[${i}]`, targets[i], 0, most);
  return ids;
}

function checkNumbers(targets: ArrayLike<number>, length: number): NumberArray {
  checkList('targets', targets, length);
  if (isNumberArray(targets)) return targets;
  return Float64Array.from({ length }, (_, i) => {
    const value: unknown = targets[i];
    if (typeof value !== 'number') throw new ArgumentError(`targets[${i}]`, value, 'a number');
    return value;
  });
}

function checkList(argument: string, values: unknown, length: number): void {
  if (!Array.isArray(values) && !isNumberArray(values)) {
    throw new ArgumentError(argument, values, 'a typed array or a list of numbers');
  }
  if (values.length !== length) {
    throw new ShapeError(argument, `${values.length} numbers`, `${length} for the samples of the inputs`);
  }
}
