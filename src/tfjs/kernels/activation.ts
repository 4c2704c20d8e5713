import { LeakyRelu, Relu, Relu6, Sigmoid, Tanh, type TensorInfo } from '@tensorflow/tfjs-core';
import { ACTIVATION_KIND, ELEMENTWISE_BLOCK } from '../../runtime/abi.ts';
import { runtime } from '../../runtime/init.ts';
import { sizeOf } from '../../tensor/shape.ts';
import type { ConvasmBackend } from '../backend.ts';
import { bare, type Kernel, type KernelCall } from './kernel.ts';

type Call = KernelCall<{ x: TensorInfo }, { alpha?: number }>;

/** The activations that the library's layers have, too. */
export function activationKernels(): readonly Kernel[] {
  const { leakyRelu, sigmoid, tanh } = ACTIVATION_KIND;
  return bare([
    { name: Relu, run: ({ inputs: { x }, backend }: Call) => clamp(backend, x, Number.NaN) },
    { name: Relu6, run: ({ inputs: { x }, backend }: Call) => clamp(backend, x, 6) },
    {
      name: LeakyRelu,
      run: ({ inputs: { x }, attrs, backend }: Call) =>
        Number.isFinite(attrs.alpha) ? activate(backend, x, leakyRelu, attrs.alpha as number) : null,
    },
    { name: Sigmoid, run: ({ inputs: { x }, backend }: Call) => activate(backend, x, sigmoid, 0) },
    { name: Tanh, run: ({ inputs: { x }, backend }: Call) => activate(backend, x, tanh, 0) },
  ]);
}

/** @param upper NaN: no limit */
function clamp(backend: ConvasmBackend, x: TensorInfo, upper: number): TensorInfo | null {
  if (!backend.reads(x)) return null;
  const source = backend.address(x);
  const y = backend.output(x.shape);
  const count = sizeOf(x.shape);
  const args = { x: source, dy: 0, target: backend.address(y), count, upper };
  runtime().run('relu', 'f32', args, Math.ceil(count / ELEMENTWISE_BLOCK));
  return y;
}

function activate(backend: ConvasmBackend, x: TensorInfo, kind: number, slope: number): TensorInfo | null {
  if (!backend.reads(x)) return null;
  const source = backend.address(x);
  const y = backend.output(x.shape);
  const count = sizeOf(x.shape);
  const args = { source, dy: 0, target: backend.address(y), count, kind, slope };
  runtime().run('activation', 'f32', args, Math.ceil(count / ELEMENTWISE_BLOCK));
  return y;
}
