import {
  Add,
  AddN,
  Atan2,
  BitwiseAnd,
  backend_util,
  EluGrad,
  Equal,
  FloorDiv,
  Greater,
  GreaterEqual,
  Less,
  LessEqual,
  LogicalAnd,
  LogicalOr,
  Maximum,
  Minimum,
  Mod,
  Multiply,
  NotEqual,
  Pow,
  Prelu,
  RealDiv,
  SquaredDifference,
  Sub,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { BINARY_KIND, BINARY_SCRATCH, ELEMENTWISE_BLOCK, OPERAND_TYPE } from '../../runtime/abi.ts';
import { roundUp } from '../../runtime/allocator.ts';
import { runtime } from '../../runtime/init.ts';
import { sameShape, sizeOf } from '../../tensor/shape.ts';
import type { ConvasmBackend } from '../backend.ts';
import { BYTES, type MemoryDType } from '../storage.ts';
import { type Broadcast, broadcastOf, type Reading } from './broadcast.ts';
import { fillWith } from './fill.ts';
import type { Kernel, KernelCall } from './kernel.ts';

/** The kinds of a function by the type of its operands, and the type of its result where that is another. */
interface Kinds {
  readonly float32?: number;
  readonly int32?: number;
  readonly bool?: number;
  readonly result?: MemoryDType;
}

/** Functions of two operands, element by element. */
export function binaryKernels(): readonly Kernel[] {
  const K = BINARY_KIND;
  const kinds: Record<string, Kinds> = {
    [Add]: { float32: K.add, int32: K.addInt },
    [Sub]: { float32: K.sub, int32: K.subInt },
    [Multiply]: { float32: K.mul, int32: K.mulInt },
    [RealDiv]: { float32: K.div },
    [FloorDiv]: { float32: K.floorDiv, int32: K.floorDivInt, result: 'int32' },
    [Mod]: { float32: K.mod, int32: K.modInt },
    [Pow]: { float32: K.pow },
    [Atan2]: { float32: K.atan2 },
    [Maximum]: { float32: K.max, int32: K.maxInt },
    [Minimum]: { float32: K.min, int32: K.minInt },
    [SquaredDifference]: { float32: K.squaredDifference, int32: K.squaredDifferenceInt },
    [BitwiseAnd]: { int32: K.andInt },
    [Equal]: { float32: K.equal, int32: K.equalInt, bool: K.equalBool, result: 'bool' },
    [NotEqual]: { float32: K.notEqual, int32: K.notEqualInt, bool: K.notEqualBool, result: 'bool' },
    [LogicalAnd]: { bool: K.and, result: 'bool' },
    [LogicalOr]: { bool: K.or, result: 'bool' },
  };
  const less: Kinds = { float32: K.less, int32: K.lessInt, bool: K.lessBool, result: 'bool' };
  const lessEqual: Kinds = { float32: K.lessEqual, int32: K.lessEqualInt, bool: K.lessEqualBool, result: 'bool' };
  const inOrder = { ...kinds, [Less]: less, [LessEqual]: lessEqual };
  const turned = { [Greater]: less, [GreaterEqual]: lessEqual };
  return [
    ...Object.entries(inOrder).map(([name, of]) => ({
      name,
      run: ({ inputs: { a, b }, backend }: BinaryCall) => binary(backend, of, a, b),
    })),
    ...Object.entries(turned).map(([name, of]) => ({
      name,
      run: ({ inputs: { a, b }, backend }: BinaryCall) => binary(backend, of, b, a),
    })),
    {
      name: Prelu,
      run: ({ inputs: { x, alpha }, backend }: PreluCall) => binary(backend, { float32: K.prelu }, x, alpha),
    },
    {
      name: EluGrad,
      run: ({ inputs: { dy, y }, backend }: EluGradCall) =>
        sameShape(dy.shape, y.shape) ? binary(backend, { float32: K.eluGrad }, dy, y) : null,
    },
    { name: AddN, run: addN },
  ];
}

type BinaryCall = KernelCall<{ a: TensorInfo; b: TensorInfo }, object>;
type PreluCall = KernelCall<{ x: TensorInfo; alpha: TensorInfo }, object>;
type EluGradCall = KernelCall<{ dy: TensorInfo; y: TensorInfo }, object>;
type AddNCall = KernelCall<readonly TensorInfo[], object>;

function binary(backend: ConvasmBackend, kinds: Kinds, a: TensorInfo, b: TensorInfo): TensorInfo | null {
  const dtype = a.dtype as MemoryDType;
  const kind = kinds[dtype];
  if (kind === undefined || !backend.reads(a, dtype) || !backend.reads(b, dtype)) return null;
  const shape = covers(a.shape, b.shape) ? a.shape : backend_util.assertAndGetBroadcastShape(a.shape, b.shape);
  const numbers = { a: backend.single(a), b: backend.single(b) };
  const result = kinds.result ?? dtype;
  if (numbers.a !== undefined && numbers.b !== undefined) {
    // Of single numbers in JavaScript the result stays there, too.
    if (sizeOf(shape) === 1) return null;
    if (result === dtype) return ofNumbers(backend, dtype, kind, shape, numbers.a, numbers.b);
    numbers.a = undefined;
  }
  const aShape = numbers.a === undefined ? a.shape : ONE;
  const broadcast = broadcastOf(shape, aShape, numbers.b === undefined ? b.shape : ONE);
  if (!broadcast) return null;
  const operands = {
    a: numbers.a === undefined ? operandOf(backend, a) : NOWHERE,
    b: numbers.b === undefined ? operandOf(backend, b) : NOWHERE,
    // Behind whole numbers cpu kernels leave others, which wrap on their way.
    scalar: dtype === 'int32' ? (numbers.a ?? numbers.b ?? 0) | 0 : (numbers.a ?? numbers.b ?? 0),
  };
  const y = backend.output(shape, result);
  run(dtype, kind, operands, broadcast, { address: backend.address(y), bytes: BYTES[result] });
  return y;
}

/** Whether `small` is spread over `shape` without making it any larger. */
function covers(shape: readonly number[], small: readonly number[]): boolean {
  if (small.length > shape.length) return false;
  for (let i = 1; i <= small.length; i++) {
    const size = small[small.length - i];
    if (size !== 1 && size !== shape[shape.length - i]) return false;
  }
  return true;
}

/** All elements the same, as in a mean's gradient: nothing crosses to linear memory but the two numbers. */
function ofNumbers(
  backend: ConvasmBackend,
  dtype: MemoryDType,
  kind: number,
  shape: number[],
  a: number,
  b: number,
): TensorInfo {
  const y = backend.output(shape, dtype);
  if (sizeOf(shape) === 0) return y;
  fillWith(backend, y, b);
  const broadcast = broadcastOf(shape, shape, shape) as Broadcast;
  const operands = { a: NOWHERE, b: operandOf(backend, y), scalar: a };
  run(dtype, kind, operands, broadcast, { address: operands.b.address, bytes: BYTES[dtype] });
  return y;
}

/** Sums of tensors of one shape, in order. */
function addN({ inputs, backend }: AddNCall): TensorInfo | null {
  const [first, second, ...others] = inputs;
  if (!first || !second) return null;
  const { shape } = first;
  const dtype = first.dtype as MemoryDType;
  const kind = dtype === 'float32' ? BINARY_KIND.add : dtype === 'int32' ? BINARY_KIND.addInt : undefined;
  if (kind === undefined) return null;
  for (const info of inputs) if (!sameShape(info.shape, shape) || !backend.reads(info, dtype)) return null;
  if (sizeOf(shape) === 1 && backend.single(first) !== undefined) return null;
  const broadcast = broadcastOf(shape, shape, shape) as Broadcast;
  const operands = { a: operandOf(backend, first), b: operandOf(backend, second), scalar: 0 };
  // Before there is a result, of which an upload that fails would have to dispose.
  const more = others.map(info => operandOf(backend, info));
  const y = backend.output(shape, dtype);
  const target = { address: backend.address(y), bytes: 4 };
  run(dtype, kind, operands, broadcast, target);
  for (const b of more)
    run(dtype, kind, { a: { ...operands.a, address: target.address }, b, scalar: 0 }, broadcast, target);
  return y;
}

interface Operand {
  /** 0: all of its elements are `scalar`. */
  readonly address: number;
  /** Of its block of memory. */
  readonly end: number;
}

interface Operands {
  readonly a: Operand;
  readonly b: Operand;
  readonly scalar: number;
}

/** The shape of a number. */
const ONE: number[] = [];
const NOWHERE: Operand = { address: 0, end: 0 };
const STILL: Reading = { outer: 0, middle: 0, row: 0, column: 0 };

function operandOf(backend: ConvasmBackend, info: TensorInfo): Operand {
  const address = backend.address(info);
  return { address, end: address + roundUp(sizeOf(info.shape) * BYTES[info.dtype as MemoryDType]) };
}

interface Target {
  readonly address: number;
  /** Of an element. */
  readonly bytes: number;
}

/** Rows shorter than this are done several at a time, and so many elements at least; of fewer in all it does not pay. */
const NARROW = 64;
const JOINED = 512;
const MANY = 4096;

function run(dtype: MemoryDType, kind: number, operands: Operands, broadcast: Broadcast, target: Target): void {
  const { rows, inner, columns, a, b } = broadcast;
  const isNarrow = columns < NARROW && rows === inner && rows * columns >= MANY && dtype !== 'bool';
  const repeats = (one: Reading, other: Reading) =>
    one.row === 0 && one.column === 1 && other.row === columns && other.column === 1;
  if (isNarrow && operands.a.address && repeats(a, b)) runNarrow(dtype, kind, operands, broadcast, target, 'a');
  else if (isNarrow && operands.b.address && repeats(b, a)) runNarrow(dtype, kind, operands, broadcast, target, 'b');
  else launch(dtype, kind, operands, broadcast, target);
}

/** One row and a matrix of many short ones: as fewer and longer rows, with one of as many copies of the row. */
function runNarrow(
  dtype: MemoryDType,
  kind: number,
  operands: Operands,
  { rows, columns, ...reading }: Broadcast,
  target: Target,
  repeated: 'a' | 'b',
): void {
  // A whole number of vectors, whatever the columns.
  const times = 4 * Math.ceil(JOINED / columns / 4);
  const length = times * columns;
  // What is launched on it takes no working memory of its own: whole vectors, or a single row.
  const copies = runtime().scratch.area(length * 4);
  const row = { address: copies, end: copies + length * 4 };
  const { i32 } = runtime().memory;
  i32.copyWithin(copies / 4, operands[repeated].address / 4, operands[repeated].address / 4 + columns);
  for (let done = columns; done < length; done *= 2)
    i32.copyWithin(copies / 4 + done, copies / 4, copies / 4 + Math.min(done, length - done));
  const joined = Math.floor(rows / times);
  const left = rows - joined * times;
  const rest = joined * length;
  const through: Reading = { outer: 0, middle: 0, row: length, column: 1 };
  const still: Reading = { ...through, row: 0 };
  const readings = repeated === 'a' ? { a: still, b: through } : { a: through, b: still };
  const whole = { ...reading, ...readings, rows: joined, inner: joined, columns: length };
  if (joined > 0) launch(dtype, kind, { ...operands, [repeated]: row }, whole, target);
  if (left === 0) return;
  const other = repeated === 'a' ? 'b' : 'a';
  const end = { ...operands[other], address: operands[other].address + rest * 4 };
  const ends = { ...operands, [repeated]: row, [other]: end };
  const shape = { ...whole, rows: 1, inner: 1, columns: left * columns };
  launch(dtype, kind, ends, shape, { ...target, address: target.address + rest * target.bytes });
}

function launch(dtype: MemoryDType, kind: number, operands: Operands, broadcast: Broadcast, target: Target): void {
  const { rows, columns } = broadcast;
  const a = operands.a === NOWHERE ? STILL : broadcast.a;
  const b = operands.b === NOWHERE ? STILL : broadcast.b;
  const single = rows === 1;
  const rowBlock = Math.max(1, Math.floor(ELEMENTWISE_BLOCK / columns));
  const blocks = Math.ceil(single ? columns / ELEMENTWISE_BLOCK : rows / rowBlock);
  const { scratch, slots } = runtime();
  // Whole vectors, each of which is there.
  const plain = (single || (columns % 4 === 0 && dtype !== 'bool')) && a.column === 1 && b.column === 1;
  const args = {
    a: operands.a.address,
    b: operands.b.address,
    aEnd: operands.a.end,
    bEnd: operands.b.end,
    target: target.address,
    scratch: plain ? 0 : scratch.area(slots * BINARY_SCRATCH),
    rows,
    columns,
    middle: broadcast.middle,
    inner: broadcast.inner,
    aOuter: a.outer,
    aMiddle: a.middle,
    aRow: a.row,
    aColumn: a.column,
    bOuter: b.outer,
    bMiddle: b.middle,
    bRow: b.row,
    bColumn: b.column,
    rowBlock,
    kind,
    type: OPERAND_TYPE[dtype],
    targetBytes: target.bytes,
    scalar: operands.scalar,
  };
  runtime().run('binary', 'f32', args, blocks, BINARY_SCRATCH);
}
