import type { Kernel } from './kernel.ts';

/** Every kernel that is ours. */
export function kernels(): readonly Kernel[] {
  return [];
}
