import { ArgumentError } from '../../errors.ts';
import { DTYPES } from '../../tensor/dtype.ts';
import { stridesOf } from '../../tensor/format.ts';
import { checkSameShape } from '../../tensor/shape.ts';
import { makeContiguous, type Tensor } from '../../tensor/tensor.ts';
import { checkOperands, checkOut, type OutOption, produce } from '../operands.ts';
import { chooseAlgorithm, resultFormat } from './algorithm.ts';
import type { FilterCache } from './filterCache.ts';
import { forwardPass } from './forwardPass.ts';
import type { Images } from './frame.ts';
import { type Conv2DOptions, convGeometry } from './geometry.ts';
import { planarForwardPass } from './planar/forwardPass.ts';
import type { Clamp } from './product.ts';
import { tileSize, winogradForwardPass } from './winograd/pass.ts';

/** What is done to each result on its way out: relu = max(y, 0), relu6 = min(max(y, 0), 6). */
export type Activation = 'relu' | 'relu6';

const LIMITS: Readonly<Record<Activation, Clamp>> = {
  relu: { lower: 0, upper: Number.POSITIVE_INFINITY },
  relu6: { lower: 0, upper: 6 },
};

/** Where there is no activation. @internal */
export const UNLIMITED: Clamp = { lower: Number.NEGATIVE_INFINITY, upper: Number.POSITIVE_INFINITY };

export interface Conv2DForwardOptions extends Conv2DOptions, OutOption {
  activation?: Activation | undefined;
  /** Where the prepared filters are kept, for filters that stay the same. @internal */
  cache?: FilterCache | undefined;
}

/**
 * 2D convolution (cross-correlation, as in every deep-learning framework):
 *
 *     y[n][o][i][j] = b[o] + sum over c, p, q of x[n][c][i * stride + p * dilation - top][j * stride + q * dilation - left] * w[o][c][p][q]
 *
 * @param x [batch, in, height, width]
 * @param w [out, in / groups, kernel height, kernel width]
 * @param b [out], optional
 * @returns [batch, out, outHeight, outWidth], outHeight = floor((height + top + bottom - dilation * (kernel - 1) - 1) / stride) + 1
 * @throws ShapeError, ArgumentError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function conv2d(x: Tensor, w: Tensor, b?: Tensor | null, options: Conv2DForwardOptions = {}): Tensor {
  const bias = b ?? undefined;
  const dtype = checkOperands({ x, w }, { b: bias });
  const g = convGeometry(x.shape, w.shape, options);
  if (bias) checkSameShape('b', bias.shape, [g.outChannels]);
  const { runtime } = x.storage;
  const algorithm = chooseAlgorithm(g, 'forward', {
    wanted: options.algorithm,
    winograd: runtime.winograd,
    prepared: options.cache !== undefined,
    channelsLast: x.format === 'channelsLast',
  });
  const clamp = limitsOf(options.activation);
  checkOut(options.out, g.outputShape, dtype, bias ? [x, w, bias] : [x, w]);
  makeContiguous(w);
  const type = DTYPES[dtype].kernel;
  const prepared = algorithm === 'planar' ? undefined : options.cache?.get(runtime, type, w, g, algorithm);
  return produce(options.out, g.outputShape, dtype, resultFormat(algorithm), y => {
    const operands = {
      x: imagesOf(x),
      w: prepared ?? w.address,
      prepared: prepared !== undefined,
      bias: bias?.address ?? 0,
      y: y.address,
      clamp,
    };
    if (algorithm === 'direct') forwardPass(runtime, type, g, operands);
    else if (algorithm === 'planar') planarForwardPass(runtime, type, g, operands);
    else winogradForwardPass(runtime, type, tileSize(algorithm), g, operands);
  });
}

/** A tensor of [batch, channels, height, width] as the passes see it. */
export function imagesOf(tensor: Tensor): Images {
  const { shape } = tensor;
  return {
    address: tensor.address,
    strides: stridesOf(shape, tensor.format),
    batch: shape[0] as number,
    channels: shape[1] as number,
    height: shape[2] as number,
    width: shape[3] as number,
  };
}

/** @throws ArgumentError */
export function limitsOf(activation: Activation | undefined, name = 'activation'): Clamp | undefined {
  if (activation === undefined) return undefined;
  if (!Object.hasOwn(LIMITS, activation)) throw new ArgumentError(name, activation, "'relu' or 'relu6'");
  return LIMITS[activation];
}
