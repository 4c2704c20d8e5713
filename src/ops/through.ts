import { ArgumentError } from '../errors.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type Activation, limitsOf } from './conv2d/forward.ts';
import type { Clamp } from './conv2d/product.ts';

/**
 * An activation that a gradient goes through: it is 0 unless 0 < output (and output < 6 for relu6), so also where the output is NaN,
 * as that of relu. `out` must not share memory with the output.
 */
export interface ActivationOutput {
  readonly activation: Activation;
  /** What the activation gave. */
  readonly output: Tensor;
}

/**
 * @param what names the tensor that `output` has to be
 * @throws ArgumentError unless both are there and the activation is one; the output is checked with the other operands
 */
export function checkThrough(through: ActivationOutput | undefined, what: string): ActivationOutput | undefined {
  if (through === undefined) return undefined;
  if (typeof through !== 'object' || through === null || !through.activation || !through.output) {
    throw new ArgumentError('through', through, `{ activation: 'relu' or 'relu6', output: ${what} }`);
  }
  limitsOf(through.activation, 'through.activation');
  return through;
}

/** Limits of the outputs that a gradient goes through, exclusive; NaN: none. */
export interface OutputMask extends Clamp {
  readonly output: Tensor;
}

/** The mask of a checked `through`. */
export function maskOf({ activation, output }: ActivationOutput): OutputMask {
  const { lower, upper } = limitsOf(activation) as Clamp;
  // relu's upper limit is infinity, which is an output like any other.
  return { lower, upper: upper === Number.POSITIVE_INFINITY ? Number.NaN : upper, output };
}
