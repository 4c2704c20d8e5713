import { SUM_CHANNELS } from '../../runtime/abi.ts';
import { DTYPES } from '../../tensor/dtype.ts';
import { stridesOf } from '../../tensor/format.ts';
import { checkRank4 } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { checkOperands, checkOut, type OutOption, produce } from '../operands.ts';
import type { ScaleOption } from './filterGrad.ts';

/**
 * Gradient of a convolution's bias: db[o] = scale * sum over n, i, j of dy[n][o][i][j].
 *
 * @param dy [batch, out, outHeight, outWidth]
 * @returns db, [out]
 * @throws ShapeError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function conv2dBiasGrad(dy: Tensor, options: ScaleOption & OutOption = {}): Tensor {
  const dtype = checkOperands({ dy });
  checkRank4('dy', dy.shape, '[batch, channels, height, width]');
  const [images, channels, height, width] = dy.shape;
  checkOut(options.out, [channels], dtype, [dy]);
  const { runtime } = dy.storage;
  return produce(options.out, [channels], dtype, 'contiguous', db => {
    const strides = stridesOf(dy.shape, dy.format);
    const args = {
      source: dy.address,
      target: db.address,
      images,
      channels,
      pixels: height * width,
      imageStride: strides.image,
      channelStride: strides.channel,
      pixelStride: strides.column,
      scale: options.scale ?? 1,
    };
    const blocks = strides.channel === 1 ? Math.ceil(channels / SUM_CHANNELS) : channels;
    runtime.run('sumPixels', DTYPES[dtype].kernel, args, blocks);
  });
}
