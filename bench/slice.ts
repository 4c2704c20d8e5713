import type { Slice } from './plainLoop.ts';
import { type ConvShape, flopsOf, outSize } from './shapes.ts';

/** Floating-point operations that the plain loop may take in one go: some 20 ms. */
const BUDGET = 2e7;

/** A part of a shape's work. */
export interface Sample {
  readonly slice: Slice;
  /** The whole work is this many times that of the slice. */
  readonly scale: number;
}

/** A slice of at most BUDGET operations, but at least one row of one image: whole images, or rows from the middle of one. */
export function sliceOf(s: ConvShape, budget = BUDGET): Sample {
  const rows = outSize(s);
  const perImage = flopsOf(s) / s.batch;
  const images = Math.min(s.batch, Math.max(1, Math.floor(budget / perImage)));
  const count = Math.min(rows, Math.max(1, Math.floor((budget / perImage) * rows)));
  const first = Math.floor((rows - count) / 2);
  const slice = { images, first, end: first + count };
  const scale = (s.batch * filterRows(s, 0, rows)) / (images * filterRows(s, first, slice.end));
  return { slice, scale };
}

/** Rows of the filter that fall on the image, summed over output rows: the loop skips those in the padding. */
function filterRows({ size, kernel, stride, padding }: ConvShape, first: number, end: number): number {
  let count = 0;
  for (let i = first; i < end; i++) {
    for (let p = 0; p < kernel; p++) {
      const row = i * stride + p - padding;
      if (row >= 0 && row < size) count++;
    }
  }
  return count;
}
