import { getKernel, type KernelFunc, type TensorInfo } from '@tensorflow/tfjs-core';
import { scope } from '../../tensor/scope.ts';
import { BACKEND_NAME, type ConvasmBackend } from '../backend.ts';

/** What a kernel is called with; which inputs and attributes there are follows from its name. */
export interface KernelCall<Inputs, Attrs> {
  readonly inputs: Inputs;
  readonly attrs: Attrs;
  readonly backend: ConvasmBackend;
}

/** One of TensorFlow.js's kernels on our own operations. */
export interface Kernel {
  /** As in TensorFlow.js's kernel_names. */
  readonly name: string;
  /** What it results in; null where it does not cover the call, which the cpu backend's kernel then does. It has done nothing by then. */
  // biome-ignore lint/suspicious/noExplicitAny: TensorFlow.js names a kernel's inputs and attributes by strings.
  readonly run: (call: KernelCall<any, any>) => TensorInfo | TensorInfo[] | null;
  /** Whether it makes no tensors of the library's: it has nothing to dispose of, and a scope would be half of a small call's time. */
  readonly bare?: boolean;
}

/** A function for TensorFlow.js's registry: ours, and cpu's for all that ours does not cover. */
export function withFallback({ run, bare = false }: Kernel, cpu: KernelFunc): KernelFunc {
  const kernel = bare ? run : inScope(run);
  return call => {
    const backend = call.backend as ConvasmBackend;
    backend.giveBack();
    return backend.running(kernel, { inputs: call.inputs, attrs: call.attrs ?? {}, backend }) ?? cpu(call);
  };
}

/** What it makes on the way is disposed of; results are not the scope's: it need not look for tensors in them. */
function inScope(run: Kernel['run']): Kernel['run'] {
  return call => {
    let result: TensorInfo | TensorInfo[] | null = null;
    scope(() => {
      result = run(call);
    });
    return result;
  };
}

/** Calls one of this backend's kernels, of one result. */
export function runKernel(
  backend: ConvasmBackend,
  name: string,
  inputs: Record<string, TensorInfo>,
  attrs: object = {},
): TensorInfo {
  return getKernel(name, BACKEND_NAME).kernelFunc({ inputs, attrs: { ...attrs }, backend }) as TensorInfo;
}

/** Kernels that make no tensors of the library's. */
export function bare(kernels: readonly Kernel[]): Kernel[] {
  return kernels.map(kernel => ({ ...kernel, bare: true }));
}
