import { ELEMENTWISE_BLOCK } from '../jobs';
import { Simd } from '../simd';
import { HardSwish, LeakyRelu, Sigmoid, Silu, Tanh } from './functions';

/**
 * Forward: target[i] = f(source[i]). Backward: target[i] = dy[i] f', by source[i], which is the forward pass's input or output as
 * functions.ts has it. `target` may be `source` or `dy`.
 */
@unmanaged
export class ActivationArgs {
  source: usize;
  /** Read by the gradient only. */
  dy: usize;
  target: usize;
  count: i32;
  /** One of KIND_*. */
  kind: i32;
  /** Of KIND_LEAKY_RELU below 0. */
  slope: f64;
}

const KIND_LEAKY_RELU: i32 = 0;
const KIND_HARD_SWISH: i32 = 1;
const KIND_SIGMOID: i32 = 2;
const KIND_TANH: i32 = 3;
const KIND_SILU: i32 = 4;

/** One block of work: ELEMENTWISE_BLOCK elements. */
export function activation<T>(args: ActivationArgs, first: i32, last: i32): void {
  if (args.kind == KIND_LEAKY_RELU) values<T, LeakyRelu>(args, first, last);
  else if (args.kind == KIND_HARD_SWISH) values<T, HardSwish>(args, first, last);
  else if (args.kind == KIND_SIGMOID) values<T, Sigmoid>(args, first, last);
  else if (args.kind == KIND_TANH) values<T, Tanh>(args, first, last);
  else if (args.kind == KIND_SILU) values<T, Silu>(args, first, last);
}

/** One block of work: ELEMENTWISE_BLOCK elements. */
export function activationGrad<T>(args: ActivationArgs, first: i32, last: i32): void {
  if (args.kind == KIND_LEAKY_RELU) gradients<T, LeakyRelu>(args, first, last);
  else if (args.kind == KIND_HARD_SWISH) gradients<T, HardSwish>(args, first, last);
  else if (args.kind == KIND_SIGMOID) gradients<T, Sigmoid>(args, first, last);
  else if (args.kind == KIND_TANH) gradients<T, Tanh>(args, first, last);
  else if (args.kind == KIND_SILU) gradients<T, Silu>(args, first, last);
}

function values<T, F>(args: ActivationArgs, first: i32, last: i32): void {
  const shift = alignof<T>();
  const lanes = Simd.lanes<T>();
  // Nothing is read through it: F has no fields.
  const f = changetype<F>(0);
  const end = min<i32>(last * ELEMENTWISE_BLOCK, args.count);
  const slope = v128.splat<T>(<T>args.slope);
  let i = first * ELEMENTWISE_BLOCK;
  let source = args.source + ((<usize>i) << shift);
  let target = args.target + ((<usize>i) << shift);
  for (; i <= end - lanes; i += lanes) {
    v128.store(target, f.value<T>(v128.load(source), slope));
    source += 16;
    target += 16;
  }
  if (i < end) {
    const x = Simd.loadTail<T>(source, end - i, Simd.zero());
    Simd.storeTail<T>(target, f.value<T>(x, slope), end - i);
  }
}

function gradients<T, F>(args: ActivationArgs, first: i32, last: i32): void {
  const shift = alignof<T>();
  const lanes = Simd.lanes<T>();
  const f = changetype<F>(0);
  const end = min<i32>(last * ELEMENTWISE_BLOCK, args.count);
  const slope = v128.splat<T>(<T>args.slope);
  let i = first * ELEMENTWISE_BLOCK;
  let source = args.source + ((<usize>i) << shift);
  let dy = args.dy + ((<usize>i) << shift);
  let target = args.target + ((<usize>i) << shift);
  for (; i <= end - lanes; i += lanes) {
    v128.store(target, f.gradient<T>(v128.load(dy), v128.load(source), slope));
    source += 16;
    dy += 16;
    target += 16;
  }
  if (i < end) {
    const from = Simd.loadTail<T>(source, end - i, Simd.zero());
    const incoming = Simd.loadTail<T>(dy, end - i, Simd.zero());
    Simd.storeTail<T>(target, f.gradient<T>(incoming, from, slope), end - i);
  }
}
