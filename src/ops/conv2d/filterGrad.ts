import { DTYPES } from '../../tensor/dtype.ts';
import { checkSameShape, type Shape } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { checkOperands, checkOut, type OutOption, produce } from '../operands.ts';
import { chooseAlgorithm } from './algorithm.ts';
import { filterGradPass } from './filterGradPass.ts';
import { imagesOf } from './forward.ts';
import { type Conv2DOptions, convGeometry } from './geometry.ts';
import { planarFilterGradPass } from './planar/filterGradPass.ts';
import { winogradFilterGradPass } from './winograd/filterGradPass.ts';
import { tileSize } from './winograd/pass.ts';

/** What every gradient of parameters takes. */
export interface ScaleOption {
  /** The gradient is multiplied by it: 1 / batch for the mean. Default 1. */
  scale?: number | undefined;
}

/**
 * Gradient of a convolution's filters, summed over the batch:
 *
 *     dw[o][c][p][q] = scale * sum over n, i, j of dy[n][o][i][j] * x[n][c][i * stride + p * dilation - top][j * stride + q * dilation - left]
 *
 * @param x [batch, in, height, width]
 * @param dy [batch, out, outHeight, outWidth]
 * @param filterShape [out, in / groups, kernel height, kernel width]
 * @returns dw, of `filterShape`
 * @throws ShapeError, ArgumentError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function conv2dFilterGrad(
  x: Tensor,
  dy: Tensor,
  filterShape: Shape,
  options: Conv2DOptions & ScaleOption & OutOption = {},
): Tensor {
  const dtype = checkOperands({ x, dy });
  const g = convGeometry(x.shape, filterShape, options, { input: 'x', filters: 'filterShape' });
  checkSameShape('dy', dy.shape, g.outputShape);
  checkOut(options.out, g.filterShape, dtype, [x, dy]);
  const { runtime } = x.storage;
  const algorithm = chooseAlgorithm(g, 'filterGrad', {
    wanted: options.algorithm,
    winograd: runtime.winograd,
    channelsLast: x.format === 'channelsLast' || dy.format === 'channelsLast',
  });
  return produce(options.out, g.filterShape, dtype, 'contiguous', dw => {
    const operands = { x: imagesOf(x), dy: imagesOf(dy), dw: dw.address, scale: options.scale ?? 1 };
    const { kernel } = DTYPES[dtype];
    if (algorithm === 'direct') filterGradPass(runtime, kernel, g, operands);
    else if (algorithm === 'planar') planarFilterGradPass(runtime, kernel, g, operands);
    else winogradFilterGradPass(runtime, kernel, tileSize(algorithm), g, operands);
  });
}
