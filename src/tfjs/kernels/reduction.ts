import {
  All,
  Any,
  ArgMax,
  ArgMin,
  Cast,
  Cumprod,
  Cumsum,
  Max,
  Mean,
  Min,
  Prod,
  Softmax,
  Sum,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core';
import {
  ELEMENTWISE_BLOCK,
  REDUCE_COLUMN_BYTES,
  REDUCE_KIND,
  SCAN_COLUMNS,
  SCAN_KIND,
  SOFTMAX_ROWS,
} from '../../runtime/abi.ts';
import { runtime } from '../../runtime/init.ts';
import { sizeOf } from '../../tensor/shape.ts';
import type { ConvasmBackend } from '../backend.ts';
import type { MemoryDType } from '../storage.ts';
import { BYTES } from '../storage.ts';
import { bare, type Kernel, type KernelCall, runKernel } from './kernel.ts';
import { copyElements, readable, stridesOf } from './moves/copy.ts';

type Axes = number | number[] | null;
type ReductionCall = KernelCall<
  { x: TensorInfo },
  /** TensorFlow.js calls the axes of a maximum otherwise. */
  { axis?: Axes; reductionIndices?: Axes; keepDims?: boolean }
>;
type ScanCall = KernelCall<{ x: TensorInfo }, { axis: number; exclusive: boolean; reverse: boolean }>;
type SoftmaxCall = KernelCall<{ logits: TensorInfo }, { dim: number }>;

/** The kernel's kind for each type that a reduction is of. */
type Kinds = { readonly [T in MemoryDType]?: number };

/** Sums, extremes and the like over any dimensions of a tensor; running sums; softmax. */
export function reductionKernels(): readonly Kernel[] {
  const { sum, prod, max, min, sumI32, maxI32, minI32, all, any, argMax, argMin, argMaxI32, argMinI32 } = REDUCE_KIND;
  const reductions: Record<string, Kinds> = {
    [Sum]: { float32: sum, int32: sumI32 },
    [Prod]: { float32: prod },
    [Max]: { float32: max, int32: maxI32 },
    [Min]: { float32: min, int32: minI32 },
    [All]: { bool: all },
    [Any]: { bool: any },
  };
  const places: Record<string, Kinds> = {
    [ArgMax]: { float32: argMax, int32: argMaxI32 },
    [ArgMin]: { float32: argMin, int32: argMinI32 },
  };
  return bare([
    ...Object.entries(reductions).map(([name, kinds]) => ({
      name,
      run: ({ inputs, attrs, backend }: ReductionCall) => reduce(backend, inputs.x, attrs, kinds),
    })),
    { name: Mean, run: mean },
    // One axis, whatever the attributes say; whole numbers come out.
    ...Object.entries(places).map(([name, kinds]) => ({
      name,
      run: ({ inputs: { x }, attrs, backend }: ReductionCall) => {
        const [axis] = util.parseAxisParam(attrs.axis as number, x.shape);
        return reduce(backend, x, { axis: axis as number }, kinds, false, 'int32');
      },
    })),
    { name: Cumsum, run: call => scan(call, { float32: SCAN_KIND.sum, int32: SCAN_KIND.sumI32 }) },
    { name: Cumprod, run: call => scan(call, { float32: SCAN_KIND.prod }) },
    { name: Softmax, run: softmaxOf },
  ]);
}

/** Of whole numbers and booleans, too. */
function mean({ inputs: { x }, attrs, backend }: ReductionCall): TensorInfo | null {
  const ofFloats = (info: TensorInfo) => reduce(backend, info, attrs, { float32: REDUCE_KIND.sum }, true);
  if (x.dtype === 'float32' || !readable(backend, x)) return ofFloats(x);
  const floats = runKernel(backend, Cast, { x }, { dtype: 'float32' });
  const y = ofFloats(floats);
  backend.disposeData(floats.dataId);
  return y;
}

/** What the cpu backend sums up in a microsecond. */
const FEW = 1024;

/** A tensor of [outer, reduced, inner]. */
interface Matrices {
  readonly address: number;
  readonly outer: number;
  readonly reduced: number;
  readonly inner: number;
}

function reduce(
  backend: ConvasmBackend,
  x: TensorInfo,
  attrs: ReductionCall['attrs'],
  kinds: Kinds,
  mean = false,
  resultDType?: MemoryDType,
): TensorInfo | null {
  const dtype = readable(backend, x);
  const kind = dtype ? kinds[dtype] : undefined;
  if (!dtype || kind === undefined) return null;
  // Of a few numbers in JavaScript, all the same, the result stays there, too.
  if (sizeOf(x.shape) <= FEW && backend.single(x) !== undefined) return null;
  const axes = util.parseAxisParam((attrs.axis ?? attrs.reductionIndices) as number[], x.shape).sort((a, b) => a - b);
  const [first, last] = [axes[0], axes[axes.length - 1]];
  if (first === undefined || last === undefined) return null;
  const shape: number[] = [];
  let [outer, reduced, inner, at] = [1, 1, 1, 0];
  for (let d = 0; d < x.shape.length; d++) {
    const size = x.shape[d] as number;
    if (axes[at] === d) {
      reduced *= size;
      if (attrs.keepDims) shape.push(1);
      at++;
      continue;
    }
    shape.push(size);
    if (d > last) inner *= size;
    else outer *= size;
  }
  // The same axis twice is the cpu backend's.
  if (at < axes.length) return null;
  const neighbours = last === first + axes.length - 1;
  const moved = neighbours ? null : gathered(backend, x, dtype, axes);
  const address = backend.address(moved ?? x);
  const y = backend.output(shape, resultDType ?? dtype);
  run({ address, outer, reduced, inner }, backend.address(y), dtype, kind, mean ? 1 / reduced : 1);
  if (moved) backend.disposeData(moved.dataId);
  return y;
}

/** Elements with the reduced dimensions as neighbours, in front of those that came behind the last of them. */
function gathered(
  backend: ConvasmBackend,
  { shape, ...x }: TensorInfo,
  dtype: MemoryDType,
  axes: readonly number[],
): TensorInfo {
  const last = axes.at(-1) as number;
  const kept = [...shape.keys()].filter(d => !axes.includes(d));
  const order = [...kept.filter(d => d < last), ...axes, ...kept.filter(d => d > last)];
  const sizes = order.map(d => shape[d] as number);
  const strides = stridesOf(shape);
  const moved = backend.output(sizes, dtype);
  copyElements(
    sizes,
    BYTES[dtype],
    { address: backend.address({ shape, ...x }), strides: order.map(d => strides[d] as number) },
    { address: backend.address(moved), strides: stridesOf(sizes) },
  );
  return moved;
}

function run(
  { address, outer, reduced, inner }: Matrices,
  target: number,
  dtype: MemoryDType,
  kind: number,
  scale: number,
) {
  const rowBlock = Math.max(1, Math.floor(ELEMENTWISE_BLOCK / reduced));
  const pieces = Math.ceil((inner * BYTES[dtype]) / REDUCE_COLUMN_BYTES);
  const args = { source: address, target, outer, reduced, inner, rowBlock, kind, scale };
  runtime().run('reduce', 'f32', args, inner === 1 ? Math.ceil(outer / rowBlock) : outer * pieces);
}

function scan({ inputs: { x }, attrs, backend }: ScanCall, kinds: Kinds): TensorInfo | null {
  const dtype = readable(backend, x);
  const kind = dtype ? kinds[dtype] : undefined;
  if (!dtype || kind === undefined || x.shape.length === 0) return null;
  const axis = util.parseAxisParam(attrs.axis, x.shape)[0] as number;
  const y = backend.output(x.shape, dtype);
  const inner = sizeOf(x.shape.slice(axis + 1));
  const args = {
    source: backend.address(x),
    target: backend.address(y),
    outer: sizeOf(x.shape.slice(0, axis)),
    count: x.shape[axis] as number,
    inner,
    exclusive: attrs.exclusive ? 1 : 0,
    reverse: attrs.reverse ? 1 : 0,
    kind,
  };
  runtime().run('scan', 'f32', args, args.outer * Math.ceil(inner / SCAN_COLUMNS));
  return y;
}

function softmaxOf({ inputs: { logits }, attrs, backend }: SoftmaxCall): TensorInfo | null {
  const { shape } = logits;
  const last = shape.length - 1;
  if (last < 0 || !backend.reads(logits) || (attrs.dim !== last && attrs.dim !== -1)) return null;
  const classes = shape[last] as number;
  const rows = sizeOf(shape) / classes;
  const x = backend.address(logits);
  const y = backend.output(shape);
  const args = { x, y: backend.address(y), dy: 0, dx: 0, rows, classes };
  runtime().run('softmax', 'f32', args, Math.ceil(rows / SOFTMAX_ROWS));
  return y;
}
