import {
  Abs,
  Add,
  backend_util,
  Maximum,
  Minimum,
  Multiply,
  Neg,
  RealDiv,
  Rsqrt,
  Sqrt,
  Square,
  Step,
  Sub,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { BINARY_KIND, ELEMENTWISE_BLOCK, UNARY_KIND } from '../../runtime/abi.ts';
import { allocate } from '../../tensor/tensor.ts';
import { type Broadcast, broadcastOf } from './broadcast.ts';
import type { Kernel, KernelCall } from './kernel.ts';

type BinaryCall = KernelCall<{ a: TensorInfo; b: TensorInfo }, object>;
type UnaryCall = KernelCall<{ x: TensorInfo }, { alpha?: number }>;

/** Arithmetic element by element. */
export function elementwiseKernels(): readonly Kernel[] {
  const { add, sub, mul, div, max, min } = BINARY_KIND;
  const pairs = { [Add]: add, [Sub]: sub, [Multiply]: mul, [RealDiv]: div, [Maximum]: max, [Minimum]: min };
  const { square, sqrt, rsqrt, neg, abs, step } = UNARY_KIND;
  const singles = { [Square]: square, [Sqrt]: sqrt, [Rsqrt]: rsqrt, [Neg]: neg, [Abs]: abs, [Step]: step };
  return [
    ...Object.entries(pairs).map(([name, kind]) => ({ name, run: (call: BinaryCall) => binary(call, kind) })),
    ...Object.entries(singles).map(([name, kind]) => ({ name, run: (call: UnaryCall) => unary(call, kind) })),
  ];
}

function binary({ inputs: { a, b }, backend }: BinaryCall, kind: number): TensorInfo | null {
  if (!backend.reads(a) || !backend.reads(b)) return null;
  const shape = backend_util.assertAndGetBroadcastShape(a.shape, b.shape);
  const broadcast = broadcastOf(shape, a.shape, b.shape);
  if (!broadcast) return null;
  const { rows, columns } = broadcast;
  const [x, y] = [backend.tensor(a), backend.tensor(b)];
  const target = allocate(shape, 'float32', 'contiguous');
  const rowBlock = Math.max(1, Math.floor(ELEMENTWISE_BLOCK / columns));
  const blocks = Math.ceil(rows === 1 ? columns / ELEMENTWISE_BLOCK : rows / rowBlock);
  const args = {
    a: x.address,
    b: y.address,
    target: target.address,
    ...strides(broadcast),
    rows,
    columns,
    rowBlock,
    kind,
  };
  target.storage.runtime.run('binary', 'f32', args, blocks);
  return backend.hand(target);
}

function strides({ a, b }: Broadcast) {
  return { aRow: a.row, aColumn: a.column, bRow: b.row, bColumn: b.column };
}

function unary({ inputs: { x }, attrs, backend }: UnaryCall, kind: number): TensorInfo | null {
  if (!backend.reads(x)) return null;
  const source = backend.tensor(x);
  const target = allocate(x.shape, 'float32', 'contiguous');
  const count = source.size;
  const args = { source: source.address, target: target.address, count, kind, low: attrs.alpha ?? 0 };
  target.storage.runtime.run('unary', 'f32', args, Math.ceil(count / ELEMENTWISE_BLOCK));
  return backend.hand(target);
}
