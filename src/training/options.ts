import { checkWhole } from '../data/checks.ts';
import type { Dataset } from '../data/dataset.ts';
import { ArgumentError } from '../errors.ts';
import type { Layer } from '../layers/layer.ts';
import { repeatedLayer } from '../layers/namedLayers.ts';
import type { Loss } from '../losses/loss.ts';
import { Optimizer } from '../optimizers/optimizer.ts';
import type { Schedule } from '../optimizers/schedules.ts';
import { checkSeed } from '../random.ts';
import { checkCallbacks, checkLoss, checkNet, checkSamples, checkSignal } from './check.ts';
import type { EarlyStopOptions } from './earlyStop.ts';
import type { Means } from './meter.ts';
import { batchesOf, type EpochReport, type Plan } from './position.ts';

export interface FitOptions {
  /** Epochs in all, those before `resume` included. */
  epochs: number;
  /** Samples in a batch; the last one of an epoch has what is left. */
  batchSize: number;
  /** SoftmaxCrossEntropy takes class ids, MSE and BCEWithLogits take values; or one of your own. */
  loss: Loss;
  /** Of this network, or of a part of it. */
  optimizer: Optimizer;
  /** Sets the learning rate before each step, from optimizer.steps. Default: it stays what it is. */
  schedule?: Schedule | undefined;
  /** The norm that the gradients are scaled down to, see `clipGradNorm`; above 0. Default: they are left as they are. */
  clipNorm?: number | undefined;
  /** What the order of the samples follows from, a whole number. Default 0. */
  seed?: number | undefined;
  /** Whether each epoch has the samples in an order of its own. Default true. */
  shuffle?: boolean | undefined;
  /** Whether what is left at the end of an epoch is left out. Default false. */
  dropLast?: boolean | undefined;
  /** Data on which the network is evaluated after each epoch. */
  validation?: Dataset | undefined;
  /** Default batchSize. */
  validationBatchSize?: number | undefined;
  /** Stops when the validation gets no better. Default: it goes on. */
  earlyStop?: EarlyStopOptions | undefined;
  /** Called after each step, and waited for. */
  onBatch?: ((report: BatchReport) => unknown) | undefined;
  /** Called after each epoch and its validation, and waited for. */
  onEpoch?: ((report: EpochReport & Checkpointing) => unknown) | undefined;
  /** Called last and waited for, however training ends, also when it failed; not where options were refused. */
  onEnd?: (() => unknown) | undefined;
  /** Ends training after the step at hand, with all that it takes to go on. */
  signal?: AbortSignal | undefined;
  /** A checkpoint to go on from, to the very bits of training that never stopped. */
  resume?: Uint8Array | undefined;
}

export interface Checkpointing {
  /**
   * All that it takes to go on from here, as a safetensors file for `resume`.
   *
   * @throws StateError once training has gone on; OutOfMemoryError
   */
  checkpoint(): Uint8Array<ArrayBuffer>;
}

/** Where training is after a step. */
export interface BatchReport extends Checkpointing, Means {
  /** Counted from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Of this epoch, counted from 1. */
  readonly batch: number;
  readonly batches: number;
  /** Mean over the epoch so far. */
  readonly loss: number;
  readonly accuracy?: number;
  /** Of this batch by itself, before its step. */
  readonly ofBatch: Means;
  /** That the step was made with. */
  readonly learningRate: number;
  /** Of this call so far; validation and callbacks left out. */
  readonly samplesPerSecond: number;
  /** Until all epochs are done, as far as one can tell; callbacks left out. */
  readonly secondsLeft: number;
}

/**
 * How training ended. Its checkpoint is of network and optimizer as they are when it is called: where `earlyStop.restoreBest` has
 * restored weights, with those. It can be had until the optimizer is stepped or disposed of.
 */
export interface FitResult extends Checkpointing {
  /** 'end': all epochs are done; 'early': the validation got no better; 'aborted': by the signal. */
  readonly stopped: 'end' | 'early' | 'aborted';
  /** All that are done, those before `resume` included. */
  readonly epochs: readonly EpochReport[];
  /** Steps done, those before `resume` included. */
  readonly steps: number;
}

/** @throws ArgumentError, ShapeError */
export function checkFit(net: Layer, data: Dataset, options: FitOptions): Plan {
  checkNet(net);
  checkLayersDiffer(net);
  checkSamples('data', data);
  if (typeof options !== 'object' || options === null)
    throw new ArgumentError('options', options, '{ epochs, batchSize, loss, optimizer, ... }');
  const { epochs, batchSize, loss, optimizer, schedule, clipNorm, validation, onBatch, onEpoch, onEnd } = options;
  const { seed = 0, shuffle = true, dropLast = false } = options;
  checkWhole('epochs', epochs, 1);
  checkWhole('batchSize', batchSize, 1);
  checkLoss(loss, data, 'data');
  if (!(optimizer instanceof Optimizer)) throw new ArgumentError('optimizer', optimizer, 'an Optimizer, such as SGD');
  if (!optimizer.concerns(net))
    throw new ArgumentError('optimizer', optimizer, 'one of this network, or of a part of it');
  checkCallbacks({ schedule, onBatch, onEpoch, onEnd });
  if (clipNorm !== undefined && !(typeof clipNorm === 'number' && clipNorm > 0))
    throw new ArgumentError('clipNorm', clipNorm, 'a number above 0');
  checkSeed('seed', seed);
  if (typeof shuffle !== 'boolean') throw new ArgumentError('shuffle', shuffle, 'true or false');
  if (typeof dropLast !== 'boolean') throw new ArgumentError('dropLast', dropLast, 'true or false');
  const plan = { samples: data.length, batchSize, shuffle, dropLast, seed };
  if (batchesOf(plan) === 0)
    throw new ArgumentError('batchSize', batchSize, `at most ${data.length}, the samples there are, with dropLast`);
  if (validation !== undefined) {
    checkSamples('validation', validation);
    checkLoss(loss, validation, 'validation');
  }
  if (options.validationBatchSize !== undefined) checkWhole('validationBatchSize', options.validationBatchSize, 1);
  if (options.earlyStop !== undefined && validation === undefined)
    throw new ArgumentError('validation', validation, 'a Dataset, since earlyStop watches it');
  if (options.earlyStop?.monitor === 'accuracy' && validation?.targetShape)
    throw new ArgumentError(
      'earlyStop.monitor',
      'accuracy',
      "'loss', since the targets of validation are no class ids",
    );
  checkSignal(options.signal);
  return plan;
}

/** A layer keeps for backward what its last forward needs: at two places it would give wrong gradients. */
function checkLayersDiffer(net: Layer): void {
  const places = repeatedLayer(net);
  if (places)
    throw new ArgumentError('net', `one layer at ${places.join(' and ')}`, 'another layer at each place, for training');
}
