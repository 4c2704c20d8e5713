import { binaryKernels } from './binary.ts';
import { fillKernels } from './fill.ts';
import { bare, type Kernel } from './kernel.ts';
import { selectKernels } from './select.ts';
import { unaryKernels } from './unary.ts';

/** What is done element by element, but for activations. */
export function elementwiseKernels(): readonly Kernel[] {
  return bare([...unaryKernels(), ...binaryKernels(), ...selectKernels(), ...fillKernels()]);
}
