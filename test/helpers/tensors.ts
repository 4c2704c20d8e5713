import { type Tensor, tensor } from '../../src/index.ts';
import { maxPool2d } from '../../src/ops/index.ts';
import type { DType, Values } from './values.ts';

/** How a 4-D tensor lies in memory; the numbers that one sees are the same. */
export type Format = 'contiguous' | 'channels-last';
export const formats: readonly Format[] = ['contiguous', 'channels-last'];

/**
 * A tensor of these values in the wanted memory format. A tensor made from numbers is contiguous; a pool of one pixel
 * changes nothing but the format.
 */
export function made(values: Values, dtype: DType = 'float32', format: Format = 'contiguous'): Tensor {
  const contiguous = tensor(values.data, values.shape, dtype);
  if (format === 'contiguous') return contiguous;
  const result = maxPool2d(contiguous, { kernelSize: 1, stride: 1, padding: 0 });
  contiguous.dispose();
  return result;
}

/** The numbers of a tensor, copied to the host. */
export const read = (t: Tensor): Values => ({ shape: [...t.shape], data: Float64Array.from(t.data) });
