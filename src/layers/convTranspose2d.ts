import { ShapeError } from '../errors.ts';
import { type Algorithm, checkAlgorithm } from '../ops/conv2d/algorithm.ts';
import { conv2dBiasGrad } from '../ops/conv2d/biasGrad.ts';
import { conv2dFilterGrad } from '../ops/conv2d/filterGrad.ts';
import { conv2d } from '../ops/conv2d/forward.ts';
import { checkGroups } from '../ops/conv2d/geometry.ts';
import {
  type ConvTranspose2DOptions as ConvOptions,
  checkCut,
  checkOutputPadding,
  convTranspose2d,
  convTranspose2dShape,
} from '../ops/convTranspose2d.ts';
import { checkOperands } from '../ops/operands.ts';
import type { Padding, Pair } from '../ops/window.ts';
import { checkDType, type DType } from '../tensor/dtype.ts';
import { checkSameShape, pair } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { fanInUniform, type Initializer } from './initializers.ts';
import { checkInput, kept, Layer } from './layer.ts';
import { checkCount, checkReduction, GradientBuffers, type GradReduction, parameter } from './parameters.ts';
import { PreparedFilters } from './preparedFilters.ts';
import type { Following, Stage } from './stage.ts';

export interface ConvTranspose2DLayerOptions {
  inChannels: number;
  outChannels: number;
  /** A number or [height, width]. */
  kernelSize: Pair;
  /** Default 1. */
  stride?: Pair;
  /** What is cut off the output: a number, [height, width] or [top, left, bottom, right]. Default 0. */
  padding?: Exclude<Padding, string>;
  /** Rows and columns more at the bottom and right, less than the stride. Default 0. */
  outputPadding?: Pair;
  /** Default 1. */
  dilation?: Pair;
  /** Default 1. */
  groups?: number;
  /** Default true. */
  bias?: boolean;
  /** First values of the filters. Default U(-a, a), a = 1 / sqrt(out / groups * kernel height * kernel width), as PyTorch's. */
  initializer?: Initializer;
  /** First values of the bias. Default as PyTorch's where `initializer` is left out too, else zeros. */
  biasInitializer?: Initializer;
  /** Whether gradients of the parameters are means or sums over the batch. Default 'mean'. */
  gradReduction?: GradReduction;
  /** Default 'float32'. */
  dtype?: DType;
  /** How it and its gradients are computed. Default 'auto'. */
  algorithm?: Algorithm;
}

/**
 * Transposed convolution with trainable filters, as PyTorch's ConvTranspose2d: the adjoint of a convolution in its input.
 *
 *     x [batch, in, height, width], W [in, out / groups, kernel height, kernel width], b [out],
 *     y [batch, out, outHeight, outWidth], outHeight = (height - 1) * stride - top - bottom + dilation * (kernel - 1) + outputPadding + 1
 */
export class ConvTranspose2D extends Layer {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: readonly [number, number];
  readonly dtype: DType;
  readonly gradReduction: GradReduction;
  readonly #options: ConvOptions;
  /** The forward pass is an input gradient, which Winograd has not where the padding is over 2. */
  readonly #forwardOptions: ConvOptions;
  readonly #buffers = new GradientBuffers();
  readonly #prepared = new PreparedFilters();
  #input: Tensor | null = null;

  /** @throws ArgumentError, NotInitializedError, OutOfMemoryError, ThreadError */
  constructor(options: ConvTranspose2DLayerOptions) {
    super();
    const { padding = 0, groups = 1, dtype = 'float32', algorithm = 'auto', initializer } = options;
    this.inChannels = checkCount('inChannels', options.inChannels);
    this.outChannels = checkCount('outChannels', options.outChannels);
    this.kernelSize = pair('kernelSize', options.kernelSize);
    const stride = pair('stride', options.stride ?? 1);
    const dilation = pair('dilation', options.dilation ?? 1);
    checkCut(padding);
    const outputPadding = checkOutputPadding(options.outputPadding ?? 0, stride);
    checkGroups(groups, this.inChannels, this.outChannels);
    checkDType('dtype', dtype);
    this.dtype = dtype;
    checkAlgorithm(algorithm);
    this.gradReduction = checkReduction(options.gradReduction ?? 'mean');
    this.#options = { stride, padding, outputPadding, dilation, groups, algorithm };
    const isWinograd = algorithm === 'winograd2' || algorithm === 'winograd4';
    const deep = isWinograd && Math.max(...[padding].flat()) > 2;
    this.#forwardOptions = deep ? { ...this.#options, algorithm: 'direct' } : this.#options;
    const taps = this.kernelSize[0] * this.kernelSize[1];
    // PyTorch takes the second size of W for the fan in.
    const fans = { in: (this.outChannels / groups) * taps, out: (this.inChannels / groups) * taps };
    const shape = [this.inChannels, this.outChannels / groups, ...this.kernelSize];
    this.params.W = parameter(shape, dtype, initializer ?? fanInUniform(), fans);
    this.grads.W = null;
    if (options.bias !== false) {
      const first =
        options.biasInitializer ?? (initializer ? (size: number) => new Float64Array(size) : fanInUniform());
      this.params.b = parameter([this.outChannels], dtype, first, fans);
      this.grads.b = null;
    }
  }

  /** @param x [batch, in, height, width]; it is kept for backward */
  override forward(x: Tensor): Tensor {
    const y = this.#forward(x, {});
    this.#input = this.training ? x : null;
    return y;
  }

  /** @internal */
  override get stage(): Stage {
    return {
      run: (x, following) => this.#forward(x, following),
      // In groups an output channel's filters do not stand in one place of W's second axis.
      takesNorm: ({ channels, dtype }) =>
        this.#options.groups === 1 && channels === this.outChannels && dtype === this.dtype,
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

  /** @param dy [batch, out, outHeight, outWidth] @returns dx, of the shape of forward's x */
  override backward(dy: Tensor): Tensor {
    this.#checkBackward(dy);
    const dx = conv2d(dy, this.params.W as Tensor, null, this.#gradientOptions);
    this.backwardParams(dy);
    return dx;
  }

  /** @param dy [batch, out, outHeight, outWidth] */
  override backwardParams(dy: Tensor): void {
    const x = this.#checkBackward(dy);
    const W = this.params.W as Tensor;
    const { b } = this.params;
    const scale = this.gradReduction === 'mean' ? 1 / (x.shape[0] as number) : 1;
    const out = this.#buffers.get('W', W);
    this.grads.W = conv2dFilterGrad(dy, x, W.shape, { ...this.#gradientOptions, scale, out });
    if (b) this.grads.b = conv2dBiasGrad(dy, { scale, out: this.#buffers.get('b', b) });
  }

  /** Without what only the shape of the output needs. */
  get #gradientOptions(): Omit<ConvOptions, 'outputPadding'> {
    const { outputPadding: _, ...options } = this.#options;
    return options;
  }

  /** @returns the x of forward */
  #checkBackward(dy: Tensor): Tensor {
    const x = kept(this, this.#input);
    checkOperands({ x, dy });
    checkSameShape('dy', dy.shape, convTranspose2dShape(x.shape, (this.params.W as Tensor).shape, this.#options));
    return x;
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

  #forward(x: Tensor, { norm, activation }: Following): Tensor {
    checkInput(x, this.dtype);
    if (x.shape.length !== 4 || x.shape[1] !== this.inChannels)
      throw new ShapeError('x', x.shape, `[batch, ${this.inChannels}, height, width]`);
    const [height, width] = this.kernelSize;
    const images = [this.inChannels, this.outChannels, height, width] as const;
    const { W, b } = this.#prepared.get(this.params.W as Tensor, this.params.b ?? null, norm, images);
    return convTranspose2d(x, W, b, { ...this.#forwardOptions, activation });
  }
}
