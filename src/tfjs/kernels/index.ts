import { activationKernels } from './activation.ts';
import { batchNormKernels } from './batchNorm.ts';
import { conv2dKernels } from './conv2d.ts';
import { elementwiseKernels } from './elementwise.ts';
import { bare, type Kernel } from './kernel.ts';
import { matMulKernels } from './matMul.ts';
import { moveKernels } from './moves/index.ts';
import { oneHotKernels } from './oneHot.ts';
import { poolKernels } from './pool.ts';
import { reductionKernels } from './reduction.ts';
import { resizeKernels } from './resize.ts';
import { sequenceKernels } from './sequence.ts';

/** Every kernel that is ours. */
export function kernels(): readonly Kernel[] {
  return [
    ...conv2dKernels(),
    ...matMulKernels(),
    ...poolKernels(),
    ...batchNormKernels(),
    ...activationKernels(),
    ...elementwiseKernels(),
    ...reductionKernels(),
    ...moveKernels(),
    ...resizeKernels(),
    ...bare([...oneHotKernels(), ...sequenceKernels()]),
  ];
}
