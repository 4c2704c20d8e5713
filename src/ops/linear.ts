import { ShapeError } from '../errors.ts';
import { SUM_CHANNELS } from '../runtime/abi.ts';
import { DTYPES } from '../tensor/dtype.ts';
import { checkSameShape, type Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { FilterCache } from './conv2d/filterCache.ts';
import type { ScaleOption } from './conv2d/filterGrad.ts';
import { filterGradPass } from './conv2d/filterGradPass.ts';
import { type Activation, limitsOf } from './conv2d/forward.ts';
import { forwardPass } from './conv2d/forwardPass.ts';
import type { Images } from './conv2d/frame.ts';
import { type ConvGeometry, convGeometry } from './conv2d/geometry.ts';
import { inputGradPass } from './conv2d/inputGradPass.ts';
import { checkOperands, checkOut, type OutOption, produce } from './operands.ts';

// A fully connected layer is a 1x1 convolution of a 1x1 image: the passes are the convolution's.

export interface LinearForwardOptions extends OutOption {
  /** What is done to each result on its way out, as in `conv2d`. */
  activation?: Activation | undefined;
  /** Where the packed weights are kept, for weights that stay the same. @internal */
  cache?: FilterCache | undefined;
}

/**
 * y[n][o] = b[o] + sum over i of x[n][i] * w[o][i].
 *
 * @param x [batch, in]
 * @param w [out, in]
 * @param b [out], optional
 * @returns [batch, out]
 * @throws ShapeError, ArgumentError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function linear(x: Tensor, w: Tensor, b?: Tensor | null, options: LinearForwardOptions = {}): Tensor {
  const bias = b ?? undefined;
  const dtype = checkOperands({ x, w }, { b: bias });
  const g = linearGeometry(x.shape, w.shape);
  if (bias) checkSameShape('b', bias.shape, [g.outChannels]);
  const shape = [g.batch, g.outChannels];
  const clamp = limitsOf(options.activation);
  checkOut(options.out, shape, dtype, bias ? [x, w, bias] : [x, w]);
  const { runtime } = x.storage;
  const type = DTYPES[dtype].kernel;
  const prepared = options.cache?.get(runtime, type, w, g, 'direct');
  return produce(options.out, shape, dtype, 'contiguous', y => {
    forwardPass(runtime, type, g, {
      x: rowsOf(x),
      w: prepared ?? w.address,
      prepared: prepared !== undefined,
      bias: bias?.address ?? 0,
      y: y.address,
      clamp,
    });
  });
}

/**
 * dx[n][i] = sum over o of dy[n][o] * w[o][i].
 *
 * @param dy [batch, out]
 * @param w [out, in]
 * @returns dx, [batch, in]
 * @throws ShapeError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function linearInputGrad(dy: Tensor, w: Tensor, options: OutOption = {}): Tensor {
  const dtype = checkOperands({ dy, w });
  const [batch = 0] = checkMatrix('dy', dy.shape, '[batch, out features]');
  const [, features = 0] = checkMatrix('w', w.shape, '[out features, in features]');
  const g = linearGeometry([batch, features], w.shape);
  checkSameShape('dy', dy.shape, [g.batch, g.outChannels]);
  const shape = [g.batch, g.inChannels];
  checkOut(options.out, shape, dtype, [dy, w]);
  const { runtime } = dy.storage;
  return produce(options.out, shape, dtype, 'contiguous', dx => {
    inputGradPass(runtime, DTYPES[dtype].kernel, g, { dy: rowsOf(dy), w: w.address, dx: dx.address });
  });
}

/**
 * dw[o][i] = scale * sum over n of dy[n][o] * x[n][i].
 *
 * @param x [batch, in]
 * @param dy [batch, out]
 * @returns dw, [out, in]
 * @throws ShapeError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function linearWeightGrad(x: Tensor, dy: Tensor, options: ScaleOption & OutOption = {}): Tensor {
  const dtype = checkOperands({ x, dy });
  const [, features = 0] = checkMatrix('x', x.shape, '[batch, in features]');
  const [, out = 0] = checkMatrix('dy', dy.shape, '[batch, out features]');
  const shape = [out, features];
  const g = linearGeometry(x.shape, shape);
  checkSameShape('dy', dy.shape, [g.batch, g.outChannels]);
  checkOut(options.out, shape, dtype, [x, dy]);
  const { runtime } = x.storage;
  return produce(options.out, shape, dtype, 'contiguous', dw => {
    const operands = { x: rowsOf(x), dy: rowsOf(dy), dw: dw.address, scale: options.scale ?? 1 };
    filterGradPass(runtime, DTYPES[dtype].kernel, g, operands);
  });
}

/**
 * db[o] = scale * sum over n of dy[n][o].
 *
 * @param dy [batch, out]
 * @returns db, [out]
 * @throws ShapeError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
 */
export function linearBiasGrad(dy: Tensor, options: ScaleOption & OutOption = {}): Tensor {
  const dtype = checkOperands({ dy });
  const [batch = 0, out = 0] = checkMatrix('dy', dy.shape, '[batch, out features]');
  checkOut(options.out, [out], dtype, [dy]);
  const { runtime } = dy.storage;
  return produce(options.out, [out], dtype, 'contiguous', db => {
    const args = {
      source: dy.address,
      target: db.address,
      images: batch,
      channels: out,
      pixels: 1,
      imageStride: out,
      channelStride: 1,
      pixelStride: out,
      scale: options.scale ?? 1,
    };
    runtime.run('sumPixels', DTYPES[dtype].kernel, args, Math.ceil(out / SUM_CHANNELS));
  });
}

function linearGeometry(xShape: Shape, wShape: Shape): ConvGeometry {
  const [batch = 0, features = 0] = checkMatrix('x', xShape, '[batch, in features]');
  const [out = 0, inFeatures = 0] = checkMatrix('w', wShape, '[out features, in features]');
  if (features !== inFeatures)
    throw new ShapeError('x', xShape, `[batch, ${inFeatures}], as w has [${wShape.join(', ')}]`);
  return convGeometry([batch, features, 1, 1], [out, inFeatures, 1, 1], {});
}

function checkMatrix(argument: string, shape: Shape, meaning: string): Shape {
  if (shape.length !== 2) throw new ShapeError(argument, shape, `a shape ${meaning}`);
  return shape;
}

/** A matrix [rows, columns] as images of one pixel. */
function rowsOf(matrix: Tensor): Images {
  const [batch = 1, channels = 1] = matrix.shape;
  const strides = { image: channels, channel: 1, row: channels, column: channels };
  return { address: matrix.address, strides, batch, channels, height: 1, width: 1 };
}
