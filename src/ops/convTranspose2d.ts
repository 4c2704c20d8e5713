import { ArgumentError, ShapeError } from '../errors.ts';
import { checkRank4, checkSameShape, pair, type Shape4 } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { addBias } from './batchNorm2d.ts';
import { type Activation, limitsOf } from './conv2d/forward.ts';
import type { Conv2DOptions } from './conv2d/geometry.ts';
import { conv2dInputGrad } from './conv2d/inputGrad.ts';
import { checkOperands, checkOut, type OutOption } from './operands.ts';
import { relu, relu6 } from './relu.ts';
import { checkPadding, type Padding, type Pair } from './window.ts';

export interface ConvTranspose2DOptions extends Omit<Conv2DOptions, 'padding'> {
  /** What is cut off the output: a number, [height, width] or [top, left, bottom, right]. Default 0. */
  padding?: Exclude<Padding, string> | undefined;
  /** Rows and columns more at the bottom and right, less than the stride. Default 0. */
  outputPadding?: Pair | undefined;
}

export interface ConvTranspose2DForwardOptions extends ConvTranspose2DOptions, OutOption {
  /** What is done to each result, as in `conv2d`; in the pass that adds the bias, where there is one. */
  activation?: Activation | undefined;
}

/**
 * Transposed convolution, the adjoint of `conv2d` in its input: each x[n][c][i][j] adds its multiple of w[c] to the output.
 *
 *     y[n][o][h][v] = b[o] + sum over c, p, q of x[n][c][(h + top - p * dilation) / stride][(v + left - q * dilation) / stride] * w[c][o][p][q]
 *
 * over the taps for which the quotients are whole numbers inside x. With the same options (but for outputPadding) its gradients are
 * those of a convolution with the roles changed: dx = conv2d(dy, w), dw = conv2dFilterGrad(dy, x, w.shape), db = conv2dBiasGrad(dy).
 *
 * @param x [batch, in, height, width]
 * @param w [in, out / groups, kernel height, kernel width]
 * @param b [out], optional
 * @returns [batch, out, outHeight, outWidth],
 *   outHeight = (height - 1) * stride - top - bottom + dilation * (kernel - 1) + outputPadding + 1
 * @throws ShapeError, ArgumentError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function convTranspose2d(
  x: Tensor,
  w: Tensor,
  b?: Tensor | null,
  options: ConvTranspose2DForwardOptions = {},
): Tensor {
  const dtype = checkOperands({ x, w }, { b: b ?? undefined });
  const { outputPadding: _, activation, ...rest } = options;
  const limits = limitsOf(activation);
  const outputShape = convTranspose2dShape(x.shape, w.shape, options);
  if (b) {
    checkSameShape('b', b.shape, [outputShape[1]]);
    checkOut(options.out, outputShape, dtype, [b]);
  }
  const y = conv2dInputGrad(x, w, outputShape, rest);
  if (b) addBias(y, b, limits);
  else if (activation) (activation === 'relu' ? relu : relu6)(y, { out: y });
  return y;
}

/**
 * The shape of convTranspose2d's result.
 *
 * @throws ShapeError, ArgumentError
 */
export function convTranspose2dShape(x: unknown, w: unknown, options: ConvTranspose2DOptions): Shape4 {
  checkRank4('x', x, '[batch, channels, height, width]');
  checkRank4('w', w, '[in channels, out channels / groups, kernel height, kernel width]');
  const groups = options.groups ?? 1;
  if (!(Number.isSafeInteger(groups) && groups >= 1 && w[0] % groups === 0))
    throw new ArgumentError('groups', groups, `a whole number that divides ${w[0]} channels`);
  if (x[1] !== w[0]) throw new ShapeError('x', x, `${w[0]} channels, as many as the filters have`);
  const stride = pair('stride', options.stride ?? 1);
  const dilation = pair('dilation', options.dilation ?? 1);
  const [top, left, bottom, right] = margins(options.padding ?? 0);
  const more = checkOutputPadding(options.outputPadding ?? 0, stride);
  const length = (axis: 0 | 1, cut: number) =>
    ((x[axis + 2] as number) - 1) * stride[axis] -
    cut +
    dilation[axis] * ((w[axis + 2] as number) - 1) +
    more[axis] +
    1;
  const [height, width] = [length(0, top + bottom), length(1, left + right)];
  if (height < 1 || width < 1)
    throw new ShapeError('x', x, `one that leaves an output, which here is ${height} x ${width}`);
  return [x[0], w[1] * groups, height, width];
}

/** @throws ArgumentError */
export function checkOutputPadding(value: Pair, stride: readonly [number, number]): readonly [number, number] {
  const more = pair('outputPadding', value, 0);
  if (more[0] >= stride[0] || more[1] >= stride[1])
    throw new ArgumentError('outputPadding', value, `less than the stride of [${stride.join(', ')}]`);
  return more;
}

/** @throws ArgumentError */
export function checkCut(padding: unknown): void {
  if (typeof padding === 'string')
    throw new ArgumentError('padding', padding, 'a number, [height, width] or [top, left, bottom, right]');
  checkPadding(padding);
}

function margins(padding: Exclude<Padding, string>): readonly [number, number, number, number] {
  checkCut(padding);
  if (typeof padding === 'number') return [padding, padding, padding, padding];
  return padding.length === 2 ? [padding[0], padding[1], padding[0], padding[1]] : padding;
}
