import { batches } from '../data/batches.ts';
import type { Batch, Dataset } from '../data/dataset.ts';
import type { Layer } from '../layers/layer.ts';
import { rememberModes } from '../layers/modes.ts';
import { Pause } from './pause.ts';

/** How far `evaluate` or `predict` is. */
export interface BatchProgress {
  /** Batches done, and those there are. */
  readonly batch: number;
  readonly batches: number;
  /** Samples done. */
  readonly samples: number;
}

export interface BatchLoop {
  readonly batchSize: number;
  readonly signal?: AbortSignal | undefined;
  readonly onBatch?: ((progress: BatchProgress) => unknown) | undefined;
}

/**
 * Hands all samples to `use`, in order and batch by batch, with the network in eval mode; afterwards each layer is in the mode that it
 * was in.
 *
 * @param use is told how many samples came before
 * @returns the seconds without those of onBatch; null where the signal stopped it
 */
export async function eachBatch(
  net: Layer,
  data: Dataset,
  { batchSize, signal, onBatch }: BatchLoop,
  use: (batch: Batch, before: number) => void,
): Promise<number | null> {
  const pause = new Pause();
  const restore = rememberModes(net);
  let [batch, samples, seconds] = [0, 0, 0];
  try {
    await pause.ifDue();
    if (signal?.aborted) return null;
    let began = performance.now();
    for await (const loaded of batches(data, { batchSize })) {
      if (signal?.aborted) return null;
      // Callbacks may have changed it.
      net.eval();
      use(loaded, samples);
      batch++;
      samples += loaded.count;
      seconds += (performance.now() - began) / 1000;
      if (onBatch) await onBatch({ batch, batches: Math.ceil(data.length / batchSize), samples });
      await pause.ifDue();
      if (signal?.aborted && samples < data.length) return null;
      began = performance.now();
    }
    return seconds;
  } finally {
    restore();
  }
}
