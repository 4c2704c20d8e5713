import { FusedBatchNorm, type TensorInfo } from '@tensorflow/tfjs-core';
import { batchNorm2d } from '../../ops/batchNorm2d.ts';
import type { Kernel, KernelCall } from './kernel.ts';

type Call = KernelCall<
  { x: TensorInfo; mean: TensorInfo; variance: TensorInfo; offset?: TensorInfo; scale?: TensorInfo },
  { varianceEpsilon?: number | null }
>;

export function batchNormKernels(): readonly Kernel[] {
  return [{ name: FusedBatchNorm, run: batchNorm }];
}

/** Statistics of channels, which are the last dimension; those of single elements are the cpu backend's. */
function batchNorm({ inputs, attrs, backend }: Call): TensorInfo | null {
  const { x, mean, variance, offset, scale } = inputs;
  const channels = x.shape.at(-1) ?? 1;
  const ofChannels = [mean, variance, offset, scale].every(
    info => !info || (info.shape.length === 1 && info.shape[0] === channels && backend.reads(info)),
  );
  if (x.shape.length !== 4 || !backend.reads(x) || !ofChannels) return null;
  const y = batchNorm2d(
    backend.images(x),
    { mean: backend.tensor(mean), variance: backend.tensor(variance) },
    scale ? backend.tensor(scale) : null,
    offset ? backend.tensor(offset) : null,
    { eps: attrs.varianceEpsilon ?? 0.001 },
  );
  return backend.handImages(y);
}
