import { SUM_CHANNELS } from '../runtime/abi.ts';
import { DTYPES } from '../tensor/dtype.ts';
import { checkRank4, checkSameShape, type Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { checkOperands, checkOut, type OutOption, produce } from './operands.ts';

/**
 * y[n][c] = the mean of x[n][c] over its pixels.
 *
 * @param x [batch, channels, height, width]
 * @returns [batch, channels]
 * @throws ShapeError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function globalAvgPool2d(x: Tensor, options: OutOption = {}): Tensor {
  const dtype = checkOperands({ x });
  checkRank4('x', x.shape, '[batch, channels, height, width]');
  const [images, channels, height, width] = x.shape;
  const pixels = height * width;
  checkOut(options.out, [images, channels], dtype, [x]);
  const { runtime } = x.storage;
  const type = DTYPES[dtype].kernel;
  return produce(options.out, [images, channels], dtype, 'contiguous', y => {
    const sizes = { images: 1, pixels, imageStride: 0, scale: 1 / pixels };
    if (x.format === 'contiguous' || pixels === 1) {
      // Planes lie one after the other, so that all images are one of images * channels channels.
      const all = images * channels;
      const args = {
        ...sizes,
        source: x.address,
        target: y.address,
        channels: all,
        channelStride: pixels,
        pixelStride: 1,
      };
      runtime.run('sumPixels', type, args, pixels === 1 ? Math.ceil(all / SUM_CHANNELS) : all);
      return;
    }
    const { bytes } = DTYPES[dtype];
    for (let image = 0; image < images; image++) {
      const source = x.address + image * channels * pixels * bytes;
      const target = y.address + image * channels * bytes;
      const args = { ...sizes, source, target, channels, channelStride: 1, pixelStride: channels };
      runtime.run('sumPixels', type, args, Math.ceil(channels / SUM_CHANNELS));
    }
  });
}

/**
 * Gradient of globalAvgPool2d: each pixel gets dy / (height * width).
 *
 * @param dy [batch, channels]
 * @param inputShape shape of the forward pass's input, [batch, channels, height, width]
 * @returns dx, of `inputShape`
 * @throws ShapeError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function globalAvgPool2dGrad(dy: Tensor, inputShape: Shape, options: OutOption = {}): Tensor {
  const dtype = checkOperands({ dy });
  checkRank4('inputShape', inputShape, '[batch, channels, height, width]');
  const [images, channels, height, width] = inputShape;
  checkSameShape('dy', dy.shape, [images, channels]);
  checkOut(options.out, inputShape, dtype, [dy]);
  const { runtime } = dy.storage;
  return produce(options.out, inputShape, dtype, 'channelsLast', dx => {
    const pixels = height * width;
    const args = { source: dy.address, target: dx.address, images, channels, pixels, scale: 1 / pixels };
    runtime.run('spread', DTYPES[dtype].kernel, args, images);
  });
}
