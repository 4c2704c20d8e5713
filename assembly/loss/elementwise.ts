import { Logistic } from '../activation/functions';
import { ELEMENTWISE_BLOCK } from '../jobs';
import { Simd } from '../simd';
import { Elementary } from './exp';

/**
 * Losses that are a sum over elements. Forward: losses[block] = the sum of a block's. Backward: gradient[i] = scale times the
 * derivative by the prediction. `gradient` may be `prediction` or `target`.
 */
@unmanaged
export class ElementLossArgs {
  prediction: usize;
  target: usize;
  /** Written by the gradient only. */
  gradient: usize;
  /** f64[blocks], written forward only. */
  losses: usize;
  count: i32;
  /** One of KIND_*. */
  kind: i32;
  /** Read by the gradient only. */
  scale: f64;
}

const KIND_SQUARED: i32 = 0;
const KIND_BCE_WITH_LOGITS: i32 = 1;

/** One block of work: ELEMENTWISE_BLOCK elements. */
export function elementLoss<T>(args: ElementLossArgs, first: i32, last: i32): void {
  for (let block = first; block < last; ++block) {
    let sum: f64 = 0;
    if (args.kind == KIND_SQUARED) sum = lossOf<T, Squared>(args, block);
    else if (args.kind == KIND_BCE_WITH_LOGITS) sum = lossOf<T, BceWithLogits>(args, block);
    store<f64>(args.losses + ((<usize>block) << 3), sum);
  }
}

/** One block of work: ELEMENTWISE_BLOCK elements. */
export function elementLossGrad<T>(args: ElementLossArgs, first: i32, last: i32): void {
  if (args.kind == KIND_SQUARED) gradients<T, Squared>(args, first, last);
  else if (args.kind == KIND_BCE_WITH_LOGITS) gradients<T, BceWithLogits>(args, first, last);
}

// `idle` is a prediction without loss at target 0, for the lanes past the end.

/** (p - t)^2, derivative 2 (p - t). */
@unmanaged
class Squared {
  @inline
  idle<T>(): v128 {
    return v128.splat<T>(<T>0);
  }

  @inline
  value<T>(p: v128, t: v128): v128 {
    const d = v128.sub<T>(p, t);
    return v128.mul<T>(d, d);
  }

  @inline
  derivative<T>(p: v128, t: v128): v128 {
    const d = v128.sub<T>(p, t);
    return v128.add<T>(d, d);
  }
}

/**
 * -t ln s - (1 - t) ln(1 - s) with s = sigmoid(p), derivative s - t. By what is small: the weight u of the wrong side (1 - t where
 * p > 0, else t), and q = sigmoid(-|p|): |p| u + ln(1 + e^-|p|), and (u - q) or (q - u).
 */
@unmanaged
class BceWithLogits {
  @inline
  idle<T>(): v128 {
    return v128.splat<T>(<T>-1000);
  }

  @inline
  value<T>(p: v128, t: v128): v128 {
    const u = v128.bitselect(v128.sub<T>(v128.splat<T>(<T>1), t), t, v128.gt<T>(p, Simd.zero()));
    const size = v128.abs<T>(p);
    return Simd.fma<T>(size, u, Elementary.log1p<T>(Elementary.exp<T>(v128.neg<T>(size))));
  }

  @inline
  derivative<T>(p: v128, t: v128): v128 {
    const positive = v128.gt<T>(p, Simd.zero());
    const u = v128.bitselect(v128.sub<T>(v128.splat<T>(<T>1), t), t, positive);
    const d = v128.sub<T>(Logistic.lower<T>(p), u);
    return v128.bitselect(v128.neg<T>(d), d, positive);
  }
}

/** A block's sum, added up in f64. */
function lossOf<T, F>(args: ElementLossArgs, block: i32): f64 {
  const shift = alignof<T>();
  const lanes = Simd.lanes<T>();
  // Nothing is read through it: F has no fields.
  const f = changetype<F>(0);
  const zero = Simd.zero();
  const end = min<i32>((block + 1) * ELEMENTWISE_BLOCK, args.count);
  let i = block * ELEMENTWISE_BLOCK;
  let prediction = args.prediction + ((<usize>i) << shift);
  let target = args.target + ((<usize>i) << shift);
  let sum = zero;
  for (; i <= end - lanes; i += lanes) {
    sum = Simd.addWide<T>(sum, f.value<T>(v128.load(prediction), v128.load(target)));
    prediction += 16;
    target += 16;
  }
  if (i < end) {
    const p = Simd.loadTail<T>(prediction, end - i, f.idle<T>());
    sum = Simd.addWide<T>(sum, f.value<T>(p, Simd.loadTail<T>(target, end - i, zero)));
  }
  return Simd.sum<f64>(sum);
}

function gradients<T, F>(args: ElementLossArgs, first: i32, last: i32): void {
  const shift = alignof<T>();
  const lanes = Simd.lanes<T>();
  const f = changetype<F>(0);
  const scale = v128.splat<T>(<T>args.scale);
  const end = min<i32>(last * ELEMENTWISE_BLOCK, args.count);
  let i = first * ELEMENTWISE_BLOCK;
  let prediction = args.prediction + ((<usize>i) << shift);
  let target = args.target + ((<usize>i) << shift);
  let gradient = args.gradient + ((<usize>i) << shift);
  for (; i <= end - lanes; i += lanes) {
    v128.store(gradient, v128.mul<T>(scale, f.derivative<T>(v128.load(prediction), v128.load(target))));
    prediction += 16;
    target += 16;
    gradient += 16;
  }
  if (i < end) {
    const p = Simd.loadTail<T>(prediction, end - i, Simd.zero());
    const derivative = f.derivative<T>(p, Simd.loadTail<T>(target, end - i, Simd.zero()));
    Simd.storeTail<T>(gradient, v128.mul<T>(scale, derivative), end - i);
  }
}
