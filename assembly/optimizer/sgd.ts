import { ELEMENTWISE_BLOCK } from '../jobs';
import { Simd } from '../simd';

/**
 * Stochastic gradient descent with momentum, in PyTorch's form, in place:
 *
 *     velocity = momentum * velocity + gradient;  parameter = parameter - learningRate * velocity
 *
 * `velocity` 0 (no address): plain descent, parameter = parameter - learningRate * gradient.
 */
@unmanaged
export class SgdArgs {
  parameter: usize;
  gradient: usize;
  velocity: usize;
  count: i32;
  learningRate: f64;
  momentum: f64;
}

/** One block of work: ELEMENTWISE_BLOCK elements. */
export function sgd<T>(args: SgdArgs, first: i32, last: i32): void {
  const shift = alignof<T>();
  const lanes = Simd.lanes<T>();
  const end = min<i32>(last * ELEMENTWISE_BLOCK, args.count);
  const zero = Simd.zero();
  const rate = v128.splat<T>(<T>-args.learningRate);
  const momentum = v128.splat<T>(<T>args.momentum);
  for (let i = first * ELEMENTWISE_BLOCK; i < end; i += lanes) {
    const offset = (<usize>i) << shift;
    let step = Simd.loadPartial<T>(args.gradient + offset, end - i, zero);
    if (args.velocity) {
      step = Simd.fma<T>(momentum, Simd.loadPartial<T>(args.velocity + offset, end - i, zero), step);
      Simd.storePartial<T>(args.velocity + offset, step, end - i);
    }
    const parameter = Simd.loadPartial<T>(args.parameter + offset, end - i, zero);
    Simd.storePartial<T>(args.parameter + offset, Simd.fma<T>(rate, step, parameter), end - i);
  }
}
