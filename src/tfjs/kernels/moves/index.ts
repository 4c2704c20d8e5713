import type { Kernel } from '../kernel.ts';
import { concatKernels } from './concat.ts';
import { gatherKernels } from './gather.ts';
import { padKernels } from './pad.ts';
import { repeatKernels } from './repeat.ts';
import { sliceKernels } from './slice.ts';
import { transposeKernels } from './transpose.ts';

/** What moves elements and computes nothing. */
export function moveKernels(): readonly Kernel[] {
  return [
    ...transposeKernels(),
    ...sliceKernels(),
    ...concatKernels(),
    ...padKernels(),
    ...repeatKernels(),
    ...gatherKernels(),
  ];
}
