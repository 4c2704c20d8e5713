import { PANEL_BYTES, Panel } from '../gemm/args';
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

/** planes = G g G^T; columns past the last one are zero. One block of work: one panel. */
export function winogradFilter<T>(args: WinogradFilterArgs, first: i32, last: i32): void {
  const shift = alignof<T>();
  const size = args.size;
  const points = size + 2;
  const planeBytes = (<usize>args.planeStride) << shift;
  const taps = args.scratch;
  const rows = taps + 9 * 16;
  for (let block = first; block < last; ++block) {
    let target = args.planes + <usize>block * <usize>args.depth * PANEL_BYTES;
    for (let k = 0; k < args.depth; ++k) {
      for (let half = 0; half < 2; ++half) {
        const column = block * Panel.columns<T>() + half * Simd.lanes<T>();
        gatherTaps<T>(args, column, k, taps);
        for (let i = 0; i < 3; ++i)
          transformFilter<T>(size, taps + <usize>(i * 3) * 16, 16, rows + <usize>(i * points) * 16, 16);
        for (let j = 0; j < points; ++j) {
          transformFilter<T>(
            size,
            rows + <usize>j * 16,
            <usize>points * 16,
            target + <usize>half * 16 + <usize>j * planeBytes,
            <usize>points * planeBytes,
          );
        }
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
    for (let lane = 0; lane < lanes; ++lane) {
      store<T>(target + <usize>lane * sizeof<T>(), load<T>(source + <usize>lane * columnBytes));
    }
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

/** filters = scale * G^T u G. One block of work: LINE_VECTORS vectors of columns. */
export function winogradFilterGrad<T>(args: WinogradFilterArgs, first: i32, last: i32): void {
  const lanes = Simd.lanes<T>();
  const end = min<i32>(last * LINE_VECTORS * lanes, args.columns);
  for (let start = first * LINE_VECTORS * lanes; start < end; start += LINE_VECTORS * lanes) {
    const stop = min<i32>(start + LINE_VECTORS * lanes, end);
    for (let k = 0; k < args.depth; ++k) {
      for (let column = start; column < stop; column += lanes) filterGradVector<T>(args, column, k);
    }
  }
}

function filterGradVector<T>(args: WinogradFilterArgs, column: i32, k: i32): void {
  const shift = alignof<T>();
  const size = args.size;
  const points = size + 2;
  const planeBytes = (<usize>args.planeStride) << shift;
  const rows = args.scratch;
  const taps = rows + 18 * 16;
  const source = args.planes + ((<usize>(k * args.pitch + column)) << shift);
  for (let j = 0; j < points; ++j) {
    const plane = source + <usize>j * planeBytes;
    transformFilterGrad<T>(size, plane, <usize>points * planeBytes, rows + <usize>j * 16, <usize>points * 16);
  }
  for (let i = 0; i < 3; ++i) {
    transformFilterGrad<T>(size, rows + <usize>(i * points) * 16, 16, taps + <usize>(i * 3) * 16, 16);
  }
  const scale = <T>args.scale;
  const count = min<i32>(Simd.lanes<T>(), args.columns - column);
  for (let lane = 0; lane < count; ++lane) {
    let target = args.filters + ((<usize>((column + lane) * args.columnStride + k * args.kStride)) << shift);
    let from = taps + ((<usize>lane) << shift);
    for (let tap = 0; tap < 9; ++tap) {
      store<T>(target, <T>(scale * load<T>(from)));
      target += sizeof<T>();
      from += 16;
    }
  }
}
