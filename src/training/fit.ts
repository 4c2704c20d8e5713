import { batches } from '../data/batches.ts';
import type { Batch, Dataset } from '../data/dataset.ts';
import { shuffled } from '../data/shuffled.ts';
import { StateError } from '../errors.ts';
import type { Layer } from '../layers/layer.ts';
import { rememberModes } from '../layers/modes.ts';
import { encodeCheckpoint } from './checkpoint.ts';
import { EarlyStop } from './earlyStop.ts';
import { type Measured, measure } from './evaluate.ts';
import { Meter, meansOf, type Outcome } from './meter.ts';
import { type BatchReport, checkFit, type FitOptions, type FitResult } from './options.ts';
import { Pause } from './pause.ts';
import { batchesOf, type EpochReport, type Plan } from './position.ts';
import { resume } from './resume.ts';
import { step } from './step.ts';

/**
 * Trains a network: for each epoch a step on every batch of `data`, then an evaluation on `validation`. It gives way to the event loop
 * every 30 ms, so that pages stay alive and signals arrive.
 *
 * When `signal` is aborted, training ends after the step at hand: nothing is lost, and `checkpoint()` of the result is what `resume`
 * goes on from. Network, optimizer and dropout are then as after a whole step.
 *
 * When something throws, a callback, a batch or the loss that is no longer a number, the promise is rejected with it, and network and
 * optimizer stay as the last whole step left them (but for the running statistics and the random numbers of dropout, which a forward
 * pass had changed already) and may be used again. However it ends, each layer is in the mode then that it was in before.
 *
 * @param net with another layer at each place: one that stands twice would have wrong gradients
 * @param data whose batches are loaded while the one before is trained on, where it gives promises
 * @throws (rejects with) ArgumentError, ShapeError, DTypeError before anything is changed, also for a checkpoint that is of another
 *   network, optimizer, data or plan; DataFormatError for one that is none; DivergedError; what `data`, callbacks, `loss` or a layer
 *   throws
 */
export async function fit(net: Layer, data: Dataset, options: FitOptions): Promise<FitResult> {
  const plan = checkFit(net, data, options);
  const earlyStop = options.earlyStop === undefined ? null : new EarlyStop(options.earlyStop);
  const training = new Training(net, data, options, plan, earlyStop);
  const restore = rememberModes(net);
  net.train();
  try {
    return await training.run();
  } finally {
    restore();
    if (options.onEnd) await options.onEnd();
  }
}

class Training {
  readonly #net: Layer;
  readonly #data: Dataset;
  readonly #options: FitOptions;
  readonly #plan: Plan;
  readonly #earlyStop: EarlyStop | null;
  readonly #batches: number;
  readonly #pause = new Pause();
  /** Of this call alone. */
  readonly #speed = new Meter();
  #validationSeconds = 0;
  // The position: see there.
  #epoch = 0;
  #batch = 0;
  #steps = 0;
  #meter = new Meter();
  #history: EpochReport[] = [];
  /** Counts what reports are made of, so that those of the past know. */
  #moment = 0;

  constructor(net: Layer, data: Dataset, options: FitOptions, plan: Plan, earlyStop: EarlyStop | null) {
    this.#net = net;
    this.#data = data;
    this.#options = options;
    this.#plan = plan;
    this.#earlyStop = earlyStop;
    this.#batches = batchesOf(plan);
    if (options.resume === undefined) return;
    const { epoch, batch, steps, meter, history } = resume(options.resume, net, options.optimizer, plan, earlyStop);
    this.#epoch = epoch;
    this.#batch = batch;
    this.#steps = steps;
    this.#meter = new Meter(meter);
    this.#history = [...history];
  }

  async run(): Promise<FitResult> {
    // What came before may have been long and synchronous, with an abort waiting to be noticed.
    await this.#pause.ifDue();
    const stopped = await this.#train();
    if (stopped !== 'aborted') this.#earlyStop?.restore(this.#net);
    const { optimizer } = this.#options;
    const { steps } = optimizer;
    const moment = this.#moment;
    const checkpoint = () => {
      if (optimizer.steps !== steps)
        throw new StateError('checkpoint: the optimizer was stepped, loaded or disposed of since training ended.');
      return this.#checkpoint(moment);
    };
    return { stopped, epochs: this.#history, steps: this.#steps, checkpoint };
  }

  async #train(): Promise<FitResult['stopped']> {
    const { epochs, validation } = this.#options;
    while (this.#epoch < epochs) {
      if (this.#earlyStop?.isOver(this.#epoch)) return 'early';
      if (!(await this.#trainEpoch())) return 'aborted';
      const measured = validation ? await this.#validate(validation) : undefined;
      if (measured === null) return 'aborted';
      await this.#endEpoch(measured);
    }
    return 'end';
  }

  /** What is left of an epoch; false where the signal stopped it. */
  async #trainEpoch(): Promise<boolean> {
    const { signal, onBatch } = this.#options;
    const { batchSize } = this.#plan;
    const epoch = this.#epoch;
    if (signal?.aborted) return false;
    // A training that was aborted before the validation has none left.
    if (this.#batch === this.#batches) return true;
    let began = performance.now();
    const order = this.#order(epoch);
    for await (const batch of batches(this.#data, { batchSize, order, epoch, first: this.#batch })) {
      // It may have been waited for.
      if (signal?.aborted) return false;
      const outcome = this.#step(batch);
      const seconds = (performance.now() - began) / 1000;
      this.#batch++;
      this.#steps++;
      this.#meter.add(outcome, seconds);
      this.#speed.add(outcome, seconds);
      if (onBatch) await this.#tell(onBatch, this.#report(outcome));
      await this.#pause.ifDue();
      if (signal?.aborted) return false;
      began = performance.now();
    }
    return true;
  }

  #order(epoch: number): Uint32Array {
    const { samples, batchSize, shuffle, seed } = this.#plan;
    const order = shuffle ? shuffled(samples, seed, epoch) : Uint32Array.from({ length: samples }, (_, i) => i);
    return order.subarray(0, this.#batches * batchSize);
  }

  #step(batch: Batch): Outcome {
    const { optimizer, schedule } = this.#options;
    // Callbacks may have changed it.
    if (!this.#net.training) this.#net.train();
    if (schedule) optimizer.learningRate = schedule(optimizer.steps);
    const at = { epoch: this.#epoch + 1, batch: this.#batch + 1 };
    return step(this.#net, this.#data, batch, this.#options, at);
  }

  async #validate(validation: Dataset): Promise<Measured | null> {
    const { loss, signal, validationBatchSize = this.#plan.batchSize } = this.#options;
    const measured = await measure(this.#net, validation, { batchSize: validationBatchSize, loss, signal });
    this.#validationSeconds = measured?.seconds ?? 0;
    return measured;
  }

  async #endEpoch(measured: Measured | undefined): Promise<void> {
    const epoch = this.#epoch + 1;
    const { seconds } = this.#meter.state;
    const report = {
      epoch,
      ...this.#meter.means,
      ...(measured ? { validation: measured.means } : {}),
      seconds,
      samplesPerSecond: this.#meter.samplesPerSecond,
    };
    if (measured) this.#earlyStop?.observe(epoch, measured.means, this.#net);
    this.#history.push(report);
    this.#epoch = epoch;
    this.#batch = 0;
    this.#meter = new Meter();
    if (this.#options.onEpoch) await this.#tell(this.#options.onEpoch, report);
    await this.#pause.ifDue();
  }

  #report(outcome: Outcome): Omit<BatchReport, 'checkpoint'> {
    const { epochs, optimizer } = this.#options;
    const { samplesPerSecond } = this.#speed;
    const ofEpoch = this.#plan.dropLast ? this.#batches * this.#plan.batchSize : this.#plan.samples;
    const epochsLeft = epochs - this.#epoch;
    const samplesLeft = epochsLeft * ofEpoch - this.#meter.state.samples;
    const stepSeconds = samplesPerSecond > 0 ? samplesLeft / samplesPerSecond : 0;
    return {
      epoch: this.#epoch + 1,
      epochs,
      batch: this.#batch,
      batches: this.#batches,
      ...this.#meter.means,
      ofBatch: meansOf(outcome),
      learningRate: optimizer.learningRate,
      samplesPerSecond,
      secondsLeft: stepSeconds + epochsLeft * this.#validationSeconds,
    };
  }

  /** Calls back with a report that can make a checkpoint until the callback is done. */
  async #tell<R>(callback: (report: R & { checkpoint(): Uint8Array<ArrayBuffer> }) => unknown, report: R) {
    const moment = this.#moment;
    await callback({ ...report, checkpoint: () => this.#checkpoint(moment) });
    this.#moment++;
  }

  #checkpoint(moment: number): Uint8Array<ArrayBuffer> {
    if (moment !== this.#moment)
      throw new StateError('checkpoint: training has gone on since this report; call it before the callback ends.');
    const position = {
      epoch: this.#epoch,
      batch: this.#batch,
      steps: this.#steps,
      meter: this.#meter.state,
      history: this.#history,
    };
    return encodeCheckpoint(this.#net, this.#options.optimizer, this.#plan, position, this.#earlyStop);
  }
}
