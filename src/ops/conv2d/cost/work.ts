import type { Pass } from '../algorithm.ts';
import type { ConvGeometry } from '../geometry.ts';

/** One call of a kernel from the host. */
export const CALL = 1500;

/** Per element of filters that are packed, or whose gradient is brought into order. */
export const PACK = 3;

/** The sizes of a pass, as a convolution of `depth` channels to `columns` channels that runs over `taps` taps for each pixel. */
export interface Work {
  readonly depth: number;
  readonly columns: number;
  readonly height: number;
  readonly width: number;
  readonly taps: number;
  /** The parts of the pixels: one for each remainder by the stride of an input gradient; and how many of them have taps at all. */
  readonly parts: number;
  readonly phases: number;
}

export function workOf(pass: Pass, { y, x, inChannels, outChannels }: ConvGeometry): Work {
  const kernel = y.kernel * x.kernel;
  if (pass !== 'inputGrad') {
    return { depth: inChannels, columns: outChannels, height: y.out, width: x.out, taps: kernel, parts: 1, phases: 1 };
  }
  const parts = y.stride * x.stride;
  const phases = Math.min(y.kernel, y.stride) * Math.min(x.kernel, x.stride);
  const taps = kernel / phases;
  return { depth: outChannels, columns: inChannels, height: y.size, width: x.size, taps, parts, phases };
}
