import { activationKernels } from './activation.ts';
import { conv2dKernels } from './conv2d.ts';
import type { Kernel } from './kernel.ts';

/** Every kernel that is ours. */
export function kernels(): readonly Kernel[] {
  return [...conv2dKernels(), ...activationKernels()];
}
