import { Jobs } from '../jobs';
import { Simd } from '../simd';
import { PANEL_BYTES, Panel } from './args';

/**
 * Packs operand B: target[group][panel][k][NR] = source[group * groupStride + column * columnStride + offset(k)], columns past the
 * last one zero, with k = (outer, inner, index) and offset(k) = outer * outerStride + inner * innerStride + index * stride.
 * Strides in elements, negative ones allowed (a rotated filter). Reads existing elements only.
 */
@unmanaged
export class PackArgs {
  source: usize;
  target: usize;
  groups: i32;
  groupStride: i32;
  columns: i32;
  columnStride: i32;
  outer: i32;
  inner: i32;
  length: i32;
  outerStride: i32;
  innerStride: i32;
  stride: i32;
}

/** One block of work: one `outer` of one panel of one group. */
export function pack<T>(args: PackArgs, first: i32, last: i32): void {
  const shift = alignof<T>();
  const panels = Jobs.pieces(args.columns, Panel.columns<T>());
  const runBytes = <usize>args.length * PANEL_BYTES;
  for (let block = first; block < last; ++block) {
    const outer = block % args.outer;
    const panel = (block / args.outer) % panels;
    const group = block / (args.outer * panels);
    const column = panel * Panel.columns<T>();
    const width = min<i32>(args.columns - column, Panel.columns<T>());
    const origin = group * args.groupStride + column * args.columnStride + outer * args.outerStride;
    let target = args.target + <usize>block * <usize>args.inner * runBytes;
    for (let inner = 0; inner < args.inner; ++inner) {
      const source = args.source + ((<usize>(origin + inner * args.innerStride)) << shift);
      packRun<T>(args, source, target, width);
      target += runBytes;
    }
  }
}

/** A run of `length` values of k for `width` columns. */
function packRun<T>(args: PackArgs, source: usize, target: usize, width: i32): void {
  const shift = alignof<T>();
  const columnBytes = (<usize>args.columnStride) << shift;
  const strideBytes = (<usize>args.stride) << shift;
  const lanes = Simd.lanes<T>();
  let k = 0;
  if (args.columnStride == 1) {
    for (; k < args.length; ++k) {
      copyColumns<T>(source, target, width);
      source += strideBytes;
      target += PANEL_BYTES;
    }
    return;
  }
  if (args.stride == 1 && width == Panel.columns<T>()) {
    for (; k <= args.length - lanes; k += lanes) {
      Simd.transposeBlock<T>(source, columnBytes, target, PANEL_BYTES);
      Simd.transposeBlock<T>(source + columnBytes * lanes, columnBytes, target + 16, PANEL_BYTES);
      source += 16;
      target += PANEL_BYTES * lanes;
    }
  }
  for (; k < args.length; ++k) {
    let from = source;
    for (let column = 0; column < Panel.columns<T>(); ++column) {
      store<T>(target + ((<usize>column) << shift), column < width ? load<T>(from) : <T>0);
      if (column < width - 1) from += columnBytes;
    }
    source += strideBytes;
    target += PANEL_BYTES;
  }
}

/** Contiguous columns: whole vectors where they exist, zeros behind the last. */
function copyColumns<T>(source: usize, target: usize, width: i32): void {
  if (width == Panel.columns<T>()) {
    v128.store(target, v128.load(source));
    v128.store(target, v128.load(source, 16), 16);
    return;
  }
  const lanes = Simd.lanes<T>();
  v128.store(target, Simd.loadPartial<T>(source, width, Simd.zero()));
  const second = width > lanes ? Simd.loadPartial<T>(source + 16, width - lanes, Simd.zero()) : Simd.zero();
  v128.store(target, second, 16);
}
