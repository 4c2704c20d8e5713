import { Add, FusedBatchNorm, Multiply, Rsqrt, Sub, type TensorInfo } from '@tensorflow/tfjs-core';
import { normalizePixels } from '../../ops/batchNorm2d.ts';
import { runtime } from '../../runtime/init.ts';
import type { ConvasmBackend } from '../backend.ts';
import { bare, type Kernel, type KernelCall, runKernel } from './kernel.ts';

type Call = KernelCall<
  { x: TensorInfo; mean: TensorInfo; variance: TensorInfo; offset?: TensorInfo; scale?: TensorInfo },
  { varianceEpsilon?: number | null }
>;

export function batchNormKernels(): readonly Kernel[] {
  return bare([{ name: FusedBatchNorm, run: batchNorm }]);
}

/** Statistics of channels, which are the last dimension, in one pass; others, such as tf.layers' layer normalisation has, in several. */
function batchNorm({ inputs, attrs, backend }: Call): TensorInfo | null {
  const { x, mean, variance } = inputs;
  const offset = inputs.offset ?? undefined;
  const scale = inputs.scale ?? undefined;
  const { shape } = x;
  const eps = attrs.varianceEpsilon ?? 0.001;
  // What a variance of 0 gives without it, it says itself.
  if (!backend.reads(x) || !(Number.isFinite(eps) && eps > 0)) return null;
  const [images = 1, height = 1, width = 1, channels = 1] = shape;
  const ofChannels = [mean, variance, offset, scale].every(info => !info || isOfChannels(backend, info, channels));
  if (shape.length !== 4 || !ofChannels) return byElements(backend, { x, mean, variance, offset, scale }, eps);
  const operands = {
    x: backend.address(x),
    target: 0,
    mean: backend.address(mean),
    variance: backend.address(variance),
    weight: scale ? backend.address(scale) : 0,
    bias: offset ? backend.address(offset) : 0,
    images,
    channels,
    pixels: height * width,
    eps,
  };
  const y = backend.output(shape);
  operands.target = backend.address(y);
  normalizePixels(runtime(), operands);
  return y;
}

function isOfChannels(backend: ConvasmBackend, info: TensorInfo, channels: number): boolean {
  return info.shape.length === 1 && info.shape[0] === channels && backend.reads(info);
}

/** Whether a tensor that is read again and again along one of `shape`, as the cpu backend does it, is spread over that as NumPy does it. */
function repeats(part: readonly number[], shape: readonly number[]): boolean {
  const ones = part.findIndex(size => size !== 1);
  const rest = ones < 0 ? [] : part.slice(ones);
  return rest.length <= shape.length && rest.every((size, i) => size === shape[shape.length - rest.length + i]);
}

interface Operands {
  readonly x: TensorInfo;
  readonly mean: TensorInfo;
  readonly variance: TensorInfo;
  readonly offset: TensorInfo | undefined;
  readonly scale: TensorInfo | undefined;
}

/** (x - mean) * (scale / sqrt(variance + eps)) + offset. */
function byElements(
  backend: ConvasmBackend,
  { x, mean, variance, offset, scale }: Operands,
  eps: number,
): TensorInfo | null {
  const statistics = [mean, variance, offset, scale].filter(info => info !== undefined);
  // Where ranks differ, its error message says what is wrong.
  const covered = statistics.every(
    info => backend.reads(info) && info.shape.length === mean.shape.length && repeats(info.shape, x.shape),
  );
  if (!covered) return null;
  const made: TensorInfo[] = [];
  const run = (name: string, inputs: Record<string, TensorInfo>): TensorInfo => {
    const y = runKernel(backend, name, inputs);
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
