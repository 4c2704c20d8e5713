import { Jobs } from '../jobs';
import { Simd } from '../simd';
import { DepthwiseFilterGradArgs, KIND_3X3, KIND_3X3_APART, TAP_GROUP } from './args';
import { clear, copyRows } from './band';
import { addRows3, addRows3Apart } from './sums3';
import { addTaps } from './tapSums';

/** One block of work: one channel of all images. The order of a sum follows from the shape alone. */
export function depthwiseFilterGrad<T>(args: DepthwiseFilterGradArgs, first: i32, last: i32): void {
  const shift = alignof<T>();
  const planeBytes = (<usize>(args.rows * args.columns)) << shift;
  const rowBytes = (<usize>args.columns) << shift;
  const frameRows = (args.band - 1) * args.rowStep + args.reach;
  const sumBytes = (<usize>(Jobs.pieces(args.filterTaps, TAP_GROUP) * TAP_GROUP)) << 4;
  // The zeros left and right of the plane stay for all planes.
  memory.fill(args.scratch, 0, (<usize>(frameRows * args.split * args.pitch)) << shift);
  memory.fill(args.zeros, 0, rowBytes);
  const scale = <T>args.scale;
  for (let channel = first; channel < last; ++channel) {
    clear(args.sums, sumBytes);
    for (let image = 0; image < args.images; ++image) {
      const source = args.source + ((<usize>(image * args.imageStride + channel * args.channelStride)) << shift);
      const dy = args.dy + <usize>(image * args.channels + channel) * planeBytes;
      for (let begin = 0; begin < args.rows; begin += args.band) {
        const rows = min<i32>(args.band, args.rows - begin);
        // An odd last row is paired with one of zeros, whose frame rows are there, too.
        const pairs = (rows + 1) & ~1;
        const frameRow = begin * args.rowStep;
        copyRows<T>(args, source, args.scratch, frameRow, frameRow + (pairs - 1) * args.rowStep + args.reach);
        const y = dy + <usize>begin * rowBytes;
        if (args.kind == KIND_3X3) addRows3<T>(args, y, rows);
        else if (args.kind == KIND_3X3_APART) addRows3Apart<T>(args, y, rows);
        else addTaps<T>(args, y, rows);
      }
    }
    const target = args.target + ((<usize>(channel * args.filterTaps)) << shift);
    for (let tap = 0; tap < args.filterTaps; ++tap) {
      const sum = Simd.sum<T>(v128.load(args.sums + ((<usize>tap) << 4)));
      store<T>(target + ((<usize>tap) << shift), scale * sum);
    }
  }
}
