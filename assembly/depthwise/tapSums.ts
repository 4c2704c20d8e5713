import { Lanes } from '../lanes';
import { Simd } from '../simd';
import { DepthwiseFilterGradArgs, TAP_GROUP } from './args';

/** Micro-kernel for the filter gradient of any taps, TAP_GROUP of them at a time. Contract as addRows3. */
export function addTaps<T>(args: DepthwiseFilterGradArgs, y: usize, rows: i32): void {
  const shift = alignof<T>();
  const lanes = Simd.lanes<T>();
  const rowBytes = (<usize>(args.rowStep * args.split * args.pitch)) << shift;
  const yBytes = (<usize>args.columns) << shift;
  const last = (<usize>(args.columns - lanes)) << shift;
  const tail = Lanes.last<T>(args.columns % lanes);
  for (let tap = 0; tap < args.filterTaps; tap += TAP_GROUP) {
    const taps = args.taps + ((<usize>tap) << 2);
    let x0 = args.scratch + ((<usize>load<i32>(taps)) << shift);
    let x1 = args.scratch + ((<usize>load<i32>(taps, 4)) << shift);
    let x2 = args.scratch + ((<usize>load<i32>(taps, 8)) << shift);
    let x3 = args.scratch + ((<usize>load<i32>(taps, 12)) << shift);
    let x4 = args.scratch + ((<usize>load<i32>(taps, 16)) << shift);
    const sums = args.sums + ((<usize>tap) << 4);
    let s0 = Simd.zero();
    let s1 = Simd.zero();
    let s2 = Simd.zero();
    let s3 = Simd.zero();
    let s4 = Simd.zero();
    for (let row = 0; row < rows; ++row) {
      const dy = y + <usize>row * yBytes;
      let mask = i32x4.splat(-1);
      for (let at: usize = 0; ; ) {
        const d = v128.and(v128.load(dy + at), mask);
        s0 = Simd.fma<T>(v128.load(x0 + at), d, s0);
        s1 = Simd.fma<T>(v128.load(x1 + at), d, s1);
        s2 = Simd.fma<T>(v128.load(x2 + at), d, s2);
        s3 = Simd.fma<T>(v128.load(x3 + at), d, s3);
        s4 = Simd.fma<T>(v128.load(x4 + at), d, s4);
        if (at >= last) break;
        at += 16;
        if (at > last) {
          at = last;
          mask = tail;
        }
      }
      x0 += rowBytes;
      x1 += rowBytes;
      x2 += rowBytes;
      x3 += rowBytes;
      x4 += rowBytes;
    }
    addTo<T>(sums, s0);
    addTo<T>(sums + 16, s1);
    addTo<T>(sums + 32, s2);
    addTo<T>(sums + 48, s3);
    addTo<T>(sums + 64, s4);
  }
}

/** Sums of a band are added up: shorter sums are more exact ones. */
export function addTo<T>(sum: usize, v: v128): void {
  v128.store(sum, v128.add<T>(v128.load(sum), v));
}
