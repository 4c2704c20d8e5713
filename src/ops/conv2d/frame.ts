import { BYTES, type ElementType, type Runtime } from '../../runtime/runtime.ts';
import type { Strides } from '../../tensor/format.ts';

/** Images in memory, in any format. Strides in elements. */
export interface Images {
  readonly address: number;
  readonly strides: Strides;
  readonly batch: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/**
 * The part of the plane that a pass reads: `height` x `width` pixels, of which the image's first stands at (top, left). What lies
 * outside the image is zero.
 */
export interface Frame {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** Channels-last pixels as a kernel reads them; distances in elements. */
export interface Pixels {
  readonly address: number;
  readonly image: number;
  readonly row: number;
  readonly column: number;
}

/** Whether a pass can read the images where they are: channels-last, and nothing of the frame outside them. */
export function readsInPlace({ strides, height, width }: Images, frame: Frame): boolean {
  const inside = frame.top === 0 && frame.left === 0 && frame.height <= height && frame.width <= width;
  return inside && strides.channel === 1;
}

/** Elements of one frame. */
export function frameSize(frame: Frame, pixelStride: number): number {
  return frame.height * frame.width * pixelStride;
}

/** Images `first` to `first + count` - 1 where they are. */
export function inPlace({ address, strides }: Images, first: number, bytes: number): Pixels {
  return {
    address: address + first * strides.image * bytes,
    image: strides.image,
    row: strides.row,
    column: strides.column,
  };
}

/** How a kernel finds images `first` and on in memory: fields of PadArgs, PlanesArgs and FrameArgs. */
export function sourceFields({ address, channels, strides }: Images, first: number, bytes: number) {
  return {
    source: address + first * strides.image * bytes,
    channels,
    imageStride: strides.image,
    channelStride: strides.channel,
    rowStride: strides.row,
    columnStride: strides.column,
  };
}

/** What of an image stands in a frame, and where. A frame smaller than the image (a stride that skips the last rows) cuts it off. */
export function insideFields({ height, width }: Images, frame: Frame) {
  const top = Math.min(frame.top, frame.height);
  const left = Math.min(frame.left, frame.width);
  return { top, left, height: Math.min(height, frame.height - top), width: Math.min(width, frame.width - left) };
}

/** Copies images `first` to `first + count` - 1 into frames at `target`, channels-last, `pixelStride` elements a pixel. */
export function copyFrames(
  runtime: Runtime,
  type: ElementType,
  images: Images,
  frame: Frame,
  { first, count }: { first: number; count: number },
  target: number,
  pixelStride: number,
): Pixels {
  const args = {
    ...sourceFields(images, first, BYTES[type]),
    ...insideFields(images, frame),
    target,
    images: count,
    paddedHeight: frame.height,
    paddedWidth: frame.width,
    pixelStride,
  };
  runtime.run('pad', type, args, count * frame.height);
  const row = frame.width * pixelStride;
  return { address: target, image: frame.height * row, row, column: pixelStride };
}
