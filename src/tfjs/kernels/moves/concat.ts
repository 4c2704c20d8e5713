import { backend_util, Concat, Pack, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { sameShape, sizeOf } from '../../../tensor/shape.ts';
import type { ConvasmBackend } from '../../backend.ts';
import { BYTES } from '../../storage.ts';
import type { Kernel, KernelCall } from '../kernel.ts';
import { copyElements, readable } from './copy.ts';

type Call = KernelCall<TensorInfo[], { axis: number }>;

/** Several tensors as one. */
export function concatKernels(): readonly Kernel[] {
  return [
    { name: Concat, run: concat },
    { name: Pack, run: pack },
  ];
}

function concat({ inputs, attrs, backend }: Call): TensorInfo | null {
  const parts = inputs.filter(({ shape }) => !shape.includes(0));
  const [first] = inputs;
  // The type is that of the first one, though it be empty.
  if (!first || parts.length < 2 || parts[0]?.dtype !== first.dtype) return null;
  const axis = util.parseAxisParam(attrs.axis, first.shape)[0] as number;
  const shapes = inputs.map(({ shape }) => shape);
  backend_util.assertParamsConsistent(shapes, axis);
  return join(backend, parts, axis, backend_util.computeOutShape(shapes, axis));
}

function pack({ inputs, attrs: { axis }, backend }: Call): TensorInfo | null {
  const [first] = inputs;
  // One is the same data under another shape.
  if (!first || inputs.length < 2 || !inputs.every(({ shape }) => sameShape(shape, first.shape))) return null;
  const at = axis < 0 ? axis + first.shape.length + 1 : axis;
  return join(backend, inputs, at, [...first.shape.slice(0, at), inputs.length, ...first.shape.slice(at)]);
}

/** Rows of each part, from dimension `axis` on, behind those of the part before. */
function join(
  backend: ConvasmBackend,
  parts: readonly TensorInfo[],
  axis: number,
  shape: readonly number[],
): TensorInfo | null {
  const dtype = readable(backend, parts[0] as TensorInfo);
  if (!dtype || !parts.every(info => backend.reads(info, dtype))) return null;
  // Single numbers in JavaScript stay there.
  if (parts.every(info => sizeOf(info.shape) === 1 && backend.single(info) !== undefined)) return null;
  const y = backend.output(shape, dtype);
  const bytes = BYTES[dtype];
  const rows = sizeOf(shape.slice(0, axis));
  const target = sizeOf(shape.slice(axis));
  let address = backend.address(y);
  for (const info of parts) {
    const columns = sizeOf(info.shape) / rows;
    const source = { address: backend.address(info), strides: [columns, 1] };
    copyElements([rows, columns], bytes, source, { address, strides: [target, 1] });
    address += columns * bytes;
  }
  return y;
}
