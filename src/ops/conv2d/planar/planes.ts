import { PLANES_ROWS } from '../../../runtime/abi.ts';
import { BYTES, type ElementType, type Runtime } from '../../../runtime/runtime.ts';
import { type Frame, type Images, insideFields, sourceFields } from '../frame.ts';

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

/** Where a frame's column stands in a row whose columns are dealt out to `split` parts of `pitch`. */
export function columnPlace(
  { split, pitch }: { readonly split: number; readonly pitch: number },
  column: number,
): number {
  return (column % split) * pitch + Math.floor(column / split);
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
  const args = {
    ...sourceFields(images, first, BYTES[type]),
    ...insideFields(images, frame),
    target,
    paddedHeight: frame.height,
    split,
    pitch,
  };
  runtime.run('planes', type, args, count * Math.ceil(frame.height / PLANES_ROWS));
}
