import { PANEL_BYTES, Panel } from '../gemm/args';
import { Jobs } from '../jobs';
import { Simd } from '../simd';
import { transformFilter, transformFilterGrad } from './points';

/**
 * Winograd's transforms of 3x3 filters: to the (size + 2)^2 planes of operand B, [plane][panel][k][NR columns], and the gradient's
 * back. A filter's nine taps are contiguous, at column * columnStride + k * kStride. Planes are `planeStride` apart (padded,
 * as those of data). All in elements.
 */
@unmanaged
export class WinogradFilterArgs {
  /** Filters, or their gradient. */
  filters: usize;
  planes: usize;
  /** Working memory of the caller: 36 vectors. */
  scratch: usize;
  size: i32;
  columns: i32;
  columnStride: i32;
  depth: i32;
  kStride: i32;
  planeStride: i32;
  /** Gradient: distance of two k in a plane (its columns are contiguous). */
  pitch: i32;
  /** 1: taps in reverse order (the filters of the input gradient). */
  rotated: i32;
  /** Gradient: factor of the result. */
  scale: f64;
}

/** Steps of k in a block of work: filters that are made a few panels at a time are enough for several threads. */
const DEPTH_BLOCK: i32 = 64;

/** planes = G g G^T; columns past the last one are zero. One block of work: DEPTH_BLOCK steps of k of one panel. */
export function winogradFilter<T>(args: WinogradFilterArgs, first: i32, last: i32): void {
  const shift = alignof<T>();
  const size = args.size;
  const depth = args.depth;
  const planeBytes = (<usize>args.planeStride) << shift;
  const taps = args.scratch;
  const pieces = Jobs.pieces(depth, DEPTH_BLOCK);
  for (let block = first; block < last; ++block) {
    const panel = block / pieces;
    const start = (block % pieces) * DEPTH_BLOCK;
    const end = Jobs.end(start, DEPTH_BLOCK, depth);
    let target = args.planes + <usize>(panel * depth + start) * PANEL_BYTES;
    for (let k = start; k < end; ++k) {
      for (let half = 0; half < 2; ++half) {
        const column = panel * Panel.columns<T>() + half * Simd.lanes<T>();
        gatherTaps<T>(args, column, k, taps);
        transformFilter<T>(size, taps, target + <usize>half * 16, planeBytes);
      }
      target += PANEL_BYTES;
    }
  }
}

/** Nine vectors, one a tap, of neighbouring columns; zero where there is no column. */
function gatherTaps<T>(args: WinogradFilterArgs, column: i32, k: i32, target: usize): void {
  const lanes = Simd.lanes<T>();
  const columnBytes = (<usize>args.columnStride) << alignof<T>();
  let source = args.filters + ((<usize>(column * args.columnStride + k * args.kStride)) << alignof<T>());
  let step: usize = 16;
  if (args.rotated) {
    target += 8 * 16;
    step = -step;
  }
  const existing = args.columns - column;
  if (existing >= lanes) {
    for (let tap = 0; tap < 8; tap += lanes) {
      Simd.transposeBlock<T>(source, columnBytes, target, step);
      source += 16;
      target += step * lanes;
    }
    // As a vector: elements that are stored one by one cannot be forwarded to a load of all.
    let last = v128.load_splat<T>(source);
    last = v128.load_lane<T>(source + columnBytes, last, 1);
    if (sizeof<T>() == 4) {
      last = v128.load_lane<f32>(source + 2 * columnBytes, last, 2);
      last = v128.load_lane<f32>(source + 3 * columnBytes, last, 3);
    }
    v128.store(target, last);
    return;
  }
  for (let tap = 0; tap < 9; ++tap) {
    for (let lane = 0; lane < lanes; ++lane) {
      const value = lane < existing ? load<T>(source + <usize>lane * columnBytes) : <T>0;
      store<T>(target + <usize>lane * sizeof<T>(), value);
    }
    source += sizeof<T>();
    target += step;
  }
}

/** Columns in a block of the gradient's transform, in vectors: together a cache line of a plane. */
const LINE_VECTORS: i32 = 4;

/** filters = scale * G^T u G. One block of work: DEPTH_BLOCK steps of k of LINE_VECTORS vectors of columns. */
export function winogradFilterGrad<T>(args: WinogradFilterArgs, first: i32, last: i32): void {
  const lanes = Simd.lanes<T>();
  const pieces = Jobs.pieces(args.depth, DEPTH_BLOCK);
  for (let block = first; block < last; ++block) {
    const start = (block / pieces) * LINE_VECTORS * lanes;
    const stop = Jobs.end(start, LINE_VECTORS * lanes, args.columns);
    const firstK = (block % pieces) * DEPTH_BLOCK;
    const endK = Jobs.end(firstK, DEPTH_BLOCK, args.depth);
    for (let k = firstK; k < endK; ++k) {
      for (let column = start; column < stop; column += lanes) filterGradVector<T>(args, column, k);
    }
  }
}

function filterGradVector<T>(args: WinogradFilterArgs, column: i32, k: i32): void {
  const shift = alignof<T>();
  const size = args.size;
  const points = size + 2;
  const planeBytes = (<usize>args.planeStride) << shift;
  const lineBytes = <usize>points * 16;
  const rows = args.scratch;
  const taps = rows + 18 * 16;
  const source = args.planes + ((<usize>(k * args.pitch + column)) << shift);
  transformFilterGrad<T>(size, points, source, planeBytes * points, planeBytes, rows, lineBytes, 16);
  transformFilterGrad<T>(size, 3, rows, 16, lineBytes, taps, 16, 3 * 16);
  scatterTaps<T>(args, column, k, taps);
}

/** Nine vectors, one a tap, to the filters of neighbouring columns, times scale. */
function scatterTaps<T>(args: WinogradFilterArgs, column: i32, k: i32, taps: usize): void {
  const shift = alignof<T>();
  const lanes = Simd.lanes<T>();
  const columnBytes = (<usize>args.columnStride) << shift;
  const scale = v128.splat<T>(<T>args.scale);
  for (let tap = 0; tap < 9; ++tap) {
    const at = taps + <usize>tap * 16;
    v128.store(at, v128.mul<T>(v128.load(at), scale));
  }
  let target = args.filters + ((<usize>(column * args.columnStride + k * args.kStride)) << shift);
  const count = min<i32>(lanes, args.columns - column);
  let done = 0;
  if (count == lanes) {
    for (; done < 8; done += lanes) {
      Simd.transposeBlock<T>(taps, 16, target, columnBytes);
      taps += <usize>lanes * 16;
      target += 16;
    }
  }
  for (; done < 9; ++done) {
    for (let lane = 0; lane < count; ++lane) {
      store<T>(target + <usize>lane * columnBytes, load<T>(taps + ((<usize>lane) << shift)));
    }
    taps += 16;
    target += sizeof<T>();
  }
}
