import { DepthwisePlanesArgs, KIND_3X3, KIND_3X3_GRADIENT, KIND_TAPS, Phase } from './args';
import { copyRows } from './band';
import { gradientRows } from './gradientRows';
import { rows3, rows3Apart } from './rows';
import { tapRows } from './tapRows';

/** Rows of the largest micro-kernel. */
const TILE_ROWS: i32 = 4;

/** One block of work: one plane. */
export function depthwisePlanes<T>(args: DepthwisePlanesArgs, first: i32, last: i32): void {
  const shift = alignof<T>();
  const planeBytes = (<usize>(args.targetHeight * args.targetWidth)) << shift;
  const rowBytes = (<usize>(args.split * args.pitch)) << shift;
  const frameRows = (args.band - 1) * args.rowStep + args.reach;
  memory.fill(args.zeros, 0, rowBytes);
  // The zeros left and right of the plane stay for all planes.
  if (!args.inPlace) memory.fill(args.scratch, 0, <usize>frameRows * rowBytes);
  for (let block = first; block < last; ++block) {
    const image = block / args.channels;
    const channel = block % args.channels;
    const source = args.source + ((<usize>(image * args.imageStride + channel * args.channelStride)) << shift);
    const target = args.target + <usize>block * planeBytes;
    const w = args.w + ((<usize>(channel * args.filterTaps)) << shift);
    const bias = args.bias ? args.bias + ((<usize>channel) << shift) : args.zeros;
    if (args.inPlace) {
      const x = source - ((<usize>args.left) << shift);
      const sourceBytes = (<usize>args.rowStride) << shift;
      const rows = args.rows;
      if (args.kind == KIND_3X3) {
        rows3<T>(args, x, sourceBytes, args.top, args.height, target, w, bias, rows);
      } else {
        rows3Apart<T>(args, x, sourceBytes, args.top, args.height, target, w, bias, rows);
      }
      continue;
    }
    let end = 0;
    while (end < args.rows) {
      // The last band has rows enough for a micro-kernel; rows that two bands share get the same bits twice.
      const begin = max<i32>(0, min<i32>(end, args.rows - TILE_ROWS));
      end = min<i32>(begin + args.band, args.rows);
      copyRows<T>(args, source, args.scratch, begin * args.rowStep, (end - 1) * args.rowStep + args.reach);
      bandRows<T>(args, target, w, bias, begin, end);
    }
  }
}

/** Phase rows `begin` to `end` - 1, which the band in scratch is for. */
function bandRows<T>(args: DepthwisePlanesArgs, plane: usize, w: usize, bias: usize, begin: i32, end: i32): void {
  const shift = alignof<T>();
  if (args.kind == KIND_3X3_GRADIENT) {
    gradientRows<T>(args, plane, w, begin, end);
    return;
  }
  if (args.kind != KIND_TAPS) {
    const x = args.scratch + ((<usize>args.inset) << shift);
    const rowBytes = (<usize>args.pitch) << shift;
    const y = plane + ((<usize>(begin * args.targetWidth)) << shift);
    const all = i32.MAX_VALUE;
    if (args.kind == KIND_3X3) {
      rows3<T>(args, x, rowBytes, 0, all, y, w, bias, end - begin);
    } else {
      rows3Apart<T>(args, x, rowBytes, 0, all, y, w, bias, end - begin);
    }
    return;
  }
  for (let i = 0; i < args.phaseCount; ++i) {
    const phase = changetype<Phase>(args.phases + <usize>i * offsetof<Phase>());
    // In rows of the band.
    const rows = min<i32>(end, phase.rows) - begin;
    const targetRow = phase.firstRow + begin * phase.rowStep;
    const target = plane + ((<usize>(targetRow * args.targetWidth + phase.firstColumn)) << shift);
    for (let m = 0; m < rows; m += TILE_ROWS) {
      tapRows<T>(args, phase, target, w, load<T>(bias), m, rows);
    }
  }
}
