import { ArgumentError, StateError } from '../errors.ts';
import { Layer } from '../layers/layer.ts';
import { scale } from '../ops/scale.ts';
import { sumOfSquares } from '../ops/sumOfSquares.ts';
import { namedParameters } from './parameters.ts';

/**
 * Scales the gradients down so that their norm, taken over all of them as one vector, is at most `maxNorm`: as
 * torch.nn.utils.clip_grad_norm_, called between `backward` and the optimizer's `step`.
 *
 *     norm = sqrt(sum of all g^2);    g = g * min(1, maxNorm / (norm + 1e-6))
 *
 * It reads and scales the gradients that an optimizer would step by: not those of layers with `optimizable` = false. The norm is
 * formed in float64 and has the same bits on any number of threads. As with torch's defaults nothing is thrown where it is not finite:
 * a NaN in a gradient makes all of them NaN, and an infinity makes them 0, and itself NaN.
 *
 * @param maxNorm above 0; infinity to measure alone, which changes no finite gradient
 * @returns the norm before clipping
 * @throws ArgumentError; StateError if there are parameters, and none has a gradient; ThreadError
 */
export function clipGradNorm(net: Layer, maxNorm: number): number {
  if (!(net instanceof Layer)) throw new ArgumentError('net', net, 'a Layer');
  if (!(typeof maxNorm === 'number' && maxNorm > 0)) throw new ArgumentError('maxNorm', maxNorm, 'a number above 0');
  const open = [...namedParameters(net)].filter(({ optimizable }) => optimizable);
  const gradients = open.flatMap(({ gradient }) => gradient ?? []);
  if (open.length > 0 && gradients.length === 0)
    throw new StateError('clipGradNorm: no parameter has a gradient; call backward first.');
  const norm = Math.sqrt(gradients.reduce((sum, gradient) => sum + sumOfSquares(gradient), 0));
  // Math.min hands NaN on.
  const factor = Math.min(1, maxNorm / (norm + 1e-6));
  if (factor !== 1) for (const gradient of gradients) scale(gradient, factor);
  return norm;
}
