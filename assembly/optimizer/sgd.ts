import { ELEMENTWISE_BLOCK } from '../jobs';
import { Simd } from '../simd';

/**
 * Stochastic gradient descent with momentum, in PyTorch's form, in place:
 *
 *     g = gradient + weightDecay * parameter
 *     velocity = momentum * velocity + share * g
 *     parameter = parameter - learningRate * (nesterov ? g + momentum * velocity : velocity)
 *
 * `velocity` 0 (no address): plain descent, parameter = parameter - learningRate * g.
 */
@unmanaged
export class SgdArgs {
  parameter: usize;
  gradient: usize;
  velocity: usize;
  count: i32;
  /** 0 or 1. */
  nesterov: i32;
  learningRate: f64;
  momentum: f64;
  /** 1 - dampening. */
  share: f64;
  /** 0: the parameter has no part in the step, whatever it holds. */
  weightDecay: f64;
}

/** One block of work: ELEMENTWISE_BLOCK elements. */
export function sgd<T>(args: SgdArgs, first: i32, last: i32): void {
  const shift = alignof<T>();
  const lanes = Simd.lanes<T>();
  const end = min<i32>(last * ELEMENTWISE_BLOCK, args.count);
  const rate = v128.splat<T>(<T>-args.learningRate);
  const momentum = v128.splat<T>(<T>args.momentum);
  const share = v128.splat<T>(<T>args.share);
  const decay = v128.splat<T>(<T>args.weightDecay);
  const decays = args.weightDecay != 0;
  const nesterov = args.nesterov != 0;
  const keepsVelocity = args.velocity != 0;
  let i = first * ELEMENTWISE_BLOCK;
  let parameter = args.parameter + ((<usize>i) << shift);
  let gradient = args.gradient + ((<usize>i) << shift);
  let velocity = args.velocity + ((<usize>i) << shift);
  for (; i <= end - lanes; i += lanes) {
    const p = v128.load(parameter);
    let step = v128.load(gradient);
    if (decays) step = Simd.fma<T>(decay, p, step);
    if (keepsVelocity) {
      const v = Simd.fma<T>(momentum, v128.load(velocity), v128.mul<T>(share, step));
      v128.store(velocity, v);
      step = nesterov ? Simd.fma<T>(momentum, v, step) : v;
    }
    v128.store(parameter, Simd.fma<T>(rate, step, p));
    parameter += 16;
    gradient += 16;
    velocity += 16;
  }
  const rest = end - i;
  if (rest <= 0) return;
  const zero = Simd.zero();
  const p = Simd.loadTail<T>(parameter, rest, zero);
  let step = Simd.loadTail<T>(gradient, rest, zero);
  if (decays) step = Simd.fma<T>(decay, p, step);
  if (keepsVelocity) {
    const v = Simd.fma<T>(momentum, Simd.loadTail<T>(velocity, rest, zero), v128.mul<T>(share, step));
    Simd.storeTail<T>(velocity, v, rest);
    step = nesterov ? Simd.fma<T>(momentum, v, step) : v;
  }
  Simd.storeTail<T>(parameter, Simd.fma<T>(rate, step, p), rest);
}
