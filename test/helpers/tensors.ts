import { type Tensor, tensor } from '../../src/index.ts';
import { inFormat } from '../../src/ops/operands.ts';
import type { DType, Values } from './values.ts';

/** How a 4-D tensor lies in memory; the numbers that one sees are the same. */
export type Format = 'contiguous' | 'channels-last';
export const formats: readonly Format[] = ['contiguous', 'channels-last'];

/** A tensor of these values in the wanted memory format. One made from numbers is contiguous. */
export function made(values: Values, dtype: DType = 'float32', format: Format = 'contiguous'): Tensor {
  const contiguous = tensor(values.data, values.shape, dtype);
  return format === 'contiguous' ? contiguous : channelsLast(contiguous);
}

/** `contiguous`, which is disposed of, in channels-last memory. */
function channelsLast(contiguous: Tensor): Tensor {
  const result = inFormat(contiguous, 'channelsLast');
  // Where both formats are the same order it is the same tensor.
  if (result !== contiguous) contiguous.dispose();
  result.format = 'channelsLast';
  return result;
}

/** The numbers of a tensor, copied to the host. */
export const read = (t: Tensor): Values => ({ shape: [...t.shape], data: Float64Array.from(t.data) });
