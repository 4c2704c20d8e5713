import { bare, type Kernel } from '../kernel.ts';
import { blockKernels } from './blocks.ts';
import { concatKernels } from './concat.ts';
import { diagonalKernels } from './diagonal.ts';
import { gatherKernels } from './gather.ts';
import { gatherNdKernels } from './gatherNd.ts';
import { padKernels } from './pad.ts';
import { repeatKernels } from './repeat.ts';
import { sliceKernels } from './slice.ts';
import { transposeKernels } from './transpose.ts';

/** What moves elements and computes nothing. */
export function moveKernels(): readonly Kernel[] {
  return bare([
    ...transposeKernels(),
    ...sliceKernels(),
    ...concatKernels(),
    ...padKernels(),
    ...repeatKernels(),
    ...gatherKernels(),
    ...gatherNdKernels(),
    ...blockKernels(),
    ...diagonalKernels(),
  ]);
}
