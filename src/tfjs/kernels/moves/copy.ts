import type { TensorInfo } from '@tensorflow/tfjs-core';
import { ELEMENTWISE_BLOCK, TRANSPOSE_ROWS } from '../../../runtime/abi.ts';
import { runtime } from '../../../runtime/init.ts';
import type { ConvasmBackend } from '../../backend.ts';
import type { MemoryDType } from '../../storage.ts';

/** Bytes of an element. */
export const BYTES = { float32: 4, int32: 4, bool: 1 } as const;

/** The element type of a tensor that our kernels can read; null where they can't. */
export function readable(backend: ConvasmBackend, info: TensorInfo): MemoryDType | null {
  const { dtype } = info;
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool') return null;
  return backend.reads(info, dtype) ? dtype : null;
}

/** Elements from one index of each dimension to the next, in row-major order. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  for (let i = shape.length - 1, stride = 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i] as number;
  }
  return strides;
}

/** Where elements stand: an address in bytes, and strides in elements. */
export interface Place {
  readonly address: number;
  readonly strides: readonly number[];
}

/**
 * Copies elements of `shape` from one place to another, apart from it. Strides of the source may be negative, and 0: what stands there is
 * then repeated.
 */
export function copyElements(shape: readonly number[], bytes: number, source: Place, target: Place): void {
  // Neighbouring dimensions count as one where one goes on where the other ends.
  const sizes: number[] = [];
  const from: number[] = [];
  const to: number[] = [];
  for (let i = 0, last = -1; i < shape.length; i++) {
    const size = shape[i] as number;
    const s = source.strides[i] as number;
    const t = target.strides[i] as number;
    if (size === 1) continue;
    if (last >= 0 && from[last] === s * size && to[last] === t * size) {
      sizes[last] = (sizes[last] as number) * size;
      from[last] = s;
      to[last] = t;
    } else {
      last++;
      sizes.push(size);
      from.push(s);
      to.push(t);
    }
  }
  run(sizes, from, to, bytes, source.address, target.address, 0);
}

/** Fills elements of `shape` with one that has the bits `value`. */
export function fillElements(shape: readonly number[], bytes: number, value: number, target: Place): void {
  const sizes: number[] = [];
  const to: number[] = [];
  for (let i = 0, last = -1; i < shape.length; i++) {
    const size = shape[i] as number;
    const t = target.strides[i] as number;
    if (size === 1) continue;
    if (last >= 0 && to[last] === t * size) {
      sizes[last] = (sizes[last] as number) * size;
      to[last] = t;
    } else {
      last++;
      sizes.push(size);
      to.push(t);
    }
  }
  run(sizes, new Array(sizes.length).fill(0), to, bytes, 0, target.address, value);
}

/** Dimensions of the kernel. */
const RANK = 6;

function run(
  sizes: number[],
  from: number[],
  to: number[],
  bytes: number,
  source: number,
  target: number,
  value: number,
): void {
  const rank = sizes.length;
  if (rank > RANK) {
    const rest = [sizes.slice(1), from.slice(1), to.slice(1)] as const;
    const [s, t] = [(from[0] as number) * bytes, (to[0] as number) * bytes];
    for (let i = 0; i < (sizes[0] as number); i++) {
      run(rest[0].slice(), rest[1].slice(), rest[2].slice(), bytes, source + i * s, target + i * t, value);
    }
    return;
  }
  const transposed = bytes === 4 && transpose(sizes, from, to);
  while (sizes.length < RANK) {
    sizes.unshift(1);
    from.unshift(0);
    to.unshift(0);
  }
  const [n0, n1, n2, n3, rows, columns] = sizes as [number, number, number, number, number, number];
  const [s0, s1, s2, s3, sRow, sColumn] = from as [number, number, number, number, number, number];
  const [t0, t1, t2, t3, tRow, tColumn] = to as [number, number, number, number, number, number];
  const rowBlock = transposed ? TRANSPOSE_ROWS : Math.max(1, Math.floor(ELEMENTWISE_BLOCK / columns));
  const pieces = rows === 1 ? Math.ceil(columns / ELEMENTWISE_BLOCK) : Math.ceil(rows / rowBlock);
  const outer = { n0, n1, n2, n3, s0, s1, s2, s3, t0, t1, t2, t3 };
  const matrix = { rows, columns, sRow, sColumn, tRow, tColumn, rowBlock };
  runtime().run(
    'stridedCopy',
    'f32',
    { source, target, ...outer, ...matrix, bytes, value },
    n0 * n1 * n2 * n3 * pieces,
  );
}

/**
 * Brings a dimension without gaps in the source to the end, and behind the last but one that has none in the target: the kernel transposes
 * such matrices in vectors. Returns whether it did.
 */
function transpose(sizes: number[], from: number[], to: number[]): boolean {
  const last = sizes.length - 1;
  if (last < 1 || to[last] !== 1 || from[last] === 1) return false;
  const column = from.indexOf(1);
  if (column < 0) return false;
  for (const list of [sizes, from, to]) list.push(...list.splice(column, 1));
  return true;
}
