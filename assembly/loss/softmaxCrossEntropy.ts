import { Simd } from '../simd';
import { exp, log } from './exp';

/**
 * Softmax and cross-entropy over rows of `classes` logits:
 *
 *     probability[row][j] = e^(logit[j] - largest) / sum over k of e^(logit[k] - largest)
 *     loss[row] = ln(sum) + largest - logit[label]
 *     gradient[row][j] = probability[row][j] - (j == label ? 1 : 0)
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
}

const ROW_BLOCK: i32 = 32;

/** Forward: probabilities and losses. One block of work: ROW_BLOCK rows. */
export function softmaxCrossEntropy<T>(args: SoftmaxCrossEntropyArgs, first: i32, last: i32): void {
  const shift = alignof<T>();
  const end = min<i32>(last * ROW_BLOCK, args.rows);
  for (let row = first * ROW_BLOCK; row < end; ++row) {
    const offset = (<usize>row * <usize>args.classes) << shift;
    const logits = args.logits + offset;
    const top = largest<T>(logits, args.classes);
    const sum = exponentials<T>(logits, args.probabilities + offset, args.classes, top);
    scale<T>(args.probabilities + offset, args.classes, <T>(<T>1 / sum));
    const label = load<i32>(args.labels + ((<usize>row) << 2));
    const chosen = <f64>load<T>(logits + ((<usize>label) << shift));
    store<f64>(args.losses + ((<usize>row) << 3), log(<f64>sum) + (<f64>top - chosen));
  }
}

function largest<T>(source: usize, count: i32): T {
  const lanes = Simd.lanes<T>();
  let best = v128.splat<T>(load<T>(source));
  for (; count > 0; count -= lanes) {
    best = v128.max<T>(best, Simd.loadPartial<T>(source, count, best));
    source += 16;
  }
  return Simd.largest<T>(best);
}

/** target = e^(source - top); returns the sum. */
function exponentials<T>(source: usize, target: usize, count: i32, top: T): T {
  const lanes = Simd.lanes<T>();
  const shift = v128.splat<T>(top);
  const far = v128.splat<T>(<T>-Infinity);
  let sum = Simd.zero();
  for (; count > 0; count -= lanes) {
    const e = exp<T>(v128.sub<T>(Simd.loadPartial<T>(source, count, far), shift));
    sum = v128.add<T>(sum, e);
    Simd.storePartial<T>(target, e, count);
    source += 16;
    target += 16;
  }
  return Simd.sum<T>(sum);
}

function scale<T>(target: usize, count: i32, factor: T): void {
  const lanes = Simd.lanes<T>();
  const v = v128.splat<T>(factor);
  for (; count > 0; count -= lanes) {
    Simd.storePartial<T>(target, v128.mul<T>(Simd.loadPartial<T>(target, count, v), v), count);
    target += 16;
  }
}

/** The mean of `losses`, into losses[0]. One block of work: all. */
export function meanLoss(args: SoftmaxCrossEntropyArgs, first: i32, last: i32): void {
  if (first >= last) return;
  let sum: f64 = 0;
  for (let row = 0; row < args.rows; ++row) sum += load<f64>(args.losses + ((<usize>row) << 3));
  store<f64>(args.losses, sum / <f64>args.rows);
}

/** Backward: the gradient of the sum of losses (not divided by the batch). One block of work: ROW_BLOCK rows. */
export function softmaxCrossEntropyGrad<T>(args: SoftmaxCrossEntropyArgs, first: i32, last: i32): void {
  const shift = alignof<T>();
  const start = first * ROW_BLOCK;
  const end = min<i32>(last * ROW_BLOCK, args.rows);
  if (start >= end) return;
  const offset = (<usize>start * <usize>args.classes) << shift;
  const bytes = (<usize>(end - start) * <usize>args.classes) << shift;
  memory.copy(args.gradient + offset, args.probabilities + offset, bytes);
  for (let row = start; row < end; ++row) {
    const label = load<i32>(args.labels + ((<usize>row) << 2));
    const chosen = args.gradient + ((<usize>row * <usize>args.classes + <usize>label) << shift);
    store<T>(chosen, <T>(load<T>(chosen) - <T>1));
  }
}
