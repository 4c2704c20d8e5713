import { FilterCache } from '../ops/conv2d/filterCache.ts';
import { linear, linearBiasGrad, linearInputGrad, linearWeightGrad } from '../ops/linear.ts';
import { checkDType, type DType } from '../tensor/dtype.ts';
import { checkSameShape } from '../tensor/shape.ts';
import { checkTensor, type Tensor } from '../tensor/tensor.ts';
import { fanInUniform, type Initializer } from './initializers.ts';
import { checkInput, kept, Layer } from './layer.ts';
import { checkCount, checkReduction, GradientBuffers, type GradReduction, parameter } from './parameters.ts';
import type { Following, Stage } from './stage.ts';

export interface LinearOptions {
  inFeatures: number;
  outFeatures: number;
  /** Default true. */
  bias?: boolean;
  /** First values of the weights. Default U(-a, a), a = 1 / sqrt(inFeatures), as PyTorch's. */
  initializer?: Initializer;
  /** First values of the bias. Default as PyTorch's where `initializer` is left out too, else zeros. */
  biasInitializer?: Initializer;
  /** Whether gradients of the parameters are means or sums over the batch. Default 'mean'. */
  gradReduction?: GradReduction;
  /** Default 'float32'. */
  dtype?: DType;
}

/**
 * Fully connected: y = x W^T + b, with x [batch, in], W [out, in], b [out].
 *
 * grads.W = dy^T x / batch, grads.b = sum of dy / batch; dx = dy W is not divided.
 */
export class Linear extends Layer {
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly dtype: DType;
  readonly gradReduction: GradReduction;
  readonly #buffers = new GradientBuffers();
  readonly #cache = new FilterCache();
  #input: Tensor | null = null;

  /** @throws ArgumentError, NotInitializedError, OutOfMemoryError, ThreadError */
  constructor(options: LinearOptions) {
    super();
    const { dtype = 'float32', initializer } = options;
    this.inFeatures = checkCount('inFeatures', options.inFeatures);
    this.outFeatures = checkCount('outFeatures', options.outFeatures);
    checkDType('dtype', dtype);
    this.dtype = dtype;
    this.gradReduction = checkReduction(options.gradReduction ?? 'mean');
    const fans = { in: this.inFeatures, out: this.outFeatures };
    const shape = [this.outFeatures, this.inFeatures];
    this.params.W = parameter(shape, dtype, initializer ?? fanInUniform(), fans);
    this.grads.W = null;
    if (options.bias !== false) {
      const first = options.biasInitializer ?? (initializer ? zeroes : fanInUniform());
      this.params.b = parameter([this.outFeatures], dtype, first, fans);
      this.grads.b = null;
    }
  }

  /** @param x [batch, in]; it is kept for backward @returns [batch, out] */
  override forward(x: Tensor): Tensor {
    const y = this.#forward(x, {});
    this.#input = this.training ? x : null;
    return y;
  }

  /** @internal */
  override get stage(): Stage {
    return {
      run: (x, following) => this.#forward(x, following),
      takesActivation: true,
      forget: () => {
        this.#input = null;
      },
      train: (x, activation) => {
        const y = this.#forward(x, { activation });
        this.#input = x;
        return y;
      },
    };
  }

  /** @param dy [batch, out] @returns dx, [batch, in] */
  override backward(dy: Tensor): Tensor {
    kept(this, this.#input);
    const dx = linearInputGrad(dy, this.params.W as Tensor);
    this.backwardParams(dy);
    return dx;
  }

  /** @param dy [batch, out] */
  override backwardParams(dy: Tensor): void {
    const x = kept(this, this.#input);
    checkTensor('dy', dy);
    checkSameShape('dy', dy.shape, [x.shape[0] as number, this.outFeatures]);
    const W = this.params.W as Tensor;
    const b = this.params.b;
    const scale = this.gradReduction === 'mean' ? 1 / (x.shape[0] as number) : 1;
    this.grads.W = linearWeightGrad(x, dy, { scale, out: this.#buffers.get('W', W) });
    if (b) this.grads.b = linearBiasGrad(dy, { scale, out: this.#buffers.get('b', b) });
  }

  override train(): this {
    this.#cache.clear();
    return super.train();
  }

  override dispose(): void {
    this.#cache.clear();
    this.#buffers.dispose();
    this.#input = null;
    super.dispose();
  }

  #forward(x: Tensor, { activation }: Following): Tensor {
    checkInput(x, this.dtype);
    const cache = this.training ? undefined : this.#cache;
    return linear(x, this.params.W as Tensor, this.params.b, { activation, cache });
  }
}

function zeroes(size: number): Float64Array {
  return new Float64Array(size);
}
