import { FusedBatchNorm, type TensorInfo } from '@tensorflow/tfjs-core';
import { normalizePixels } from '../../ops/batchNorm2d.ts';
import { runtime } from '../../runtime/init.ts';
import type { ConvasmBackend } from '../backend.ts';
import { bare, type Kernel, type KernelCall } from './kernel.ts';

type Call = KernelCall<
  { x: TensorInfo; mean: TensorInfo; variance: TensorInfo; offset?: TensorInfo; scale?: TensorInfo },
  { varianceEpsilon?: number | null }
>;

export function batchNormKernels(): readonly Kernel[] {
  return bare([{ name: FusedBatchNorm, run: batchNorm }]);
}

/** Statistics of channels, which are the last dimension; those of single elements are the cpu backend's. */
function batchNorm({ inputs, attrs, backend }: Call): TensorInfo | null {
  const { x, mean, variance, offset, scale } = inputs;
  const { shape } = x;
  const [images = 1, height = 1, width = 1, channels = 1] = shape;
  const eps = attrs.varianceEpsilon ?? 0.001;
  const covered =
    shape.length === 4 &&
    backend.reads(x) &&
    isOfChannels(backend, mean, channels) &&
    isOfChannels(backend, variance, channels) &&
    (!offset || isOfChannels(backend, offset, channels)) &&
    (!scale || isOfChannels(backend, scale, channels));
  if (!covered || !(Number.isFinite(eps) && eps >= 0)) return null;
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
