import { DTYPES } from '../../tensor/dtype.ts';
import { checkSameShape, type Shape } from '../../tensor/shape.ts';
import { makeContiguous, type Tensor } from '../../tensor/tensor.ts';
import { checkOperands, checkOut, type OutOption, produce } from '../operands.ts';
import { chooseAlgorithm, resultFormat } from './algorithm.ts';
import { imagesOf } from './forward.ts';
import { type Conv2DOptions, convGeometry } from './geometry.ts';
import { inputGradPass } from './inputGradPass.ts';
import { planarInputGradPass } from './planar/inputGradPass.ts';
import { tileSize, winogradInputGradPass } from './winogradPass.ts';

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
 * @throws ShapeError, ArgumentError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError
 */
export function conv2dInputGrad(
  dy: Tensor,
  w: Tensor,
  inputShape: Shape,
  options: Conv2DOptions & OutOption = {},
): Tensor {
  const dtype = checkOperands({ dy, w });
  const g = convGeometry(inputShape, w.shape, options, { input: 'inputShape', filters: 'w' });
  checkSameShape('dy', dy.shape, g.outputShape);
  checkOut(options.out, g.inputShape, dtype, [dy, w]);
  const { runtime } = dy.storage;
  const algorithm = chooseAlgorithm(g, 'inputGrad', {
    wanted: options.algorithm,
    winograd: runtime.winograd,
    channelsLast: dy.format === 'channelsLast',
  });
  makeContiguous(w);
  const type = DTYPES[dtype].kernel;
  return produce(options.out, g.inputShape, dtype, resultFormat(algorithm), dx => {
    const operands = { dy: imagesOf(dy), w: w.address, dx: dx.address };
    if (algorithm === 'direct') inputGradPass(runtime, type, g, operands);
    else if (algorithm === 'planar') planarInputGradPass(runtime, type, g, operands);
    else winogradInputGradPass(runtime, type, tileSize(algorithm), g, operands);
  });
}
