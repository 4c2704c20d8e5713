import { checkWhole } from '../data/checks.ts';
import { ArgumentError } from '../errors.ts';
import type { Layer } from '../layers/layer.ts';
import type { Means } from './meter.ts';
import { copyWeights, setWeights, type Weights } from './weights.ts';

export interface EarlyStopOptions {
  /** Epochs without an improvement after which training stops, at least 1. */
  patience: number;
  /** What has to improve, on the validation data: the loss to fall or the accuracy to rise. Default 'loss'. */
  monitor?: 'loss' | 'accuracy' | undefined;
  /** By more than this, at least 0. Default 0. */
  minDelta?: number | undefined;
  /**
   * Whether the network ends with the parameters and buffers of its best epoch, also when all epochs are done; not when training is
   * aborted. Default false.
   */
  restoreBest?: boolean | undefined;
}

/** The best epoch so far. */
export interface Best {
  readonly monitor: 'loss' | 'accuracy';
  readonly value: number;
  /** Counted from 1. */
  readonly epoch: number;
  /** Of the network after it; null unless they are to be restored. */
  readonly weights: Weights | null;
}

/** Watches the validation for improvements. */
export class EarlyStop {
  best: Best | null = null;
  readonly monitor: 'loss' | 'accuracy';
  readonly restoreBest: boolean;
  readonly #patience: number;
  readonly #minDelta: number;

  /** @throws ArgumentError */
  constructor(options: EarlyStopOptions) {
    if (typeof options !== 'object' || options === null)
      throw new ArgumentError('earlyStop', options, '{ patience, ... }');
    const { patience, monitor = 'loss', minDelta = 0, restoreBest = false } = options;
    this.#patience = checkWhole('earlyStop.patience', patience, 1);
    if (monitor !== 'loss' && monitor !== 'accuracy')
      throw new ArgumentError('earlyStop.monitor', monitor, "'loss' or 'accuracy'");
    if (!(Number.isFinite(minDelta) && minDelta >= 0))
      throw new ArgumentError('earlyStop.minDelta', minDelta, 'a finite number of at least 0');
    if (typeof restoreBest !== 'boolean')
      throw new ArgumentError('earlyStop.restoreBest', restoreBest, 'true or false');
    this.monitor = monitor;
    this.restoreBest = restoreBest;
    this.#minDelta = minDelta;
  }

  /**
   * Looks at the validation after `epoch`, counted from 1.
   *
   * @throws ArgumentError if there is no accuracy
   */
  observe(epoch: number, validation: Means, net: Layer): void {
    const { monitor } = this;
    const value = validation[monitor];
    if (value === undefined)
      throw new ArgumentError('earlyStop.monitor', monitor, "'loss', since the outputs are no [batch, classes]");
    // NaN is never an improvement.
    if (Number.isNaN(value) || (this.best && !this.#isBetter(value, this.best.value))) return;
    this.best = { monitor, value, epoch, weights: this.restoreBest ? copyWeights(net) : null };
  }

  /** Whether `epochs` done are too many without an improvement. */
  isOver(epochs: number): boolean {
    return epochs - (this.best?.epoch ?? 0) >= this.#patience;
  }

  /** Gives the network the weights of its best epoch. */
  restore(net: Layer): void {
    if (this.best?.weights) setWeights(net, this.best.weights);
  }

  #isBetter(value: number, than: number): boolean {
    return this.monitor === 'loss' ? value < than - this.#minDelta : value > than + this.#minDelta;
  }
}
