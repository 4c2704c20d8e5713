import {
  Abs,
  Acos,
  Acosh,
  Asin,
  Asinh,
  Atan,
  Atanh,
  backend_util,
  Cast,
  Ceil,
  ClipByValue,
  Cos,
  Cosh,
  type DataType,
  Elu,
  Erf,
  Exp,
  Expm1,
  Floor,
  IsFinite,
  IsInf,
  IsNan,
  Log,
  Log1p,
  LogicalNot,
  Neg,
  Reciprocal,
  Round,
  Rsqrt,
  Selu,
  Sign,
  Sin,
  Sinh,
  Softplus,
  Sqrt,
  Square,
  Step,
  Tan,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { ELEMENTWISE_BLOCK, UNARY_KIND } from '../../runtime/abi.ts';
import { runtime } from '../../runtime/init.ts';
import { sizeOf } from '../../tensor/shape.ts';
import type { ConvasmBackend } from '../backend.ts';
import { BYTES, type MemoryDType } from '../storage.ts';
import type { Kernel, KernelCall } from './kernel.ts';

/** The kinds of a function by the type of its operand, and the type of its result where that is another. */
interface Kinds {
  readonly float32?: number;
  readonly int32?: number;
  readonly bool?: number;
  readonly result?: MemoryDType;
}

type Call = KernelCall<{ x: TensorInfo }, object>;
type StepCall = KernelCall<{ x: TensorInfo }, { alpha?: number }>;
type ClipCall = KernelCall<{ x: TensorInfo }, { clipValueMin: number; clipValueMax: number }>;
type CastCall = KernelCall<{ x: TensorInfo }, { dtype: DataType }>;

/** Functions of one operand, element by element. */
export function unaryKernels(): readonly Kernel[] {
  const K = UNARY_KIND;
  const kinds: Record<string, Kinds> = {
    [Square]: { float32: K.square },
    [Sqrt]: { float32: K.sqrt },
    [Rsqrt]: { float32: K.rsqrt },
    [Neg]: { float32: K.neg, int32: K.negInt },
    // The cpu backend's of int32 comes by way of float32, and is rounded to it; this one is not.
    [Abs]: { float32: K.abs, int32: K.absInt },
    [Reciprocal]: { float32: K.reciprocal },
    [Floor]: { float32: K.floor },
    [Ceil]: { float32: K.ceil },
    [Round]: { float32: K.round },
    [Sign]: { float32: K.sign },
    [Exp]: { float32: K.exp },
    [Expm1]: { float32: K.expm1 },
    [Log]: { float32: K.log },
    [Log1p]: { float32: K.log1p },
    [Softplus]: { float32: K.softplus },
    [Sin]: { float32: K.sin },
    [Cos]: { float32: K.cos },
    [Tan]: { float32: K.tan },
    [Sinh]: { float32: K.sinh },
    [Cosh]: { float32: K.cosh },
    [Asin]: { float32: K.asin },
    [Acos]: { float32: K.acos },
    [Atan]: { float32: K.atan },
    [Asinh]: { float32: K.asinh },
    [Acosh]: { float32: K.acosh },
    [Atanh]: { float32: K.atanh },
    [Erf]: { float32: K.erf },
    [IsNan]: { float32: K.isNan, result: 'bool' },
    [IsInf]: { float32: K.isInf, result: 'bool' },
    [IsFinite]: { float32: K.isFinite, result: 'bool' },
    [LogicalNot]: { bool: K.not },
  };
  const { SELU_SCALE, SELU_SCALEALPHA } = backend_util;
  const elu = { float32: K.elu };
  return [
    ...Object.entries(kinds).map(([name, of]) => ({
      name,
      run: ({ inputs: { x }, backend }: Call) => unary(backend, of, x),
    })),
    { name: Elu, run: ({ inputs: { x }, backend }: Call) => unary(backend, elu, x, 1, 1) },
    { name: Selu, run: ({ inputs: { x }, backend }: Call) => unary(backend, elu, x, SELU_SCALEALPHA, SELU_SCALE) },
    {
      name: Step,
      run: ({ inputs: { x }, attrs, backend }: StepCall) => unary(backend, { float32: K.step }, x, attrs.alpha ?? 0, 1),
    },
    { name: ClipByValue, run: clip },
    { name: Cast, run: cast },
  ];
}

/** @param low and `high`, what UnaryArgs says of the kind */
function unary(backend: ConvasmBackend, kinds: Kinds, x: TensorInfo, low = 0, high = -0): TensorInfo | null {
  const dtype = x.dtype as MemoryDType;
  const kind = kinds[dtype];
  if (kind === undefined || !backend.reads(x, dtype)) return null;
  const count = sizeOf(x.shape);
  // Of a single number in JavaScript the result stays there, too.
  if (count === 1 && backend.single(x) !== undefined) return null;
  const source = backend.address(x);
  const result = kinds.result ?? dtype;
  const y = backend.output(x.shape, result);
  const args = { source, target: backend.address(y), count, kind, targetBytes: BYTES[result], low, high };
  runtime().run('unary', 'f32', args, Math.ceil(count / ELEMENTWISE_BLOCK));
  return y;
}

function clip({ inputs: { x }, attrs: { clipValueMin, clipValueMax }, backend }: ClipCall): TensorInfo | null {
  const isWhole = (value: number) => value === (value | 0);
  const kinds = {
    float32: UNARY_KIND.clip,
    // Others the cpu backend rounds after it has compared with them.
    ...(isWhole(clipValueMin) && isWhole(clipValueMax) ? { int32: UNARY_KIND.clipInt } : {}),
  };
  return unary(backend, kinds, x, clipValueMin, clipValueMax);
}

/** To numbers of its own: the cpu backend's shares them where none is changed. */
function cast({ inputs: { x }, attrs: { dtype }, backend }: CastCall): TensorInfo | null {
  const { floatToInt, floatToBool, intToFloat, intToBool, boolToFloat, boolToInt } = UNARY_KIND;
  if (dtype === 'float32') return unary(backend, { int32: intToFloat, bool: boolToFloat, result: dtype }, x);
  if (dtype === 'int32') return unary(backend, { float32: floatToInt, bool: boolToInt, result: dtype }, x);
  if (dtype === 'bool') return unary(backend, { float32: floatToBool, int32: intToBool, result: dtype }, x);
  return null;
}
