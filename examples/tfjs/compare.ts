import { useBackend } from './backend.ts';
import type { Samples } from './data.ts';
import { createModel } from './model.ts';
import { BACKENDS, type Backend } from './options.ts';
import * as tf from './tf.ts';

export interface Steps {
  readonly backend: Backend;
  /** The loss before each step. */
  readonly losses: readonly number[];
  /** The median. */
  readonly milliseconds: number;
}

/** Trains for the same `steps` on each backend, from the same weights on, all with the one batch that it is given. */
export async function compareBackends(
  trained: tf.Sequential,
  batch: Samples,
  { steps, threads, signal }: { steps: number; threads: number | 'auto'; signal: AbortSignal },
): Promise<Steps[]> {
  const results: Steps[] = [];
  for (const backend of BACKENDS) {
    await useBackend(backend, { threads });
    const model = createModel();
    // Tensors move from backend to backend by themselves.
    model.setWeights(trained.getWeights());
    const losses: number[] = [];
    const times: number[] = [];
    while (losses.length < steps && !signal.aborted) {
      const began = performance.now();
      const [loss = Number.NaN] = (await model.trainOnBatch(batch.images, batch.labels)) as number[];
      times.push(performance.now() - began);
      losses.push(loss);
      // For Ctrl-C to be heard.
      await tf.nextFrame();
    }
    model.dispose();
    times.sort((a, b) => a - b);
    results.push({ backend, losses, milliseconds: times[Math.floor(times.length / 2)] ?? Number.NaN });
  }
  return results;
}

/** How far the losses of the same step are apart at most. */
export function largestDifference(compared: readonly Steps[]): number {
  const [first, ...others] = compared.map(({ losses }) => losses);
  const apart = others.flatMap(losses => losses.map((loss, step) => Math.abs(loss - (first?.[step] ?? Number.NaN))));
  return Math.max(...apart);
}
