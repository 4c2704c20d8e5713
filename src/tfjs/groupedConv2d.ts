import {
  Conv2D,
  engine,
  getBackend,
  type Rank,
  reshape,
  type Tensor3D,
  type Tensor4D,
  tidy,
} from '@tensorflow/tfjs-core';
import { ArgumentError, ShapeError, StateError } from '../errors.ts';
import { BACKEND_NAME } from './backend.ts';
import type { ConvAttrs } from './kernels/convolution.ts';

/**
 * `tf.conv2d` for filters of fewer input channels than the images have, which it refuses: a convolution in groups,
 *
 *     groups = inChannels / filter.shape[2]
 *
 * group g of the output channels sees group g of the input channels only; with one input channel a group it is depthwise. Strides and
 * dilations may both be larger than 1. It has a gradient, dilated or not. With the backend 'convasm' alone.
 *
 * @param x [batch, height, width, inChannels], or without batch; [batch, inChannels, height, width] where `dataFormat` is 'NCHW'
 * @param filter [kernel height, kernel width, inChannels / groups, outChannels]
 * @param dataFormat default 'NHWC'
 * @param dilations default 1
 * @throws StateError where another backend is set; ShapeError where channels do not divide into groups
 */
export function groupedConv2d<T extends Tensor3D | Tensor4D>(
  x: T,
  filter: Tensor4D,
  strides: [number, number] | number,
  pad: ConvAttrs['pad'],
  dataFormat: 'NHWC' | 'NCHW' = 'NHWC',
  dilations: [number, number] | number = 1,
): T {
  if (getBackend() !== BACKEND_NAME) {
    throw new StateError(
      `groupedConv2d: the backend is '${getBackend()}'; call tf.setBackend('${BACKEND_NAME}') first.`,
    );
  }
  if (x.rank !== 3 && x.rank !== 4) throw new ShapeError('x', x.shape, '3 or 4 dimensions');
  if (filter.rank !== 4) throw new ShapeError('filter', filter.shape, '4 dimensions');
  if (dataFormat !== 'NHWC' && dataFormat !== 'NCHW') {
    throw new ArgumentError('dataFormat', dataFormat, "'NHWC' or 'NCHW'");
  }
  const channels = x.shape[x.rank - (dataFormat === 'NHWC' ? 1 : 3)] as number;
  const groups = channels / filter.shape[2];
  if (!Number.isInteger(groups) || filter.shape[3] % groups !== 0) {
    throw new ShapeError(
      'filter',
      filter.shape,
      `input channels that divide the ${channels} of x into groups, and as many output channels for each group`,
    );
  }
  const attrs: ConvAttrs = { strides, pad, dataFormat, dilations };
  return tidy(() => {
    const images = x.rank === 4 ? (x as Tensor4D) : reshape<Rank.R4>(x, [1, ...(x as Tensor3D).shape]);
    const y = engine().runKernel(Conv2D, { x: images, filter }, { ...attrs }) as Tensor4D;
    return (x.rank === 4 ? y : reshape(y, y.shape.slice(1) as Tensor3D['shape'])) as T;
  });
}
