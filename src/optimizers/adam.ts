import type { Layer } from '../layers/layer.ts';
import { adamStep, checkBetas, checkEps } from '../ops/adamStep.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { checkWeightDecay, Optimizer } from './optimizer.ts';

export interface AdamOptions {
  /** Above 0. Default 0.001. */
  learningRate?: number;
  /** How much of the first and second moment each step keeps, from 0 to below 1. Default [0.9, 0.999]. */
  betas?: readonly [number, number];
  /** Added to the denominator, at least 0. Default 1e-8. */
  eps?: number;
  /** At least 0. Default 0 in Adam, 0.01 in AdamW. */
  weightDecay?: number;
}

/**
 * Adam (Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015), in the form of torch.optim.Adam, t counting the steps of
 * the parameter from 1:
 *
 *     g = grad + weightDecay * param
 *     m = beta1 * m + (1 - beta1) * g;    v = beta2 * v + (1 - beta2) * g^2
 *     param = param - learningRate * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps)
 *
 * Its state has a 'firstMoment' and a 'secondMoment' for each parameter.
 */
export class Adam extends Optimizer {
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly weightDecay: number;
  /** Whether the decay shrinks the parameter itself. */
  protected readonly decoupled: boolean = false;

  /** @throws ArgumentError */
  constructor(net: Layer, options: AdamOptions = {}) {
    super(net, options.learningRate ?? 0.001, ['firstMoment', 'secondMoment']);
    this.betas = checkBetas(options.betas ?? [0.9, 0.999]);
    this.eps = checkEps(options.eps ?? 1e-8);
    this.weightDecay = checkWeightDecay(options.weightDecay ?? 0);
  }

  override get kind(): string {
    return 'Adam';
  }

  protected override update(p: Tensor, gradient: Tensor, moments: readonly Tensor[], step: number): void {
    const { learningRate, betas, eps, weightDecay, decoupled } = this;
    const [m, v] = moments as [Tensor, Tensor];
    adamStep(p, gradient, m, v, { learningRate, step, betas, eps, weightDecay, decoupled });
  }
}

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019), in the form of
 * torch.optim.AdamW: as Adam without decay, after param = param * (1 - learningRate * weightDecay).
 */
export class AdamW extends Adam {
  protected override readonly decoupled = true;

  /** @throws ArgumentError */
  constructor(net: Layer, options: AdamOptions = {}) {
    super(net, { ...options, weightDecay: options.weightDecay ?? 0.01 });
  }

  override get kind(): string {
    return 'AdamW';
  }
}
