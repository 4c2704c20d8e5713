import { ELEMENTWISE_BLOCK } from '../jobs';

/**
 * target[i] = scale * x[i] where random(i) >= threshold, else 0. The random number of an element is a hash of the two keys and of its
 * place in row-major (NCHW) order, so that it depends neither on who computes it nor on the memory format, and the backward pass
 * draws the same again instead of keeping a mask.
 *
 * Elements stand in `rows` runs of `length`; in channels-last memory (pixels > 0) those are the channels of a pixel, else ELEMENTWISE_BLOCK
 * neighbours. `target` may be `x`.
 */
@unmanaged
export class DropoutArgs {
  x: usize;
  target: usize;
  count: i32;
  /** Channels-last: channels and pixels of an image; contiguous: both 0. */
  channels: i32;
  pixels: i32;
  /** Unsigned. */
  key0: i32;
  key1: i32;
  /** Unsigned: p * 2^32. */
  threshold: i32;
  scale: f64;
}

/** Pixels in a block of channels-last images. */
const PIXEL_BLOCK: i32 = 256;

/** One block of work: ELEMENTWISE_BLOCK elements, or PIXEL_BLOCK pixels. */
export function dropout<T>(args: DropoutArgs, first: i32, last: i32): void {
  const shift = alignof<T>();
  if (args.pixels == 0) {
    const start = first * ELEMENTWISE_BLOCK;
    const end = min<i32>(last * ELEMENTWISE_BLOCK, args.count);
    const offset = (<usize>start) << shift;
    if (start < end) dropRun<T>(args, offset, end - start, start, 1);
    return;
  }
  const end = min<i32>(last * PIXEL_BLOCK, args.count / args.channels);
  for (let row = first * PIXEL_BLOCK; row < end; ++row) {
    const place = (row / args.pixels) * args.channels * args.pixels + (row % args.pixels);
    dropRun<T>(args, (<usize>row * <usize>args.channels) << shift, args.channels, place, args.pixels);
  }
}

/** `length` neighbours, of which the first is element `place` in row-major order and the others follow `step` apart. */
function dropRun<T>(args: DropoutArgs, offset: usize, length: i32, place: i32, step: i32): void {
  let x = args.x + offset;
  let target = args.target + offset;
  const factor = <T>args.scale;
  const scale = v128.splat<T>(factor);
  const threshold = i32x4.splat(args.threshold);
  const key0 = i32x4.splat(args.key0);
  const key1 = i32x4.splat(args.key1);
  const four = i32x4.splat(4 * step);
  let places = i32x4.add(i32x4.splat(place), i32x4.mul(i32x4(0, 1, 2, 3), i32x4.splat(step)));
  let left = length;
  for (; left >= 4; left -= 4) {
    // hash(), four at a time.
    let h = i32x4.add(places, key0);
    h = i32x4.mul(v128.xor(h, i32x4.shr_u(h, 17)), i32x4.splat(0xed5ad4bb));
    h = v128.xor(h, key1);
    h = i32x4.mul(v128.xor(h, i32x4.shr_u(h, 11)), i32x4.splat(0xac4c1b51));
    h = i32x4.mul(v128.xor(h, i32x4.shr_u(h, 15)), i32x4.splat(0x31848bab));
    h = v128.xor(h, i32x4.shr_u(h, 14));
    const kept = i32x4.ge_u(h, threshold);
    if (sizeof<T>() == 8) {
      v128.store(target, v128.and(v128.mul<T>(v128.load(x), scale), i64x2.extend_low_i32x4_s(kept)));
      v128.store(target, v128.and(v128.mul<T>(v128.load(x, 16), scale), i64x2.extend_high_i32x4_s(kept)), 16);
    } else {
      v128.store(target, v128.and(v128.mul<T>(v128.load(x), scale), kept));
    }
    x += 4 * sizeof<T>();
    target += 4 * sizeof<T>();
    places = i32x4.add(places, four);
  }
  place += (length - left) * step;
  for (; left > 0; --left) {
    const kept = hash(place, args.key0, args.key1) >= <u32>args.threshold;
    store<T>(target, kept ? <T>(factor * load<T>(x)) : <T>0);
    x += sizeof<T>();
    target += sizeof<T>();
    place += step;
  }
}

/** triple32 (C. Wellons, hash-prospector), a bijection whose bits all depend on all, with a second key after its first round. */
function hash(place: i32, key0: i32, key1: i32): u32 {
  let h = <u32>(place + key0);
  h = (h ^ (h >> 17)) * 0xed5ad4bb;
  h ^= <u32>key1;
  h = (h ^ (h >> 11)) * 0xac4c1b51;
  h = (h ^ (h >> 15)) * 0x31848bab;
  return h ^ (h >> 14);
}
