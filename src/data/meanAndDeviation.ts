import { ArgumentError } from '../errors.ts';
import { batches } from './batches.ts';
import { checkDataset } from './checks.ts';
import type { Dataset } from './dataset.ts';

const BATCH_SIZE = 256;

/**
 * Mean and standard deviation (of all values, divided by their number) of each channel of a dataset's inputs, in epoch 0: what
 * `ArrayDataset` takes, and `normalized`. Channels are the first dimension of `inputShape`; an input [height, width] has one. The
 * deviation of a channel whose values are all equal is given as 1, so that dividing by it does no harm.
 *
 * @throws ArgumentError for a dataset without samples; whatever the dataset throws
 */
export async function meanAndDeviation(dataset: Dataset): Promise<{ mean: number[]; std: number[] }> {
  checkDataset('dataset', dataset);
  if (dataset.length === 0) throw new ArgumentError('dataset', 'one without samples', 'at least one sample');
  const { inputShape } = dataset;
  const channels = inputShape.length === 2 ? 1 : (inputShape[0] ?? 1);
  const moments = Array.from({ length: channels }, () => new Moments());
  for await (const { inputs, count } of batches(dataset, { batchSize: BATCH_SIZE })) {
    const length = inputs.length / count / channels;
    for (let c = 0; c < channels; c++) (moments[c] as Moments).add(inputs, c * length, length, channels * length);
  }
  return { mean: moments.map(channel => channel.mean), std: moments.map(channel => channel.std || 1) };
}

/**
 * Mean and squared deviations of values that come in batches: two passes over each, put together by the formula of Chan, Golub and
 * LeVeque (1979). Distances from the first value are what is summed, so that equal values deviate by exactly 0.
 */
class Moments {
  #count = 0;
  #origin = 0;
  #distance = 0;
  #squares = 0;

  get mean(): number {
    return this.#origin + this.#distance;
  }

  get std(): number {
    return Math.sqrt(this.#squares / this.#count);
  }

  /** Runs of `length` values, the first one at `start`, the others each `step` further. */
  add(values: Float32Array | Float64Array, start: number, length: number, step: number): void {
    if (this.#count === 0) this.#origin = values[start] as number;
    const origin = this.#origin;
    let sum = 0;
    let count = 0;
    for (let run = start; run < values.length; run += step, count += length) {
      for (let i = run; i < run + length; i++) sum += (values[i] as number) - origin;
    }
    const distance = sum / count;
    let squares = 0;
    for (let run = start; run < values.length; run += step) {
      for (let i = run; i < run + length; i++) squares += ((values[i] as number) - origin - distance) ** 2;
    }
    const apart = distance - this.#distance;
    const total = this.#count + count;
    this.#squares += squares + (apart * apart * this.#count * count) / total;
    this.#distance += (apart * count) / total;
    this.#count = total;
  }
}
