import { PLANES_ROWS } from '../../../runtime/abi.ts';
import { BYTES, type ElementType, type Runtime } from '../../../runtime/runtime.ts';
import type { Frame, Images } from '../frame.ts';

/** Planes with a border of zeros, one for each channel; distances in elements. */
export interface Planes {
  readonly frame: Frame;
  readonly channels: number;
  /** Parts that a row is dealt out to, and the size of one. */
  readonly split: number;
  readonly pitch: number;
  readonly row: number;
  readonly plane: number;
  readonly image: number;
}

/** Planes of what `frame` covers; every `split`-th column stands side by side. */
export function planesOf(frame: Frame, channels: number, split: number): Planes {
  const pitch = Math.ceil(frame.width / split);
  const row = split * pitch;
  const plane = frame.height * row;
  return { frame, channels, split, pitch, row, plane, image: channels * plane };
}

/** Copies images `first` to `first + count` - 1, in any format, to planes at `target`. */
export function copyPlanes(
  runtime: Runtime,
  type: ElementType,
  images: Images,
  planes: Planes,
  { first, count }: { first: number; count: number },
  target: number,
): void {
  const { frame, split, pitch } = planes;
  // A frame smaller than the image (a stride that skips the last rows) cuts it off.
  const top = Math.min(frame.top, frame.height);
  const left = Math.min(frame.left, frame.width);
  const args = {
    source: images.address + first * images.strides.image * BYTES[type],
    target,
    channels: images.channels,
    height: Math.min(images.height, frame.height - top),
    width: Math.min(images.width, frame.width - left),
    imageStride: images.strides.image,
    channelStride: images.strides.channel,
    rowStride: images.strides.row,
    columnStride: images.strides.column,
    top,
    left,
    paddedHeight: frame.height,
    split,
    pitch,
  };
  runtime.run('planes', type, args, count * Math.ceil(frame.height / PLANES_ROWS));
}
