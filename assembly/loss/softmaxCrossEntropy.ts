import { exponentials, largest, ROW_BLOCK, scale } from '../activation/softmax';
import { Simd } from '../simd';
import { log } from './exp';

/**
 * Softmax and cross-entropy over rows of `classes` logits, with smoothed labels: of the weight 1, 1 - smoothing goes to the label and
 * smoothing / classes to each class.
 *
 *     probability[row][j] = e^(logit[j] - largest) / sum over k of e^(logit[k] - largest)
 *     loss[row] = ln(sum) + (1 - smoothing) (largest - logit[label]) + smoothing / classes * sum over k of (largest - logit[k])
 *     gradient[row][j] = probability[row][j] - smoothing / classes - (j == label ? 1 - smoothing : 0)
 *
 * logits, probabilities and gradient: rows x classes, contiguous; labels: i32[rows], each 0 <= label < classes; losses: f64[rows].
 */
@unmanaged
export class SoftmaxCrossEntropyArgs {
  logits: usize;
  probabilities: usize;
  gradient: usize;
  labels: usize;
  losses: usize;
  rows: i32;
  classes: i32;
  smoothing: f64;
}

/** Forward: probabilities and losses. One block of work: ROW_BLOCK rows. */
export function softmaxCrossEntropy<T>(args: SoftmaxCrossEntropyArgs, first: i32, last: i32): void {
  const shift = alignof<T>();
  const end = min<i32>(last * ROW_BLOCK, args.rows);
  const smoothing = args.smoothing;
  for (let row = first * ROW_BLOCK; row < end; ++row) {
    const offset = (<usize>row * <usize>args.classes) << shift;
    const logits = args.logits + offset;
    const top = largest<T>(logits, args.classes);
    const sum = exponentials<T>(logits, args.probabilities + offset, args.classes, top);
    scale<T>(args.probabilities + offset, args.classes, <T>(<T>1 / sum));
    const label = load<i32>(args.labels + ((<usize>row) << 2));
    let distance = <f64>top - <f64>load<T>(logits + ((<usize>label) << shift));
    // Only where there is some: a logit of -infinity would make NaN of a weight of 0, here and where smoothing is 1.
    if (smoothing > 0) {
      const all = (smoothing / <f64>args.classes) * distances<T>(logits, args.classes, top);
      distance = smoothing < 1 ? (1 - smoothing) * distance + all : all;
    }
    store<f64>(args.losses + ((<usize>row) << 3), log(<f64>sum) + distance);
  }
}

/** The sum of top - source. */
function distances<T>(source: usize, count: i32, top: T): f64 {
  let sum: f64 = 0;
  for (; count > 0; --count) {
    sum += <f64>top - <f64>load<T>(source);
    source += sizeof<T>();
  }
  return sum;
}

/** Backward: the gradient of the sum of losses (not divided by the batch). One block of work: ROW_BLOCK rows. */
export function softmaxCrossEntropyGrad<T>(args: SoftmaxCrossEntropyArgs, first: i32, last: i32): void {
  const shift = alignof<T>();
  const start = first * ROW_BLOCK;
  const end = min<i32>(last * ROW_BLOCK, args.rows);
  if (start >= end) return;
  const offset = (<usize>start * <usize>args.classes) << shift;
  const count = (end - start) * args.classes;
  if (args.smoothing > 0) {
    const share = <T>(args.smoothing / <f64>args.classes);
    subtract<T>(args.gradient + offset, args.probabilities + offset, count, share);
  } else memory.copy(args.gradient + offset, args.probabilities + offset, (<usize>count) << shift);
  const weight = <T>(1 - args.smoothing);
  for (let row = start; row < end; ++row) {
    const label = load<i32>(args.labels + ((<usize>row) << 2));
    const chosen = args.gradient + ((<usize>row * <usize>args.classes + <usize>label) << shift);
    store<T>(chosen, <T>(load<T>(chosen) - weight));
  }
}

/** target = source - amount. */
function subtract<T>(target: usize, source: usize, count: i32, amount: T): void {
  const lanes = Simd.lanes<T>();
  const v = v128.splat<T>(amount);
  for (; count > 0; count -= lanes) {
    Simd.storePartial<T>(target, v128.sub<T>(Simd.loadPartial<T>(source, count, v), v), count);
    source += 16;
    target += 16;
  }
}
