import { ArgumentError } from '../errors.ts';
import type { Shape } from '../tensor/shape.ts';
import { checkDataset, checkIndices, checkWhole } from './checks.ts';
import type { Batch, Dataset } from './dataset.ts';

/**
 * Some samples of a dataset, which goes on to make the batches: `subset(dataset, [4, 2, 7])`, or those from `start` to before `end`
 * (default: to the last). What random changes depend on is the index in `dataset`.
 *
 * @param indices in any order; one may stand there several times
 * @throws ArgumentError
 */
export function subset(dataset: Dataset, indices: ArrayLike<number>): Dataset;
export function subset(dataset: Dataset, start: number, end?: number): Dataset;
export function subset(dataset: Dataset, which: ArrayLike<number> | number, end?: number): Dataset {
  checkDataset('dataset', dataset);
  return new Subset(
    dataset,
    typeof which === 'number' ? range(which, end, dataset.length) : listed(which, dataset.length),
  );
}

class Subset implements Dataset {
  readonly length: number;
  readonly inputShape: Shape;
  readonly targetShape: Shape | null;
  readonly #dataset: Dataset;
  readonly #indices: Uint32Array;

  constructor(dataset: Dataset, indices: Uint32Array) {
    this.length = indices.length;
    this.inputShape = dataset.inputShape;
    this.targetShape = dataset.targetShape;
    this.#dataset = dataset;
    this.#indices = indices;
  }

  batch(indices: Uint32Array, epoch: number, into?: Batch): Batch | Promise<Batch> {
    checkIndices('indices', indices, this.length);
    return this.#dataset.batch(
      indices.map(index => this.#indices[index] as number),
      epoch,
      into,
    );
  }
}

function range(start: number, end: number | undefined, length: number): Uint32Array {
  checkWhole('start', start, 0, length);
  const last = checkWhole('end', end ?? length, start, length);
  return Uint32Array.from({ length: last - start }, (_, i) => start + i);
}

function listed(indices: ArrayLike<number>, length: number): Uint32Array {
  if (!(Array.isArray(indices) || ArrayBuffer.isView(indices))) {
    throw new ArgumentError('indices', indices, 'a list of indices, or start and end');
  }
  return Uint32Array.from(indices, (index, i) => checkWhole(`indices[${i}]`, index, 0, length - 1));
}
