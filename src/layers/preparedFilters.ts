import { batchNorm2d } from '../ops/batchNorm2d.ts';
import { FilterCache } from '../ops/conv2d/filterCache.ts';
import { zeros } from '../tensor/create.ts';
import { scope, unscoped } from '../tensor/scope.ts';
import type { Shape4 } from '../tensor/shape.ts';
import { checkTensor, type Tensor } from '../tensor/tensor.ts';
import type { Norm } from './stage.ts';

/** What a convolution computes with. */
export interface Filters {
  readonly W: Tensor;
  readonly b: Tensor | null;
  readonly cache: FilterCache;
}

interface Folded extends Filters {
  readonly b: Tensor;
  /** What they were made of. */
  readonly sources: readonly unknown[];
}

/**
 * The filters of a convolution in `eval()`: its own, and those with the normalisation after it folded in,
 *
 *     W'[o] = W[o] * s[o],    b'[o] = (b[o] - mean[o]) * s[o] + bias[o],    s = weight / sqrt(variance + eps)
 *
 * They are kept, and made anew where one of the tensors that they come from is another one.
 */
export class PreparedFilters {
  readonly #own = new FilterCache();
  /** By the normalisation: a layer that stands twice in a network may have another one after it. */
  readonly #folded = new Map<Norm, Folded>();

  /**
   * @param images W's sizes with the output channels second, as batchNorm2d takes them
   * @throws ShapeError, DTypeError, DisposedError, ForeignTensorError, OutOfMemoryError, ThreadError
   */
  get(W: Tensor, b: Tensor | null, norm: Norm | undefined, images: Shape4): Filters {
    if (!norm) return { W, b, cache: this.#own };
    const { runningMean, runningVar, params, frozen } = norm;
    const { weight = null, bias = null } = params;
    const tensors = { W, b, weight, bias, runningMean, runningVar };
    for (const [name, tensor] of Object.entries(tensors)) if (tensor) checkTensor(name, tensor);
    const sources = [...Object.values(tensors), frozen];
    const old = this.#folded.get(norm);
    if (old?.sources.every((source, i) => source === sources[i])) return old;
    const made = { ...fold(W, b, norm, images), cache: new FilterCache(), sources };
    this.#drop(norm);
    this.#folded.set(norm, made);
    return made;
  }

  /** Gives the memory back. */
  clear(): void {
    this.#own.clear();
    for (const norm of [...this.#folded.keys()]) this.#drop(norm);
  }

  #drop(norm: Norm): void {
    const old = this.#folded.get(norm);
    this.#folded.delete(norm);
    old?.cache.clear();
    for (const tensor of [old?.W, old?.b]) if (tensor && !tensor.disposed) tensor.dispose();
  }
}

/** By the normalisation itself: the filters are images whose mean is 0, the bias is one of a single pixel. */
function fold(W: Tensor, b: Tensor | null, norm: Norm, images: Shape4): { W: Tensor; b: Tensor } {
  const { channels, dtype, eps, runningMean: mean, runningVar: variance } = norm;
  const { weight = null, bias = null } = norm.params;
  const scaled = () => {
    const centred = { mean: zeros([channels], mean.dtype), variance };
    const start = (b ?? zeros([channels], dtype)).reshape([1, channels, 1, 1]);
    return {
      W: batchNorm2d(W.reshape(images), centred, weight, null, { eps }).reshape(W.shape),
      b: batchNorm2d(start, { mean, variance }, weight, bias, { eps }).reshape([channels]),
    };
  };
  return unscoped(() => scope(scaled));
}
