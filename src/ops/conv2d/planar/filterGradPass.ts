import type { ElementType, Runtime } from '../../../runtime/runtime.ts';
import { type FilterGradOperands, filterGradPass } from '../filterGradPass.ts';
import type { ConvGeometry } from '../geometry.ts';

export function planarFilterGradPass(
  runtime: Runtime,
  type: ElementType,
  g: ConvGeometry,
  operands: FilterGradOperands,
): void {
  filterGradPass(runtime, type, g, operands);
}
