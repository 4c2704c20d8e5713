import type { TensorInfo } from '@tensorflow/tfjs-core';
import { ELEMENTWISE_BLOCK, TRANSPOSE_ROWS } from '../../../runtime/abi.ts';
import { runtime } from '../../../runtime/init.ts';
import type { ConvasmBackend } from '../../backend.ts';
import type { MemoryDType } from '../../storage.ts';

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
  joinAndRun(shape, bytes, source, target, 0);
}

/** Fills elements of `shape` with one that has the bits `value`. */
export function fillElements(shape: readonly number[], bytes: number, value: number, target: Place): void {
  joinAndRun(shape, bytes, { address: 0, strides: new Array<number>(shape.length).fill(0) }, target, value);
}

/** Neighbouring dimensions count as one where one goes on where the other ends. */
function joinAndRun(shape: readonly number[], bytes: number, source: Place, target: Place, value: number): void {
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
  run(sizes, from, to, bytes, source.address, target.address, value);
}

/** Dimensions of the kernel. */
const RANK = 6;
const NARROW_ROWS = 1024;

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
  // The kernel has RANK dimensions: those that are missing come first. Field by field, since this is on the path of small calls.
  const first = rank - RANK;
  const n0 = at(sizes, first, 1);
  const n1 = at(sizes, first + 1, 1);
  const n2 = at(sizes, first + 2, 1);
  const n3 = at(sizes, first + 3, 1);
  const rows = at(sizes, first + 4, 1);
  const columns = at(sizes, first + 5, 1);
  // Few columns are one strip, as many rows of it as the first cache holds.
  const strip = columns < 4 ? NARROW_ROWS : TRANSPOSE_ROWS;
  const rowBlock = transposed ? strip : Math.max(1, Math.floor(ELEMENTWISE_BLOCK / columns));
  const pieces = rows === 1 ? Math.ceil(columns / ELEMENTWISE_BLOCK) : Math.ceil(rows / rowBlock);
  const args = {
    source,
    target,
    n0,
    n1,
    n2,
    n3,
    rows,
    columns,
    s0: at(from, first, 0),
    s1: at(from, first + 1, 0),
    s2: at(from, first + 2, 0),
    s3: at(from, first + 3, 0),
    sRow: at(from, first + 4, 0),
    sColumn: at(from, first + 5, 0),
    t0: at(to, first, 0),
    t1: at(to, first + 1, 0),
    t2: at(to, first + 2, 0),
    t3: at(to, first + 3, 0),
    tRow: at(to, first + 4, 0),
    tColumn: at(to, first + 5, 1),
    rowBlock,
    bytes,
    value,
  };
  runtime().run('stridedCopy', 'f32', args, n0 * n1 * n2 * n3 * pieces);
}

function at(list: readonly number[], i: number, missing: number): number {
  return i < 0 ? missing : (list[i] as number);
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
  for (const list of [sizes, from, to]) {
    const value = list[column] as number;
    for (let i = column; i < last; i++) list[i] = list[i + 1] as number;
    list[last] = value;
  }
  return true;
}
