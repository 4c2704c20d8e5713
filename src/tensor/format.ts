import { TRANSPOSE_ROWS } from '../runtime/abi.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { DTYPES } from './dtype.ts';
import type { Shape } from './shape.ts';
import type { Tensor } from './tensor.ts';

/**
 * Order of a tensor's elements in memory, its private affair: 'contiguous' is row-major (NCHW), 'channelsLast' has the channels
 * of a pixel side by side (NHWC) and exists for four dimensions only.
 */
export type MemoryFormat = 'contiguous' | 'channelsLast';

/** Distance in elements between neighbours along each dimension of [batch, channels, height, width]. */
export interface Strides {
  readonly image: number;
  readonly channel: number;
  readonly row: number;
  readonly column: number;
}

/** Whether both formats are the same order: one channel, or one pixel. */
export function sameInBothFormats(shape: Shape): boolean {
  return shape.length !== 4 || shape[1] === 1 || (shape[2] as number) * (shape[3] as number) === 1;
}

/** The strides of a tensor of [batch, channels, height, width]. */
export function stridesOf(shape: Shape, format: MemoryFormat): Strides {
  // By index, not by destructuring: this is on the path of every call.
  const channels = shape[1] as number;
  const height = shape[2] as number;
  const width = shape[3] as number;
  const image = channels * height * width;
  // Of two equal orders the channels-last strides are the ones that kernels like better.
  return format === 'channelsLast' || sameInBothFormats(shape)
    ? { image, channel: 1, row: width * channels, column: channels }
    : { image, channel: height * width, row: width, column: 1 };
}

/** Writes a four-dimensional tensor's elements in the other format to `target`. */
export function transposeFormat(runtime: Runtime, tensor: Tensor, target: number, format: MemoryFormat): void {
  const [batch = 1, channels = 1, height = 1, width = 1] = tensor.shape;
  const pixels = height * width;
  const [rows, columns] = format === 'channelsLast' ? [channels, pixels] : [pixels, channels];
  const args = { source: tensor.address, target, batch, rows, columns };
  runtime.run('transpose', DTYPES[tensor.dtype].kernel, args, batch * Math.ceil(rows / TRANSPOSE_ROWS));
}
