import { PANEL_BYTES } from '../../../runtime/abi.ts';
import type { Pass } from '../algorithm.ts';
import type { ConvGeometry } from '../geometry.ts';
import { GRADIENT_PIXELS } from '../plan.ts';
import { CALL, PACK, type Work } from './work.ts';

/** A step of k of the 6 x 8 tile: 12 vector multiply-adds, two a cycle. */
const STEP = 6;
/** Start and end of a tile's sum, and of each of its runs of neighbouring elements. */
const TILE = 60;
const RUN = 8;
/** Bytes of filters a cycle that come from beyond L2 (some 24 GB/s). */
const STREAM = 6;
/** Filters up to this many bytes stay in L2. */
const CACHE = 1 << 20;

/** Cycles of a product of `rows` x `columns`, `depth` long in `runs` runs, `groups` times. */
export function product(groups: number, rows: number, columns: number, depth: number, runs = 1): number {
  const tiles = (groups * Math.ceil(columns / 8) * Math.ceil(rows / 2)) / 3;
  const bytes = groups * Math.ceil(columns / 8) * depth * PANEL_BYTES;
  return Math.max(tiles * (STEP * depth + TILE + RUN * runs), bytes > CACHE ? bytes / STREAM : 0);
}

export function directCost(
  { depth, columns, height, width, taps, parts, phases }: Work,
  pass: Pass,
  g: ConvGeometry,
  prepared: boolean,
) {
  const pixels = g.batch * height * width;
  const order = prepared ? 0 : PACK * g.y.kernel * g.x.kernel * g.inChannels * g.outChannels;
  if (pass === 'filterGrad') {
    // Each step over some pixels packs, starts its tiles' sums anew and calls three kernels.
    const steps = Math.ceil(pixels / GRADIENT_PIXELS);
    return (
      steps * (product(1, taps * depth, columns, pixels / steps, width > 1 ? pixels / steps / width : 1) + CALL) +
      order +
      4 * CALL
    );
  }
  const part = pixels / parts;
  const sums =
    phases * product(1, part, columns, taps * depth, Math.sqrt(taps)) + (parts - phases) * product(1, part, columns, 0);
  return sums + order + (3 + parts) * CALL;
}
