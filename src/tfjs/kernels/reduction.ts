import { backend_util, Mean, Softmax, Sum, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { softmax } from '../../ops/softmax.ts';
import { SUM_CHANNELS } from '../../runtime/abi.ts';
import { sizeOf } from '../../tensor/shape.ts';
import { allocate } from '../../tensor/tensor.ts';
import type { Kernel, KernelCall } from './kernel.ts';

type ReductionCall = KernelCall<{ x: TensorInfo }, { axis?: number | number[] | null; keepDims?: boolean }>;
type SoftmaxCall = KernelCall<{ logits: TensorInfo }, { dim: number }>;

/** Sums, means and softmax over dimensions of a tensor. */
export function reductionKernels(): readonly Kernel[] {
  return [
    { name: Sum, run: call => reduce(call, () => 1) },
    { name: Mean, run: call => reduce(call, count => 1 / count) },
    { name: Softmax, run: softmaxOf },
  ];
}

/** The sum over neighbouring dimensions, times what `scale` makes of their size. Others are the cpu backend's. */
function reduce({ inputs: { x }, attrs, backend }: ReductionCall, scale: (count: number) => number): TensorInfo | null {
  if (!backend.reads(x)) return null;
  const axes = util.parseAxisParam(attrs.axis ?? (null as unknown as number[]), x.shape).sort((a, b) => a - b);
  const first = axes[0];
  if (first === undefined || axes.some((axis, i) => axis !== first + i)) return null;
  const outer = sizeOf(x.shape.slice(0, first));
  const reduced = sizeOf(x.shape.slice(first, first + axes.length));
  const inner = sizeOf(x.shape.slice(first + axes.length));
  const [outShape] = backend_util.computeOutAndReduceShapes(x.shape, axes);
  const source = backend.tensor(x);
  const target = allocate(outShape, 'float32', 'contiguous');
  const { runtime } = source.storage;
  const common = { source: source.address, target: target.address, images: 1, imageStride: 0, scale: scale(reduced) };
  if (inner === 1) {
    // The elements of a sum are neighbours: planes of `outer` channels.
    const args = { ...common, channels: outer, pixels: reduced, channelStride: reduced, pixelStride: 1 };
    runtime.run('sumPixels', 'f32', args, reduced === 1 ? Math.ceil(outer / SUM_CHANNELS) : outer);
  } else {
    const args = { ...common, channels: inner, pixels: reduced, channelStride: 1, pixelStride: inner };
    for (let i = 0; i < outer; i++) {
      const part = {
        ...args,
        source: source.address + i * reduced * inner * 4,
        target: target.address + i * inner * 4,
      };
      runtime.run('sumPixels', 'f32', part, Math.ceil(inner / SUM_CHANNELS));
    }
  }
  return backend.hand(target, attrs.keepDims ? backend_util.expandShapeToKeepDim(outShape, axes) : outShape);
}

function softmaxOf({ inputs: { logits }, attrs, backend }: SoftmaxCall): TensorInfo | null {
  const { shape } = logits;
  const last = shape.length - 1;
  if (last < 0 || !backend.reads(logits) || (attrs.dim !== last && attrs.dim !== -1)) return null;
  const classes = shape[last] as number;
  return backend.hand(softmax(backend.tensor(logits, [sizeOf(shape) / classes, classes])), shape);
}
