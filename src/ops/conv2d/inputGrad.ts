import { ELEMENTWISE_BLOCK } from '../../runtime/abi.ts';
import type { ElementType, Runtime } from '../../runtime/runtime.ts';
import { DTYPES } from '../../tensor/dtype.ts';
import { scope } from '../../tensor/scope.ts';
import { checkSameShape, type Shape } from '../../tensor/shape.ts';
import { makeContiguous, type Tensor } from '../../tensor/tensor.ts';
import { checkOperands, checkOut, isInFormat, type OutOption, produce } from '../operands.ts';
import { gradThrough } from '../relu.ts';
import { type ActivationOutput, checkThrough, maskOf, type OutputMask } from '../through.ts';
import { chooseAlgorithm, resultFormat } from './algorithm.ts';
import { imagesOf } from './forward.ts';
import { type Conv2DOptions, convGeometry } from './geometry.ts';
import { inputGradPass } from './inputGradPass.ts';
import { planarInputGradPass } from './planar/inputGradPass.ts';
import { tileSize, winogradInputGradPass } from './winograd/pass.ts';

export interface Conv2DInputGradOptions extends Conv2DOptions, OutOption {
  /**
   * The activation whose output the input is: the gradient goes on through it, to the activation's own input. Its derivative is
   * applied as results are written: dx = 0 unless 0 < output (and output < 6 for relu6). Default: none.
   */
  through?: ActivationOutput | undefined;
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
  const through = checkThrough(options.through, "the convolution's input");
  const dtype = checkOperands({ dy, w }, { 'through.output': through?.output });
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
    // A gradient stands as the tensor that it is of: one transpose of dx, not one of the mask and one of the reader's.
    if (through && !isInFormat(through.output, format)) {
      const { through: _, out, ...plain } = options;
      return gradThrough(conv2dInputGrad(dy, w, g.inputShape, plain), through, { out });
    }
    const mask = through && maskOf(through);
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

/** The planar kernels write rows of one channel: a pass of its own costs them no more. */
function applyMask(runtime: Runtime, type: ElementType, dx: Tensor, mask: OutputMask): void {
  const { size, address } = dx;
  const args = { x: mask.output.address, dy: address, target: address, count: size, upper: mask.upper };
  runtime.run('reluGrad', type, args, Math.ceil(size / ELEMENTWISE_BLOCK));
}
