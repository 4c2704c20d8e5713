import { FlipLeftRight, Reverse, type TensorInfo, Tile, util } from '@tensorflow/tfjs-core';
import { BYTES } from '../../storage.ts';
import type { Kernel, KernelCall } from '../kernel.ts';
import { copyElements, readable, stridesOf } from './copy.ts';

type TileCall = KernelCall<{ x: TensorInfo }, { reps: number[] }>;
type ReverseCall = KernelCall<{ x: TensorInfo }, { dims: number | number[] }>;
type FlipCall = KernelCall<{ image: TensorInfo }, object>;

/** A tensor several times over, or from its end. */
export function repeatKernels(): readonly Kernel[] {
  return [
    { name: Tile, run: tile },
    { name: Reverse, run: reverse },
    { name: FlipLeftRight, run: flip },
  ];
}

function tile({ inputs: { x }, attrs: { reps }, backend }: TileCall): TensorInfo | null {
  const dtype = readable(backend, x);
  if (!dtype || reps.length !== x.shape.length || reps.some(count => count < 1)) return null;
  const y = backend.output(
    x.shape.map((size, d) => size * (reps[d] as number)),
    dtype,
  );
  const strides = stridesOf(x.shape);
  // Each dimension is one of repetitions, then itself.
  const sizes = x.shape.flatMap((size, d) => [reps[d] as number, size]);
  copyElements(
    sizes,
    BYTES[dtype],
    { address: backend.address(x), strides: strides.flatMap(stride => [0, stride]) },
    { address: backend.address(y), strides: stridesOf(sizes) },
  );
  return y;
}

function reverse({ inputs: { x }, attrs: { dims }, backend }: ReverseCall): TensorInfo | null {
  const dtype = readable(backend, x);
  if (!dtype || x.shape.length === 0) return null;
  const reversed = util.parseAxisParam(dims, x.shape);
  const y = backend.output(x.shape, dtype);
  const strides = stridesOf(x.shape);
  const target = { address: backend.address(y), strides };
  let start = 0;
  for (const d of new Set(reversed)) start += ((x.shape[d] as number) - 1) * (strides[d] as number);
  const backwards = strides.map((stride, d) => (reversed.includes(d) ? -stride : stride));
  const address = backend.address(x) + start * BYTES[dtype];
  copyElements(x.shape, BYTES[dtype], { address, strides: backwards }, target);
  return y;
}

/** Images of [batch, height, width, channels], each row from its end. */
function flip({ inputs: { image }, backend }: FlipCall): TensorInfo | null {
  return image.shape.length === 4 ? reverse({ inputs: { x: image }, attrs: { dims: 2 }, backend }) : null;
}
