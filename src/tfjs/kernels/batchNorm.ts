import { Add, FusedBatchNorm, getKernel, Multiply, Rsqrt, Sub, type TensorInfo } from '@tensorflow/tfjs-core';
import { batchNorm2d } from '../../ops/batchNorm2d.ts';
import { BACKEND_NAME, type ConvasmBackend } from '../backend.ts';
import type { Kernel, KernelCall } from './kernel.ts';

type Call = KernelCall<
  { x: TensorInfo; mean: TensorInfo; variance: TensorInfo; offset?: TensorInfo; scale?: TensorInfo },
  { varianceEpsilon?: number | null }
>;

export function batchNormKernels(): readonly Kernel[] {
  return [{ name: FusedBatchNorm, run: batchNorm }];
}

/** Statistics of channels, which are the last dimension, in one pass; others, such as tf.layers' layer normalisation has, in several. */
function batchNorm({ inputs, attrs, backend }: Call): TensorInfo | null {
  const { x, mean, variance, offset, scale } = inputs;
  const operands = [mean, variance, offset, scale].filter(info => info !== undefined && info !== null);
  if (!backend.reads(x) || !operands.every(info => backend.reads(info))) return null;
  // Its error messages say what is wrong.
  if (operands.some(info => info.shape.length !== mean.shape.length)) return null;
  const eps = attrs.varianceEpsilon ?? 0.001;
  const channels = x.shape.at(-1) ?? 1;
  if (x.shape.length !== 4 || operands.some(({ shape }) => shape.length !== 1 || shape[0] !== channels)) {
    return operands.every(({ shape }) => repeats(shape, x.shape)) ? byElements(backend, inputs, eps) : null;
  }
  const y = batchNorm2d(
    backend.images(x),
    { mean: backend.tensor(mean), variance: backend.tensor(variance) },
    scale ? backend.tensor(scale) : null,
    offset ? backend.tensor(offset) : null,
    { eps },
  );
  return backend.handImages(y);
}

/** Whether a tensor that is read again and again along one of `shape`, as the cpu backend does it, is spread over that as NumPy does it. */
function repeats(part: readonly number[], shape: readonly number[]): boolean {
  const ones = part.findIndex(size => size !== 1);
  const rest = ones < 0 ? [] : part.slice(ones);
  return rest.length <= shape.length && rest.every((size, i) => size === shape[shape.length - rest.length + i]);
}

/** (x - mean) * (scale / sqrt(variance + eps)) + offset. */
function byElements(
  backend: ConvasmBackend,
  { x, mean, variance, offset, scale }: Call['inputs'],
  eps: number,
): TensorInfo {
  const made: TensorInfo[] = [];
  const run = (name: string, inputs: Record<string, TensorInfo>): TensorInfo => {
    const y = getKernel(name, BACKEND_NAME).kernelFunc({ inputs, backend }) as TensorInfo;
    made.push(y);
    return y;
  };
  const number = backend.makeTensorInfo([], 'float32', Float32Array.of(eps));
  made.push(number);
  const inverse = run(Rsqrt, { x: run(Add, { a: variance, b: number }) });
  const factor = scale ? run(Multiply, { a: inverse, b: scale }) : inverse;
  const normal = run(Multiply, { a: run(Sub, { a: x, b: mean }), b: factor });
  const y = offset ? run(Add, { a: normal, b: offset }) : normal;
  for (const info of made) if (info !== y) backend.disposeData(info.dataId);
  // Leading dimensions of 1 that statistics have and `x` has not.
  return { ...y, shape: [...x.shape] };
}
