import type { ElementType, Runtime } from '../../../runtime/runtime.ts';
import { type FilterGradOperands, filterGradPass } from '../filterGradPass.ts';
import { type ConvGeometry, isDepthwise } from '../geometry.ts';
import { depthwiseFilterGradPass, fitsPlanes } from './depthwiseFilterGrad.ts';

/** The filter gradient with vectors along the rows where it has a kernel, else the general pass. */
export function planarFilterGradPass(
  runtime: Runtime,
  type: ElementType,
  g: ConvGeometry,
  operands: FilterGradOperands,
): void {
  if (isDepthwise(g) && fitsPlanes(type, g, operands)) depthwiseFilterGradPass(runtime, type, g, operands);
  else filterGradPass(runtime, type, g, operands);
}
