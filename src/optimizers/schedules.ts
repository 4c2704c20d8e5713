import { ArgumentError } from '../errors.ts';

/**
 * A learning rate for each step or epoch, counted from 0; a fraction of an epoch is fine. It keeps nothing:
 * `optimizer.learningRate = schedule(optimizer.steps)` before each step, also when training goes on from a checkpoint.
 */
export type Schedule = (step: number) => number;

/**
 * Multiplies the learning rate by `factor` (default 0.1) each `every` steps, as torch's StepLR:
 *
 *     learningRate * factor^floor(step / every)
 *
 * @throws ArgumentError; the schedule throws it for a step that is no number of at least 0
 */
export function stepDecay(options: { learningRate: number; every: number; factor?: number }): Schedule {
  const { learningRate, every, factor = 0.1 } = options;
  checkPositive({ learningRate, every, factor });
  return step => learningRate * factor ** Math.floor(checkStep(step) / every);
}

/**
 * Falls from `learningRate` at step 0 to `minimum` (default 0) at step `steps` along half a cosine wave, and stays there (Loshchilov
 * and Hutter, "SGDR", 2017, without restarts; torch's CosineAnnealingLR):
 *
 *     minimum + (learningRate - minimum) * (1 + cos(pi * step / steps)) / 2
 *
 * @throws ArgumentError; the schedule throws it for a step that is no number of at least 0
 */
export function cosine(options: { learningRate: number; steps: number; minimum?: number }): Schedule {
  const { learningRate, steps, minimum = 0 } = options;
  checkPositive({ learningRate, steps });
  if (!(minimum >= 0 && minimum <= learningRate))
    throw new ArgumentError('minimum', minimum, `a number from 0 to learningRate, ${learningRate}`);
  return step => {
    const part = Math.min(1, checkStep(step) / steps);
    return minimum + ((learningRate - minimum) * (1 + Math.cos(Math.PI * part))) / 2;
  };
}

/**
 * Rises in equal parts to where `then` begins, over `steps` steps, and goes on with it (Goyal et al., "Accurate, Large Minibatch
 * SGD", 2017):
 *
 *     step < steps: then(0) * (step + 1) / (steps + 1);    else then(step - steps)
 *
 * @throws ArgumentError; the schedule throws it for a step that is no number of at least 0
 */
export function warmUp(then: Schedule, options: { steps: number }): Schedule {
  if (typeof then !== 'function') throw new ArgumentError('then', then, 'a schedule, such as cosine()');
  const { steps } = options;
  checkPositive({ steps });
  return step => (checkStep(step) < steps ? (then(0) * (step + 1)) / (steps + 1) : then(step - steps));
}

function checkStep(step: number): number {
  if (!(Number.isFinite(step) && step >= 0)) throw new ArgumentError('step', step, 'a finite number of at least 0');
  return step;
}

function checkPositive(values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (!(Number.isFinite(value) && value > 0)) throw new ArgumentError(name, value, 'a finite number above 0');
  }
}
