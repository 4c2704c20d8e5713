import { checkDataset, checkWhole } from '../data/checks.ts';
import type { Dataset } from '../data/dataset.ts';
import { ArgumentError } from '../errors.ts';
import { Layer } from '../layers/layer.ts';
import type { Loss } from '../losses/loss.ts';
import { checkShape } from '../tensor/shape.ts';

// Arguments that fit, evaluate and predict have in common. All throw ArgumentError.

export function checkNet(net: unknown): asserts net is Layer {
  if (!(net instanceof Layer)) throw new ArgumentError('net', net, 'a Layer');
}

/** A dataset of one sample or more. @throws ShapeError, too */
export function checkSamples(argument: string, data: unknown): asserts data is Dataset {
  checkDataset(argument, data);
  checkWhole(`${argument}.length`, data.length, 1);
  checkShape(`${argument}.inputShape`, data.inputShape);
  if (data.targetShape !== null) checkShape(`${argument}.targetShape`, data.targetShape);
}

/** A loss that takes the targets of `data`. */
export function checkLoss(loss: Loss, data: Dataset, argument: string): void {
  if (typeof loss !== 'object' || loss === null || typeof loss.forward !== 'function')
    throw new ArgumentError('loss', loss, 'a Loss, such as new SoftmaxCrossEntropy()');
  const has = data.targetShape === null ? 'class ids' : 'tensor';
  if (loss.targets !== undefined && loss.targets !== has) {
    const told = has === 'tensor' ? 'values' : 'class ids';
    throw new ArgumentError('loss', loss, `a loss whose targets are ${told}, as those of ${argument} are`);
  }
}

/** A function or nothing. */
export function checkCallbacks(callbacks: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(callbacks))
    if (value !== undefined && typeof value !== 'function') throw new ArgumentError(name, value, 'a function');
}

export function checkSignal(signal: AbortSignal | undefined): void {
  if (signal !== undefined && typeof signal?.aborted !== 'boolean')
    throw new ArgumentError('signal', signal, 'an AbortSignal');
}
