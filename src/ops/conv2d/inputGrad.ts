import { ArgumentError } from '../../errors.ts';
import { ELEMENTWISE_BLOCK } from '../../runtime/abi.ts';
import type { ElementType, Runtime } from '../../runtime/runtime.ts';
import { DTYPES } from '../../tensor/dtype.ts';
import { scope } from '../../tensor/scope.ts';
import { checkSameShape, type Shape } from '../../tensor/shape.ts';
import { makeContiguous, type Tensor } from '../../tensor/tensor.ts';
import { checkOperands, checkOut, inFormat, type OutOption, produce } from '../operands.ts';
import { chooseAlgorithm, resultFormat } from './algorithm.ts';
import { type Activation, imagesOf, limitsOf } from './forward.ts';
import { type Conv2DOptions, convGeometry } from './geometry.ts';
import { inputGradPass } from './inputGradPass.ts';
import { planarInputGradPass } from './planar/inputGradPass.ts';
import type { Clamp } from './product.ts';
import { tileSize, winogradInputGradPass } from './winograd/pass.ts';

/**
 * An activation in front of a convolution. `out` must not share memory with its output; where that is NaN, the gradient is 0, as
 * that of relu.
 */
export interface InputActivation {
  readonly activation: Activation;
  /** The activation's output, that is the convolution's input, [batch, in, height, width]. */
  readonly output: Tensor;
}

export interface Conv2DInputGradOptions extends Conv2DOptions, OutOption {
  /**
   * The activation whose output the input is: the gradient goes on through it, to the activation's own input. Its derivative is
   * applied as results are written: dx = 0 unless 0 < output (and output < 6 for relu6). Default: none.
   */
  through?: InputActivation | undefined;
}

/**
 * Gradient of a convolution's input, the adjoint of `conv2d` in x:
 *
 *     dx[n][c][h][v] = sum over o, p, q of dy[n][o][(h + top - p * dilation) / stride][(v + left - q * dilation) / stride] * w[o][c][p][q]
 *
 * over the taps for which the quotients are whole numbers inside dy.
 *
 * @param dy [batch, out, outHeight, outWidth]
 * @param w [out, in / groups, kernel height, kernel width]
 * @param inputShape shape of the input, [batch, in, height, width]
 * @returns dx, of `inputShape`
 * @throws ShapeError, ArgumentError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function conv2dInputGrad(
  dy: Tensor,
  w: Tensor,
  inputShape: Shape,
  options: Conv2DInputGradOptions = {},
): Tensor {
  const through = checkThrough(options.through);
  const dtype = checkOperands({ dy, w }, { 'through.output': through?.output });
  const limits = limitsOf(through?.activation, 'through.activation');
  const g = convGeometry(inputShape, w.shape, options, { input: 'inputShape', filters: 'w' });
  checkSameShape('dy', dy.shape, g.outputShape);
  if (through) checkSameShape('through.output', through.output.shape, g.inputShape);
  checkOut(options.out, g.inputShape, dtype, through ? [dy, w, through.output] : [dy, w]);
  const { runtime } = dy.storage;
  const algorithm = chooseAlgorithm(g, 'inputGrad', {
    wanted: options.algorithm,
    winograd: runtime.winograd,
    channelsLast: dy.format === 'channelsLast',
  });
  makeContiguous(w);
  const type = DTYPES[dtype].kernel;
  const format = resultFormat(algorithm);
  return scope(() => {
    const mask = through && limits && derivativeMask(limits, inFormat(through.output, format));
    return produce(options.out, g.inputShape, dtype, format, dx => {
      const operands = { dy: imagesOf(dy), w: w.address, dx: dx.address };
      if (algorithm === 'planar') {
        planarInputGradPass(runtime, type, g, operands);
        if (mask) applyMask(runtime, type, dx, mask);
        return;
      }
      const masked = { ...operands, mask: mask && { ...mask, offset: mask.output.address - dx.address } };
      if (algorithm === 'direct') inputGradPass(runtime, type, g, masked);
      else winogradInputGradPass(runtime, type, tileSize(algorithm), g, masked);
    });
  });
}

/** @throws ArgumentError unless both are there; what they are is checked with the other operands */
function checkThrough(through: InputActivation | undefined): InputActivation | undefined {
  if (through === undefined) return undefined;
  if (typeof through !== 'object' || through === null || !through.activation || !through.output) {
    throw new ArgumentError('through', through, "{ activation: 'relu' or 'relu6', output: the convolution's input }");
  }
  return through;
}

/** relu's upper limit is infinity, which is an output like any other. */
function derivativeMask({ lower, upper }: Clamp, output: Tensor) {
  return { lower, upper: upper === Number.POSITIVE_INFINITY ? Number.NaN : upper, output };
}

/** The planar kernels write rows of one channel: a pass of its own costs them no more. */
function applyMask(runtime: Runtime, type: ElementType, dx: Tensor, mask: Clamp & { readonly output: Tensor }): void {
  const { size, address } = dx;
  const args = { x: mask.output.address, dy: address, target: address, count: size, upper: mask.upper };
  runtime.run('reluGrad', type, args, Math.ceil(size / ELEMENTWISE_BLOCK));
}
