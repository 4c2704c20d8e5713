import { ELEMENTWISE_BLOCK } from '../jobs';
import { Simd } from '../simd';

/**
 * Adam (Kingma and Ba, 2015) in PyTorch's form, in place:
 *
 *     g = gradient + weightDecay * parameter
 *     m = beta1 * m + (1 - beta1) * g;    v = beta2 * v + (1 - beta2) * g^2
 *     parameter = parameter * shrink - rate * m / (sqrt(v) * scale + eps)
 *
 * The host works out the bias correction in float64: rate = learningRate / (1 - beta1^step), scale = 1 / sqrt(1 - beta2^step).
 */
@unmanaged
export class AdamArgs {
  parameter: usize;
  gradient: usize;
  m: usize;
  v: usize;
  count: i32;
  beta1: f64;
  beta2: f64;
  eps: f64;
  rate: f64;
  scale: f64;
  /** AdamW's decay: 1 - learningRate * its weight decay. */
  shrink: f64;
  /** 0: the parameter has no part in the moments, whatever it holds. */
  weightDecay: f64;
}

/** One block of work: ELEMENTWISE_BLOCK elements. */
export function adam<T>(args: AdamArgs, first: i32, last: i32): void {
  const shift = alignof<T>();
  const lanes = Simd.lanes<T>();
  const end = min<i32>(last * ELEMENTWISE_BLOCK, args.count);
  const beta1 = v128.splat<T>(<T>args.beta1);
  const beta2 = v128.splat<T>(<T>args.beta2);
  const share1 = v128.splat<T>(<T>(1 - args.beta1));
  const share2 = v128.splat<T>(<T>(1 - args.beta2));
  const eps = v128.splat<T>(<T>args.eps);
  const rate = v128.splat<T>(<T>-args.rate);
  const scale = v128.splat<T>(<T>args.scale);
  const shrink = v128.splat<T>(<T>args.shrink);
  const decay = v128.splat<T>(<T>args.weightDecay);
  const decays = args.weightDecay != 0;
  let i = first * ELEMENTWISE_BLOCK;
  let parameter = args.parameter + ((<usize>i) << shift);
  let gradient = args.gradient + ((<usize>i) << shift);
  let firstMoment = args.m + ((<usize>i) << shift);
  let secondMoment = args.v + ((<usize>i) << shift);
  for (; i <= end - lanes; i += lanes) {
    const p = v128.load(parameter);
    let g = v128.load(gradient);
    if (decays) g = Simd.fma<T>(decay, p, g);
    const m = Simd.fma<T>(beta1, v128.load(firstMoment), v128.mul<T>(share1, g));
    const v = Simd.fma<T>(beta2, v128.load(secondMoment), v128.mul<T>(v128.mul<T>(share2, g), g));
    v128.store(firstMoment, m);
    v128.store(secondMoment, v);
    const step = v128.div<T>(m, Simd.fma<T>(v128.sqrt<T>(v), scale, eps));
    v128.store(parameter, Simd.fma<T>(rate, step, v128.mul<T>(p, shrink)));
    parameter += 16;
    gradient += 16;
    firstMoment += 16;
    secondMoment += 16;
  }
  const rest = end - i;
  if (rest <= 0) return;
  const zero = Simd.zero();
  const p = Simd.loadTail<T>(parameter, rest, zero);
  let g = Simd.loadTail<T>(gradient, rest, zero);
  if (decays) g = Simd.fma<T>(decay, p, g);
  const m = Simd.fma<T>(beta1, Simd.loadTail<T>(firstMoment, rest, zero), v128.mul<T>(share1, g));
  const squares = v128.mul<T>(v128.mul<T>(share2, g), g);
  const v = Simd.fma<T>(beta2, Simd.loadTail<T>(secondMoment, rest, zero), squares);
  Simd.storeTail<T>(firstMoment, m, rest);
  Simd.storeTail<T>(secondMoment, v, rest);
  const step = v128.div<T>(m, Simd.fma<T>(v128.sqrt<T>(v), scale, eps));
  Simd.storeTail<T>(parameter, Simd.fma<T>(rate, step, v128.mul<T>(p, shrink)), rest);
}
