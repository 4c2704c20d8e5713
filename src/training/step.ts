import type { Batch, Dataset } from '../data/dataset.ts';
import { DivergedError } from '../errors.ts';
import type { Layer } from '../layers/layer.ts';
import { clipGradNorm } from '../optimizers/clipGradNorm.ts';
import { scope } from '../tensor/scope.ts';
import { inputsOf, outcomeOf } from './feed.ts';
import type { Outcome } from './meter.ts';
import type { FitOptions } from './options.ts';

/**
 * Forward, backward and a step of the optimizer. What it makes in between is given back.
 *
 * @param at where this is, for the error
 * @throws DivergedError, before the optimizer's step; what layers, loss and optimizer throw
 */
export function step(
  net: Layer,
  data: Dataset,
  batch: Batch,
  { loss, optimizer, clipNorm }: FitOptions,
  at: { epoch: number; batch: number },
): Outcome {
  const diverged = (what: string, value: number) =>
    new DivergedError(what, value, { ...at, learningRate: optimizer.learningRate });
  return scope(() => {
    const outcome = outcomeOf(net.forward(inputsOf(batch, data, net)), batch, data, loss);
    if (!Number.isFinite(outcome.loss)) throw diverged('The loss', outcome.loss);
    net.backwardParams(loss.backward());
    if (clipNorm !== undefined) {
      const norm = clipGradNorm(net, clipNorm);
      if (!Number.isFinite(norm)) throw diverged("The gradients' norm", norm);
    }
    optimizer.step();
    return outcome;
  });
}
