import type { Batch, Dataset } from '../../src/index.ts';
import { generator } from './values.ts';

export interface DatasetCase {
  readonly length: number;
  readonly inputShape?: readonly number[];
  /** null: class ids of `classes` classes. Default null. */
  readonly targetShape?: readonly number[] | null;
  readonly classes?: number;
  readonly seed?: number;
  /** Whether inputs change from epoch to epoch. Default false. */
  readonly augmented?: boolean;
  /** Whether batches come later. Default false. */
  readonly later?: boolean;
  readonly float64?: boolean;
}

const sizeOf = (shape: readonly number[]) => shape.reduce((product, n) => product * n, 1);

/** Seeded samples of 1 x 6 x 6; those of class c are brighter in columns 2c and 2c + 1. */
export function dataset(options: DatasetCase): Dataset {
  const { length, inputShape = [1, 6, 6], targetShape = null, classes = 3, seed = 1, augmented = false } = options;
  const [size, width, targetSize] = [sizeOf(inputShape), inputShape.at(-1) as number, sizeOf(targetShape ?? [])];
  const Floats = options.float64 ? Float64Array : Float32Array;
  const batch = (indices: Uint32Array, epoch: number, into?: Batch): Batch => {
    const count = indices.length;
    const inputs = into?.count === count ? into.inputs : new Floats(count * size);
    const targets = targetShape ? new Floats(count * targetSize) : new Int32Array(count);
    indices.forEach((index, n) => {
      const noise = generator(seed * 1000 + index + (augmented ? epoch * 7919 : 0));
      const label = index % classes;
      for (let i = 0; i < size; i++)
        inputs[n * size + i] = 0.6 * (noise() - 0.5) + (Math.floor((i % width) / 2) === label ? 1 : 0);
      if (targetShape) for (let i = 0; i < targetSize; i++) targets[n * targetSize + i] = noise();
      else targets[n] = label;
    });
    return { inputs, targets, count };
  };
  return {
    length,
    inputShape,
    targetShape,
    batch: (indices, epoch, into) => {
      if (!options.later) return batch(indices, epoch, into);
      const copy = indices.slice();
      return new Promise(resolve => setTimeout(() => resolve(batch(copy, epoch, into))));
    },
  };
}
