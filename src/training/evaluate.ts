import { checkWhole } from '../data/checks.ts';
import type { Dataset } from '../data/dataset.ts';
import { ArgumentError } from '../errors.ts';
import type { Layer } from '../layers/layer.ts';
import type { Loss } from '../losses/loss.ts';
import { scope } from '../tensor/scope.ts';
import { checkCallbacks, checkLoss, checkNet, checkSamples, checkSignal } from './check.ts';
import { type BatchLoop, type BatchProgress, eachBatch } from './eachBatch.ts';
import { inputsOf, outcomeOf } from './feed.ts';
import { type Means, Meter } from './meter.ts';

export interface EvaluateOptions {
  /** Samples in a batch; the last one has what is left. Default 64. */
  batchSize?: number | undefined;
  /** May be left out where targets are class ids: then there is an accuracy alone. */
  loss?: Loss | undefined;
  /** Stops it between two batches, which then throws the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Called after each batch, and waited for. */
  onBatch?: ((progress: BatchProgress) => unknown) | undefined;
}

export interface Evaluation {
  /** Mean over all samples, where a loss was given. */
  readonly loss?: number;
  /** Share of samples whose most likely class is theirs, where targets are class ids and outputs [batch, classes]. */
  readonly accuracy?: number;
  readonly samples: number;
  /** Time taken, callbacks left out. */
  readonly seconds: number;
}

/**
 * Loss and accuracy of a network on all samples of `data`, in `eval()` mode. Afterwards each layer is in the mode that it was in, also
 * when something throws.
 *
 * @throws (rejects with) ArgumentError, ShapeError; what `data`, `loss`, `onBatch` or a layer throws; the signal's reason
 */
export function evaluate(
  net: Layer,
  data: Dataset,
  options: EvaluateOptions & { loss: Loss },
): Promise<Evaluation & { readonly loss: number }>;
export function evaluate(net: Layer, data: Dataset, options?: EvaluateOptions): Promise<Evaluation>;
export async function evaluate(net: Layer, data: Dataset, options: EvaluateOptions = {}): Promise<Evaluation> {
  const { loss, batchSize = 64, signal, onBatch } = options;
  checkNet(net);
  checkSamples('data', data);
  if (loss !== undefined) checkLoss(loss, data, 'data');
  else if (data.targetShape !== null) throw new ArgumentError('loss', loss, 'a Loss, since targets are no class ids');
  checkWhole('batchSize', batchSize, 1);
  checkSignal(signal);
  checkCallbacks({ onBatch });
  const measured = await measure(net, data, { batchSize, loss: loss ?? null, signal, onBatch });
  if (!measured) throw signal?.reason;
  const { means, samples, seconds } = measured;
  const { loss: mean, ...accuracy } = means;
  return { ...(loss ? { loss: mean } : {}), ...accuracy, samples, seconds };
}

export interface Measured {
  /** The loss is 0 without one. */
  readonly means: Means;
  readonly samples: number;
  readonly seconds: number;
}

/** What `evaluate` and the validation of `fit` share; null where the signal stopped it. */
export async function measure(
  net: Layer,
  data: Dataset,
  { loss, ...options }: BatchLoop & { loss: Loss | null },
): Promise<Measured | null> {
  const meter = new Meter();
  const seconds = await eachBatch(net, data, options, batch => {
    meter.add(scope(() => outcomeOf(net.forward(inputsOf(batch, data, net)), batch, data, loss)));
  });
  return seconds === null ? null : { means: meter.means, samples: data.length, seconds };
}
