import type { Means, MeterState } from './meter.ts';

/** What the order of all batches follows from. */
export interface Plan {
  /** Of the data. */
  readonly samples: number;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly dropLast: boolean;
  readonly seed: number;
}

/** Where a training stands, as plain JSON. */
export interface Position {
  /** Epochs done. */
  readonly epoch: number;
  /** Batches of the next epoch that are done: all of them before its validation. */
  readonly batch: number;
  readonly steps: number;
  /** Sums over those batches. */
  readonly meter: MeterState;
  readonly history: readonly EpochReport[];
}

/** An epoch that is done. */
export interface EpochReport extends Means {
  /** Counted from 1. */
  readonly epoch: number;
  /** On the training data, as the network was at each step: the mean over the epoch. */
  readonly loss: number;
  readonly accuracy?: number;
  /** On the validation data after the epoch. */
  readonly validation?: Means;
  /** Of loading and steps: without validation and callbacks. */
  readonly seconds: number;
  readonly samplesPerSecond: number;
}

/** Batches of an epoch. */
export function batchesOf({ samples, batchSize, dropLast }: Plan): number {
  return dropLast ? Math.floor(samples / batchSize) : Math.ceil(samples / batchSize);
}
