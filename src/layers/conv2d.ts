import { ArgumentError, ShapeError } from '../errors.ts';
import { addScaled } from '../ops/addScaled.ts';
import { type Algorithm, checkAlgorithm } from '../ops/conv2d/algorithm.ts';
import { conv2dBiasGrad } from '../ops/conv2d/biasGrad.ts';
import { conv2dFilterGrad } from '../ops/conv2d/filterGrad.ts';
import { type Activation, conv2d } from '../ops/conv2d/forward.ts';
import { type Conv2DOptions as ConvOptions, checkGroups } from '../ops/conv2d/geometry.ts';
import { conv2dInputGrad } from '../ops/conv2d/inputGrad.ts';
import { checkPadding, type Padding, type Pair } from '../ops/window.ts';
import { zeros } from '../tensor/create.ts';
import { checkDType, type DType } from '../tensor/dtype.ts';
import { unscoped } from '../tensor/scope.ts';
import { pair, type Shape4 } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type Initializer, normal } from './initializers.ts';
import { checkInput, kept, Layer } from './layer.ts';
import {
  adoptParameter,
  checkCount,
  checkReduction,
  GradientBuffers,
  type GradReduction,
  parameter,
} from './parameters.ts';
import { PreparedFilters } from './preparedFilters.ts';
import type { Following, Stage } from './stage.ts';

export interface Conv2DLayerOptions {
  inChannels: number;
  outChannels: number;
  /** A number or [height, width]. */
  kernelSize: Pair;
  /** Default 1. */
  stride?: Pair;
  /** A number, [height, width], [top, left, bottom, right], 'same' or 'valid'. Default 0. */
  padding?: Padding;
  /** Default 1. */
  dilation?: Pair;
  /** Default 1; inChannels for a depthwise convolution. */
  groups?: number;
  /** Whether there is a bias, zero at first. Default true. */
  bias?: boolean;
  /** First values of the filters. Default normal(), N(0, 1). */
  initializer?: Initializer;
  /** Whether 2 * weightDecayLambda * W is added to the filters' gradient. Default false. */
  weightDecay?: boolean;
  /** Default 1e-8. */
  weightDecayLambda?: number;
  /** Whether gradients of the parameters are means or sums over the batch. Default 'mean'. */
  gradReduction?: GradReduction;
  /** Default 'float32'. */
  dtype?: DType;
  /** How the convolution and its gradients are computed. Default 'auto'. */
  algorithm?: Algorithm;
}

/**
 * 2D convolution with trainable filters.
 *
 *     y = conv2d(x, W) + b                     x [batch, in, height, width], W [out, in / groups, kernel height, kernel width], b [out]
 *     grads.W = (dW + 2 * weightDecayLambda * W [if weightDecay]) / batch,    grads.b = db / batch,    dx is not divided
 */
export class Conv2D extends Layer {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: readonly [number, number];
  readonly stride: Pair;
  readonly padding: Padding;
  readonly dilation: Pair;
  readonly groups: number;
  readonly dtype: DType;
  readonly gradReduction: GradReduction;
  weightDecay: boolean;
  weightDecayLambda: number;
  readonly #options: ConvOptions;
  readonly #inputGradOptions: ConvOptions;
  readonly #filterShape: Shape4;
  readonly #buffers = new GradientBuffers();
  #input: Tensor | null = null;
  readonly #prepared = new PreparedFilters();

  /** @throws ArgumentError, NotInitializedError, OutOfMemoryError, ThreadError */
  constructor(options: Conv2DLayerOptions) {
    super();
    const { stride = 1, padding = 0, dilation = 1, groups = 1, dtype = 'float32', algorithm = 'auto' } = options;
    this.inChannels = checkCount('inChannels', options.inChannels);
    this.outChannels = checkCount('outChannels', options.outChannels);
    this.kernelSize = pair('kernelSize', options.kernelSize);
    this.stride = pair('stride', stride);
    checkPadding(padding);
    this.padding = padding;
    this.dilation = pair('dilation', dilation);
    checkGroups(groups, this.inChannels, this.outChannels);
    this.groups = groups;
    checkDType('dtype', dtype);
    this.dtype = dtype;
    checkAlgorithm(algorithm);
    this.gradReduction = checkReduction(options.gradReduction ?? 'mean');
    this.weightDecay = options.weightDecay ?? false;
    this.weightDecayLambda = checkDecay(options.weightDecayLambda ?? 1e-8);
    this.#options = { stride: this.stride, padding, dilation: this.dilation, groups, algorithm };
    // Winograd's input gradient pads dy by 2 - padding.
    const deep = typeof padding !== 'string' && Math.max(...[padding].flat()) > 2;
    const isWinograd = algorithm === 'winograd2' || algorithm === 'winograd4';
    this.#inputGradOptions = deep && isWinograd ? { ...this.#options, algorithm: 'direct' } : this.#options;
    const taps = this.kernelSize[0] * this.kernelSize[1];
    const groupIn = this.inChannels / groups;
    this.#filterShape = [this.outChannels, groupIn, ...this.kernelSize];
    const fans = { in: groupIn * taps, out: (this.outChannels / groups) * taps };
    this.params.W = parameter(this.#filterShape, dtype, options.initializer ?? normal(), fans);
    this.grads.W = null;
    if (options.bias !== false) {
      this.params.b = unscoped(() => zeros([this.outChannels], dtype));
      this.grads.b = null;
    }
  }

  /** The filters, [out, in / groups, kernel height, kernel width]; the same tensor as `params.W`. */
  get filters(): Tensor {
    return this.params.W as Tensor;
  }

  set filters(value: Tensor) {
    this.params.W = adoptParameter('filters', value, this.#filterShape, this.dtype);
  }

  /** The bias, [out], or null without one; the same tensor as `params.b`. */
  get bias(): Tensor | null {
    return this.params.b ?? null;
  }

  set bias(value: Tensor) {
    if (!this.params.b) throw new ArgumentError('bias', value, 'nothing: the layer was made with bias: false');
    this.params.b = adoptParameter('bias', value, [this.outChannels], this.dtype);
  }

  /** @param x [batch, in, height, width]; it is kept for backward */
  override forward(x: Tensor): Tensor {
    this.#check(x);
    if (this.training) return this.#train(x, undefined);
    const y = this.#infer(x, {});
    this.#input = null;
    return y;
  }

  /** @internal */
  override get stage(): Stage {
    return {
      run: (x, following) => {
        this.#check(x);
        return this.#infer(x, following);
      },
      takesNorm: norm => norm.channels === this.outChannels && norm.dtype === this.dtype,
      takesActivation: true,
      forget: () => {
        this.#input = null;
      },
      train: (x, activation) => {
        this.#check(x);
        return this.#train(x, activation);
      },
    };
  }

  /** @param dy [batch, out, outHeight, outWidth] @returns dx, of the shape of forward's x */
  override backward(dy: Tensor): Tensor {
    const x = kept(this, this.#input);
    const dx = conv2dInputGrad(dy, this.filters, x.shape, this.#inputGradOptions);
    this.backwardParams(dy);
    return dx;
  }

  /** @param dy [batch, out, outHeight, outWidth] */
  override backwardParams(dy: Tensor): void {
    const x = kept(this, this.#input);
    const { filters, bias } = this;
    const scale = this.gradReduction === 'mean' ? 1 / (x.shape[0] as number) : 1;
    const dW = this.#buffers.get('W', filters);
    this.grads.W = conv2dFilterGrad(x, dy, filters.shape, { ...this.#options, scale, out: dW });
    if (this.weightDecay) addScaled(dW, filters, 2 * this.weightDecayLambda * scale);
    if (bias) this.grads.b = conv2dBiasGrad(dy, { scale, out: this.#buffers.get('b', bias) });
  }

  override train(): this {
    this.#prepared.clear();
    return super.train();
  }

  override dispose(): void {
    this.#prepared.clear();
    this.#buffers.dispose();
    this.#input = null;
    super.dispose();
  }

  #check(x: Tensor): void {
    checkInput(x, this.dtype);
    if (x.shape.length !== 4 || x.shape[1] !== this.inChannels) {
      throw new ShapeError('x', x.shape, `[batch, ${this.inChannels}, height, width]`);
    }
  }

  #train(x: Tensor, activation: Activation | undefined): Tensor {
    const y = conv2d(x, this.filters, this.bias, { ...this.#options, activation });
    this.#input = x;
    return y;
  }

  #infer(x: Tensor, { norm, activation }: Following): Tensor {
    const [out, groupIn, height, width] = this.#filterShape;
    const { W, b, cache } = this.#prepared.get(this.filters, this.bias, norm, [1, out, groupIn * height, width]);
    return conv2d(x, W, b, { ...this.#options, cache, activation });
  }
}

function checkDecay(value: number): number {
  if (!(Number.isFinite(value) && value >= 0))
    throw new ArgumentError('weightDecayLambda', value, 'a number of at least 0');
  return value;
}
