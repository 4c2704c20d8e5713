import { checkBatch, checkDataset, checkIndices, checkWhole, isPromise } from './checks.ts';
import type { Batch, Dataset } from './dataset.ts';

export interface BatchesOptions {
  /** Samples in a batch; the last one may have fewer. */
  batchSize: number;
  /** Indices of the samples, such as `shuffled()` gives. Default: all, the first one first. */
  order?: Uint32Array | undefined;
  /** Counted from 0; what random changes depend on. Default 0. */
  epoch?: number | undefined;
  /** The batch to begin with, counted from 0. Default 0. */
  first?: number | undefined;
  /** How many batches are asked for ahead of the one at hand, where the dataset gives promises. Default 1. */
  prefetch?: number | undefined;
}

/**
 * Batches of `order`, one after the other. Of a dataset that gives promises, those ahead are asked for before the one at hand is
 * handed out; one that gives batches at once is asked for each when its turn comes.
 *
 * A batch is good until the next one is asked for: its arrays are used again then. A loop may be left at any point. An error of the
 * dataset comes in its batch's turn and ends the loop.
 *
 * @throws ArgumentError at once; while the batches are read, ShapeError and ArgumentError for what the dataset should not give
 */
export function batches(dataset: Dataset, options: BatchesOptions): AsyncGenerator<Batch, void, undefined> {
  checkDataset('dataset', dataset);
  const { batchSize, order, epoch = 0, first = 0, prefetch = 1 } = options;
  checkWhole('batchSize', batchSize, 1);
  if (order !== undefined) checkIndices('order', order, dataset.length);
  checkWhole('epoch', epoch, 0);
  checkWhole('prefetch', prefetch, 0);
  const indices = order?.slice() ?? Uint32Array.from({ length: dataset.length }, (_, i) => i);
  checkWhole('first', first, 0, Math.ceil(indices.length / batchSize));
  return generate(dataset, indices, { batchSize, epoch, first, prefetch });
}

async function* generate(
  dataset: Dataset,
  order: Uint32Array,
  { batchSize, epoch, first, prefetch }: { batchSize: number; epoch: number; first: number; prefetch: number },
): AsyncGenerator<Batch, void, undefined> {
  const free: Batch[] = [];
  const asked: { answer: Batch | Promise<Batch>; count: number }[] = [];
  let next = first * batchSize;
  const ask = () => {
    const indices = order.subarray(next, next + batchSize);
    const count = indices.length;
    next += count;
    const into = count === batchSize ? free.pop() : undefined;
    let answer: Batch | Promise<Batch>;
    try {
      answer = dataset.batch(indices, epoch, into);
    } catch (error) {
      answer = Promise.reject(error);
      next = order.length;
    }
    // Where the loop is left, or another batch fails, nobody waits for this one, and its failing is no one's business.
    if (isPromise(answer)) answer.then(undefined, () => undefined);
    asked.push({ answer, count });
  };

  while (asked.length > 0 || next < order.length) {
    if (asked.length === 0) ask();
    const { answer, count } = asked.shift() as (typeof asked)[number];
    if (isPromise(answer)) while (asked.length < prefetch && next < order.length) ask();
    const batch = await answer;
    checkBatch('dataset.batch()', batch, dataset, count);
    yield batch;
    if (count === batchSize) free.push(batch);
  }
}
