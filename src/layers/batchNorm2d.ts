import { ShapeError } from '../errors.ts';
import {
  batchNorm2d,
  batchNorm2dGrad,
  batchNorm2dStatistics,
  type ChannelStatistics,
  checkEps,
  checkShare,
} from '../ops/batchNorm2d.ts';
import type { Activation } from '../ops/conv2d/forward.ts';
import type { ActivationOutput } from '../ops/through.ts';
import { zeros } from '../tensor/create.ts';
import { checkDType, type DType } from '../tensor/dtype.ts';
import { scope, unscoped, untrack } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { checkInput, kept, Layer } from './layer.ts';
import { checkCount, checkReduction, GradientBuffers, type GradReduction } from './parameters.ts';
import type { Following, Stage } from './stage.ts';

export interface BatchNorm2DOptions {
  channels: number;
  /** Added to the variance. Default 1e-5. */
  eps?: number;
  /** The share of each batch in the running statistics, from 0 to 1. Default 0.1. */
  momentum?: number;
  /** Whether there are a weight (ones at first) and a bias (zeros at first). Default true. */
  affine?: boolean;
  /** Whether gradients of the parameters are means or sums over the batch. Default 'mean'. */
  gradReduction?: GradReduction;
  /** Default 'float32'. */
  dtype?: DType;
}

/**
 * Batch normalisation as PyTorch's BatchNorm2d (Ioffe and Szegedy, 2015), of [batch, channels, height, width]:
 *
 *     y = (x - mean) / sqrt(variance + eps) * weight + bias
 *
 * In training mean and (biased) variance are those of the batch, and `buffers.runningMean` and `buffers.runningVar` follow them: running =
 * (1 - momentum) * running + momentum * new, with the unbiased variance. In `eval()` the running ones are taken. The gradient of the
 * input goes through the statistics, too.
 */
export class BatchNorm2D extends Layer {
  readonly channels: number;
  readonly eps: number;
  readonly momentum: number;
  readonly dtype: DType;
  readonly gradReduction: GradReduction;
  /** Another object since each `train()`, for those who have folded the layer into filters. @internal */
  frozen: object = {};
  readonly #gradients = new GradientBuffers();
  #input: Tensor | null = null;
  #statistics: ChannelStatistics | null = null;

  /** @throws ArgumentError, NotInitializedError, OutOfMemoryError */
  constructor(options: BatchNorm2DOptions) {
    super();
    const { dtype = 'float32' } = options;
    this.channels = checkCount('channels', options.channels);
    this.eps = checkEps(options.eps);
    this.momentum = checkShare('momentum', options.momentum ?? 0.1);
    checkDType('dtype', dtype);
    this.dtype = dtype;
    this.gradReduction = checkReduction(options.gradReduction ?? 'mean');
    const filled = (value: number) =>
      unscoped(() => {
        const made = zeros([this.channels], dtype);
        made.data.fill(value);
        return made;
      });
    if (options.affine !== false) {
      this.params.weight = filled(1);
      this.params.bias = filled(0);
      this.grads.weight = null;
      this.grads.bias = null;
    }
    this.buffers.runningMean = filled(0);
    this.buffers.runningVar = filled(1);
  }

  /** What `eval()` takes for the mean, [channels]; the same tensor as `buffers.runningMean`. */
  get runningMean(): Tensor {
    return this.buffers.runningMean as Tensor;
  }

  /** What `eval()` takes for the variance, [channels]; the same tensor as `buffers.runningVar`. */
  get runningVar(): Tensor {
    return this.buffers.runningVar as Tensor;
  }

  /**
   * @param x [batch, channels, height, width]; it is kept for backward
   * @throws ShapeError in training, too, if a channel has but one value
   */
  override forward(x: Tensor): Tensor {
    if (!this.training) {
      const y = this.#infer(x, {}, undefined);
      this.#keep(null, null);
      return y;
    }
    return this.#train(x, undefined);
  }

  /** @param dy of the shape of forward's x @returns dx, of the same */
  override backward(dy: Tensor): Tensor {
    return this.#backward(dy, undefined);
  }

  /** @internal */
  override get stage(): Stage {
    return {
      run: (x, following, out) => this.#infer(x, following, out),
      norm: this,
      takesActivation: true,
      inPlace: true,
      forget: () => this.#keep(null, null),
      train: (x, activation) => this.#train(x, activation),
      backwardFrom: (dy, activation) => this.#backward(dy, activation),
    };
  }

  override train(): this {
    this.frozen = {};
    return super.train();
  }

  override dispose(): void {
    this.#keep(null, null);
    this.#gradients.dispose();
    super.dispose();
  }

  #check(x: Tensor): void {
    checkInput(x, this.dtype);
    if (x.shape.length !== 4 || x.shape[1] !== this.channels)
      throw new ShapeError('x', x.shape, `[batch, ${this.channels}, height, width]`);
  }

  #train(x: Tensor, activation: Activation | undefined): Tensor {
    this.#check(x);
    const { weight = null, bias = null } = this.params;
    const { eps, momentum } = this;
    const running = { mean: this.runningMean, variance: this.runningVar };
    return scope(() => {
      const statistics = batchNorm2dStatistics(x, { running: { ...running, momentum } });
      const y = batchNorm2d(x, statistics, weight, bias, { eps, activation });
      // They are needed until backward, whatever scope this is in.
      untrack(statistics.mean);
      untrack(statistics.variance);
      this.#keep(x, statistics);
      return y;
    });
  }

  #backward(dy: Tensor, through: ActivationOutput | undefined): Tensor {
    const x = kept(this, this.#input);
    const statistics = kept(this, this.#statistics);
    const { weight, bias } = this.params;
    const { eps } = this;
    if (!weight || !bias) {
      return scope(() => batchNorm2dGrad(dy, x, statistics, null, { eps, through }).dx);
    }
    const scale = this.gradReduction === 'mean' ? 1 / (x.shape[0] as number) : 1;
    const targets = { weightGrad: this.#gradients.get('weight', weight), biasGrad: this.#gradients.get('bias', bias) };
    const { dx } = batchNorm2dGrad(dy, x, statistics, weight, { eps, scale, through, ...targets });
    this.grads.weight = targets.weightGrad;
    this.grads.bias = targets.biasGrad;
    return dx;
  }

  #infer(x: Tensor, { activation }: Following, out: Tensor | undefined): Tensor {
    this.#check(x);
    const { weight = null, bias = null } = this.params;
    const running = { mean: this.runningMean, variance: this.runningVar };
    return batchNorm2d(x, running, weight, bias, { eps: this.eps, activation, out });
  }

  #keep(input: Tensor | null, statistics: ChannelStatistics | null): void {
    for (const old of [this.#statistics?.mean, this.#statistics?.variance]) if (old && !old.disposed) old.dispose();
    this.#input = input;
    this.#statistics = statistics;
  }
}
