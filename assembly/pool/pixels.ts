import { Simd } from '../simd';
import { PoolArgs } from './args';
import { Largest, LargestNumber, Mean } from './reduce';
import { Windows } from './windows';

/** y = the largest value of each window; NaN if there is one. One block of work: one output row of one image. */
export function maxPool<T>(args: PoolArgs, first: i32, last: i32): void {
  poolPixels<T, Largest>(args, first, last);
}

/** y = the largest value of each window that is a number, -infinity where there is none. One block of work: as above. */
export function maxPoolNumbers(args: PoolArgs, first: i32, last: i32): void {
  poolPixels<f32, LargestNumber>(args, first, last);
}

/** y = the mean of each window. One block of work: one output row of one image. */
export function averagePool<T>(args: PoolArgs, first: i32, last: i32): void {
  poolPixels<T, Mean>(args, first, last);
}

function poolPixels<T, R>(args: PoolArgs, first: i32, last: i32): void {
  const pixelBytes = (<usize>args.channels) << alignof<T>();
  for (let block = first; block < last; ++block) {
    const image = block / args.outHeight;
    const oy = block % args.outHeight;
    const y0 = Windows.firstRow(args, oy);
    const height = Windows.endRow(args, oy) - y0;
    let target = args.y + <usize>block * <usize>args.outWidth * pixelBytes;
    for (let ox = 0; ox < args.outWidth; ++ox) {
      const x0 = Windows.firstColumn(args, ox);
      const source = args.x + <usize>((image * args.height + y0) * args.width + x0) * pixelBytes;
      poolWindow<T, R>(args, source, target, height, Windows.endColumn(args, ox) - x0);
      target += pixelBytes;
    }
  }
}

/** All channels of a window: four vectors at a time, a cache line, since a sum of one alone waits for each addition. */
function poolWindow<T, R>(args: PoolArgs, source: usize, target: usize, height: i32, width: i32): void {
  const lanes = Simd.lanes<T>();
  const pixelBytes = (<usize>args.channels) << alignof<T>();
  // From the end of a row of the window to its next one.
  const jump = <usize>(args.width - width) * pixelBytes;
  const reduce = changetype<R>(0);
  const weight = Mean.weight<T>(args, height, width);
  let left = args.channels;
  if (height == 2 && width == 2) {
    const rowBytes = <usize>args.width * pixelBytes;
    for (; left >= lanes; left -= lanes) {
      const lower = source + rowBytes;
      const a = v128.load(source);
      const b = v128.load(source + pixelBytes);
      const c = v128.load(lower);
      const d = v128.load(lower + pixelBytes);
      v128.store(target, reduce.of2x2<T>(a, b, c, d, weight));
      source += 16;
      target += 16;
    }
  }
  if (height == 3 && width == 3) {
    const rowBytes = <usize>args.width * pixelBytes;
    for (; left >= lanes; left -= lanes) {
      const middle = source + rowBytes;
      const lower = middle + rowBytes;
      let v = reduce.join<T>(reduce.start<T>(), v128.load(source));
      v = reduce.join<T>(v, v128.load(source + pixelBytes));
      v = reduce.join<T>(v, v128.load(source + 2 * pixelBytes));
      v = reduce.join<T>(v, v128.load(middle));
      v = reduce.join<T>(v, v128.load(middle + pixelBytes));
      v = reduce.join<T>(v, v128.load(middle + 2 * pixelBytes));
      v = reduce.join<T>(v, v128.load(lower));
      v = reduce.join<T>(v, v128.load(lower + pixelBytes));
      v = reduce.join<T>(v, v128.load(lower + 2 * pixelBytes));
      v128.store(target, reduce.finish<T>(v, weight));
      source += 16;
      target += 16;
    }
  }
  for (; left >= 4 * lanes; left -= 4 * lanes) {
    let s0 = reduce.start<T>();
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    let pixel = source;
    for (let y = height; y > 0; --y) {
      for (let x = width; x > 0; --x) {
        s0 = reduce.join<T>(s0, v128.load(pixel));
        s1 = reduce.join<T>(s1, v128.load(pixel, 16));
        s2 = reduce.join<T>(s2, v128.load(pixel, 32));
        s3 = reduce.join<T>(s3, v128.load(pixel, 48));
        pixel += pixelBytes;
      }
      pixel += jump;
    }
    v128.store(target, reduce.finish<T>(s0, weight));
    v128.store(target, reduce.finish<T>(s1, weight), 16);
    v128.store(target, reduce.finish<T>(s2, weight), 32);
    v128.store(target, reduce.finish<T>(s3, weight), 48);
    source += 64;
    target += 64;
  }
  if (args.channels < lanes) {
    for (; left > 0; --left) {
      const v = Pixels.reduce<T, R>(source, pixelBytes, jump, height, width, true);
      v128.store_lane<T>(target, reduce.finish<T>(v, weight), 0);
      source += sizeof<T>();
      target += sizeof<T>();
    }
  }
  for (; left > 0; left -= lanes) {
    // The last vector goes back to end with the channels.
    const back = (<usize>max<i32>(0, lanes - left)) << alignof<T>();
    const v = Pixels.reduce<T, R>(source - back, pixelBytes, jump, height, width, false);
    v128.store(target - back, reduce.finish<T>(v, weight));
    source += 16;
    target += 16;
  }
}

abstract class Pixels {
  /** A vector of channels, or one channel where `single`, a constant, says so. */
  @inline
  static reduce<T, R>(pixel: usize, pixelBytes: usize, jump: usize, height: i32, width: i32, single: bool): v128 {
    const reduce = changetype<R>(0);
    let v = reduce.start<T>();
    for (let y = height; y > 0; --y) {
      for (let x = width; x > 0; --x) {
        v = reduce.join<T>(v, single ? v128.load_splat<T>(pixel) : v128.load(pixel));
        pixel += pixelBytes;
      }
      pixel += jump;
    }
    return v;
  }
}
