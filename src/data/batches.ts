import type { Batch, Dataset } from './dataset.ts';

export interface BatchesOptions {
  batchSize: number;
  /** Indices of the samples. Default: all, in order. */
  order?: Uint32Array;
  /** Counted from 0. Default 0. */
  epoch?: number;
  /** The batch to begin with, counted from 0. Default 0. */
  first?: number;
  /** How many batches are asked for before the one at hand is used. Default 1. */
  prefetch?: number;
}

/**
 * Batches of `order`, one after the other, the last one with what is left. Those ahead are asked for before the one at hand is used,
 * and arrays are used again: a batch is valid until the next one is asked for.
 */
export async function* batches(dataset: Dataset, options: BatchesOptions): AsyncGenerator<Batch> {
  const { batchSize, epoch = 0, first = 0, prefetch = 1 } = options;
  const order = options.order ?? Uint32Array.from({ length: dataset.length }, (_, i) => i);
  const count = Math.ceil(order.length / batchSize);
  const ahead: Promise<Batch>[] = [];
  const free: Batch[] = [];
  const ask = async (index: number) => {
    const indices = order.subarray(index * batchSize, (index + 1) * batchSize);
    const at = free.findIndex(batch => batch.count === indices.length);
    return dataset.batch(indices, epoch, at < 0 ? undefined : free.splice(at, 1)[0]);
  };
  for (let next = first, index = first; index < count; index++) {
    for (; next < count && next <= index + prefetch; next++) {
      const asked = ask(next);
      // It fails where it is waited for, or nobody wants it any more.
      asked.catch(() => {});
      ahead.push(asked);
    }
    const batch = await (ahead.shift() as Promise<Batch>);
    yield batch;
    free.push(batch);
  }
}
