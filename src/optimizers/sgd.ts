import { ArgumentError } from '../errors.ts';
import type { Layer } from '../layers/layer.ts';
import { sgdStep } from '../ops/sgdStep.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { checkWeightDecay, Optimizer } from './optimizer.ts';

export interface SGDOptions {
  /** Above 0. */
  learningRate: number;
  /** From 0 (plain descent) to below 1. Default 0. */
  momentum?: number;
  /** How much less of each gradient after the first goes into the velocity, from 0 to 1. Default 0. */
  dampening?: number;
  /** Nesterov's momentum; needs a momentum above 0 and no dampening. Default false. */
  nesterov?: boolean;
  /** At least 0: goes into the gradient as weightDecay * param, of biases too. Default 0. */
  weightDecay?: number;
}

/**
 * Stochastic gradient descent with momentum, in the form of torch.optim.SGD:
 *
 *     g = grad + weightDecay * param
 *     v = momentum * v + (1 - dampening) * g, at first v = g
 *     param = param - learningRate * (nesterov ? g + momentum * v : v)
 *
 * Its state has a 'velocity' for each parameter, none where momentum is 0.
 */
export class SGD extends Optimizer {
  readonly momentum: number;
  readonly dampening: number;
  readonly nesterov: boolean;
  readonly weightDecay: number;

  /** @throws ArgumentError */
  constructor(net: Layer, options: SGDOptions) {
    const { momentum = 0, dampening = 0, nesterov = false, weightDecay = 0 } = options;
    if (!(momentum >= 0 && momentum < 1)) throw new ArgumentError('momentum', momentum, 'a number from 0 to below 1');
    if (!(dampening >= 0 && dampening <= 1)) throw new ArgumentError('dampening', dampening, 'a number from 0 to 1');
    if (typeof nesterov !== 'boolean') throw new ArgumentError('nesterov', nesterov, 'true or false');
    if (nesterov && (momentum === 0 || dampening !== 0))
      throw new ArgumentError('nesterov', nesterov, 'false, unless momentum is above 0 and dampening is 0');
    checkWeightDecay(weightDecay);
    super(net, options.learningRate, momentum === 0 ? [] : ['velocity']);
    this.momentum = momentum;
    this.dampening = dampening;
    this.nesterov = nesterov;
    this.weightDecay = weightDecay;
  }

  override get kind(): string {
    return 'SGD';
  }

  protected override update(
    parameter: Tensor,
    gradient: Tensor,
    [velocity = null]: readonly (Tensor | null)[],
    step: number,
  ): void {
    const { learningRate, momentum, nesterov, weightDecay } = this;
    const dampening = step === 1 ? 0 : this.dampening;
    sgdStep(parameter, gradient, velocity, { learningRate, momentum, dampening, nesterov, weightDecay });
  }
}
