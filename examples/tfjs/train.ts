import type { Samples } from './data.ts';
import type * as tf from './tf.ts';

/** How a training gets on. */
export interface Progress {
  /** Epochs done, the one at hand in part: 1.5 is the middle of the second. */
  readonly epochs: number;
  /** Of the last batch, or of the epoch that has ended. */
  readonly loss: number;
  readonly accuracy: number;
  /** Since the epoch began. */
  readonly imagesPerSecond: number;
}

export interface TrainOptions {
  readonly epochs: number;
  readonly batchSize: number;
  /** Ends the training after the batch at hand. */
  readonly signal: AbortSignal;
  readonly onBatch?: (progress: Progress) => void;
  readonly onEpoch?: (progress: Progress) => void | Promise<void>;
}

/** Trains a model by `model.fit`, with nothing in it that depends on the backend. */
export async function train(
  model: tf.Sequential,
  { images, labels }: Samples,
  { epochs, batchSize, signal, onBatch, onEpoch }: TrainOptions,
): Promise<void> {
  const [count] = images.shape;
  let epoch = 0;
  let began = 0;
  const progress = (done: number, { loss = Number.NaN, acc = Number.NaN }: tf.Logs = {}): Progress => ({
    epochs: epoch + done / count,
    loss,
    accuracy: acc,
    imagesPerSecond: (1000 * done) / (performance.now() - began),
  });
  if (signal.aborted) return;
  await model.fit(images, labels, {
    epochs,
    batchSize,
    verbose: 0,
    callbacks: {
      onEpochBegin: index => {
        epoch = index;
        began = performance.now();
      },
      onBatchEnd: (batch, logs) => {
        if (signal.aborted) model.stopTraining = true;
        onBatch?.(progress(Math.min((batch + 1) * batchSize, count), logs));
      },
      onEpochEnd: async (_, logs) => {
        if (!signal.aborted) await onEpoch?.(progress(count, logs));
      },
    },
  });
}
