import { Diag, type TensorInfo } from '@tensorflow/tfjs-core';
import { sizeOf } from '../../../tensor/shape.ts';
import { BYTES } from '../../storage.ts';
import { fillWith } from '../fill.ts';
import type { Kernel, KernelCall } from '../kernel.ts';
import { copyElements, readable } from './copy.ts';

type Call = KernelCall<{ x: TensorInfo }, object>;

export function diagonalKernels(): readonly Kernel[] {
  return [{ name: Diag, run: diagonal }];
}

/** A matrix with all elements of a tensor on its diagonal; a dimension of it is all of the tensor's. */
function diagonal({ inputs: { x }, backend }: Call): TensorInfo | null {
  const dtype = readable(backend, x);
  if (!dtype) return null;
  const size = sizeOf(x.shape);
  const y = backend.output([...x.shape, ...x.shape], dtype);
  fillWith(backend, y, 0);
  const source = { address: backend.address(x), strides: [1] };
  copyElements([size], BYTES[dtype], source, { address: backend.address(y), strides: [size + 1] });
  return y;
}
