import { DepthToSpace, type TensorInfo, Transpose } from '@tensorflow/tfjs-core';
import { BYTES } from '../../storage.ts';
import type { Kernel, KernelCall } from '../kernel.ts';
import { copyElements, readable, stridesOf } from './copy.ts';

type TransposeCall = KernelCall<{ x: TensorInfo }, { perm: number[] }>;
type DepthToSpaceCall = KernelCall<{ x: TensorInfo }, { blockSize: number; dataFormat: 'NHWC' | 'NCHW' }>;

/** All elements, in another order. */
export function transposeKernels(): readonly Kernel[] {
  return [
    { name: Transpose, run: transpose },
    { name: DepthToSpace, run: depthToSpace },
  ];
}

function transpose({ inputs: { x }, attrs: { perm }, backend }: TransposeCall): TensorInfo | null {
  const dtype = readable(backend, x);
  if (!dtype) return null;
  const shape = perm.map(d => x.shape[d] as number);
  const y = backend.output(shape, dtype);
  const strides = stridesOf(x.shape);
  copyElements(
    shape,
    BYTES[dtype],
    { address: backend.address(x), strides: perm.map(d => strides[d] as number) },
    { address: backend.address(y), strides: stridesOf(shape) },
  );
  return y;
}

function depthToSpace({ inputs: { x }, attrs, backend }: DepthToSpaceCall): TensorInfo | null {
  const { blockSize, dataFormat } = attrs;
  const dtype = readable(backend, x);
  // NCHW is refused by the cpu backend; it says so.
  if (!dtype || dataFormat !== 'NHWC') return null;
  const [batch, height, width, depth] = x.shape as [number, number, number, number];
  const channels = depth / blockSize ** 2;
  const [n, h, w] = stridesOf(x.shape) as [number, number, number];
  const blocks = [batch, height, blockSize, width, blockSize, channels];
  const y = backend.output([batch, height * blockSize, width * blockSize, channels], dtype);
  copyElements(
    blocks,
    BYTES[dtype],
    { address: backend.address(x), strides: [n, h, blockSize * channels, w, channels, 1] },
    { address: backend.address(y), strides: stridesOf(blocks) },
  );
  return y;
}
