import { FINISH_CLAMP, FINISH_MASK } from '../gemm/args';
import { Simd } from '../simd';
import { transformData, transformOutput, transformOutputGrad } from './points';

/**
 * Winograd's transforms of images: input tiles to planes, planes to output tiles, output gradients to planes. Tiles of size x size
 * outputs (4 or 2), (size + 2)^2 planes; tile t of all tiles = (image * tilesHeight + ty) * tilesWidth + tx.
 *
 * Images are channels-last with free strides. Planes are `planeStride` apart; a distance that is a multiple of 4 KiB would put all
 * planes of a tile into the same sets of L1 (5 to 40 % slower), so callers pad it. All in elements.
 * May read whole vectors past the last channel of a pixel or plane row; writes whole vectors within rows of planes, and existing
 * elements of images only.
 */
@unmanaged
export class WinogradDataArgs {
  /** Images: the frame of the input (input transform), of dy (gradient transform), or the output. */
  images: usize;
  /** Planes of tiles firstTile and on. */
  planes: usize;
  /** Working memory of the caller: 36 vectors. */
  scratch: usize;
  /** Output transform: `channels` bias values, or 0. */
  bias: usize;
  size: i32;
  firstTile: i32;
  tilesHeight: i32;
  tilesWidth: i32;
  imageStride: i32;
  rowStride: i32;
  pixelStride: i32;
  /** Output transform: pixels that exist. */
  height: i32;
  width: i32;
  channels: i32;
  planeStride: i32;
  /** Distance of two tiles in a plane. */
  tileStride: i32;
  /**
   * Distance of two panels of channels in a plane, for planes that are operand B of a product: [panel][tile][NR channels].
   * 0: a tile's channels are contiguous.
   */
  panelStride: i32;
  /** Output transform: 0 or FINISH_*, as in GemmArgs. */
  finish: i32;
  mask: usize;
  lower: f64;
  upper: f64;
}

abstract class Tile {
  /** Element offset of a tile's first pixel. */
  @inline
  static origin(args: WinogradDataArgs, tile: i32, x: i32, y: i32): i32 {
    const image = tile / (args.tilesHeight * args.tilesWidth);
    return image * args.imageStride + y * args.size * args.rowStride + x * args.size * args.pixelStride;
  }
}

/** planes[p][tile][channel] = B^T x B. One block of work: one tile. */
export function winogradInput<T>(args: WinogradDataArgs, first: i32, last: i32): void {
  const shift = alignof<T>();
  const size = args.size;
  const points = size + 2;
  const rowBytes = (<usize>args.rowStride) << shift;
  const pixelBytes = (<usize>args.pixelStride) << shift;
  const planeBytes = (<usize>args.planeStride) << shift;
  const scratch = args.scratch;
  const lineBytes = <usize>points * 16;
  for (let block = first; block < last; ++block) {
    const tile = args.firstTile + block;
    const x = tile % args.tilesWidth;
    const y = (tile / args.tilesWidth) % args.tilesHeight;
    let source = args.images + ((<usize>Tile.origin(args, tile, x, y)) << shift);
    let target = args.planes + ((<usize>(block * args.tileStride)) << shift);
    for (let channel = 0; channel < args.channels; channel += Simd.lanes<T>()) {
      transformData<T>(size, points, source, pixelBytes, rowBytes, scratch, 16, lineBytes);
      transformData<T>(size, points, scratch, lineBytes, 16, target, planeBytes * points, planeBytes);
      source += 16;
      target += 16;
    }
  }
}

/** y = A^T m A + bias, limited to lower..upper. One block of work: one tile. */
export function winogradOutput<T>(args: WinogradDataArgs, first: i32, last: i32): void {
  const shift = alignof<T>();
  const size = args.size;
  const points = size + 2;
  const lanes = Simd.lanes<T>();
  const rowBytes = (<usize>args.rowStride) << shift;
  const pixelBytes = (<usize>args.pixelStride) << shift;
  const planeBytes = (<usize>args.planeStride) << shift;
  const scratch = args.scratch;
  const lineBytes = <usize>points * 16;
  const zero = Simd.zero();
  const lower = v128.splat<T>(<T>args.lower);
  const upper = v128.splat<T>(<T>args.upper);
  for (let block = first; block < last; ++block) {
    const tile = args.firstTile + block;
    const x = tile % args.tilesWidth;
    const y = (tile / args.tilesWidth) % args.tilesHeight;
    const rows = min<i32>(size, args.height - y * size);
    const columns = min<i32>(size, args.width - x * size);
    let target = args.images + ((<usize>Tile.origin(args, tile, x, y)) << shift);
    let source = args.planes + ((<usize>(block * args.tileStride)) << shift);
    for (let channel = 0; channel < args.channels; channel += lanes) {
      const count = args.channels - channel;
      let bias = zero;
      if (args.bias) bias = Simd.loadPartial<T>(args.bias + ((<usize>channel) << shift), count, zero);
      transformOutput<T>(
        size,
        points,
        source,
        planeBytes * points,
        planeBytes,
        scratch,
        lineBytes,
        16,
        zero,
        0,
        0,
        zero,
        zero,
      );
      const whole = columns == size && count >= lanes;
      transformOutput<T>(
        size,
        rows,
        scratch,
        16,
        lineBytes,
        whole ? target : scratch,
        whole ? pixelBytes : 16,
        whole ? rowBytes : lineBytes,
        bias,
        whole || args.finish == FINISH_CLAMP ? args.finish : 0,
        args.mask,
        lower,
        upper,
      );
      if (!whole) copyPixels<T>(args, scratch, target, rows, columns, count);
      source += 16;
      target += 16;
    }
  }
}

/** The first `count` channels of rows x columns vectors of working memory, to pixels. */
function copyPixels<T>(
  args: WinogradDataArgs,
  source: usize,
  target: usize,
  rows: i32,
  columns: i32,
  count: i32,
): void {
  const shift = alignof<T>();
  const rowBytes = (<usize>args.rowStride) << shift;
  const pixelBytes = (<usize>args.pixelStride) << shift;
  const lineBytes = <usize>(args.size + 2) * 16;
  const lower = v128.splat<T>(<T>args.lower);
  const upper = v128.splat<T>(<T>args.upper);
  for (; rows > 0; --rows) {
    for (let j = 0; j < columns; ++j) {
      const pixel = target + <usize>j * pixelBytes;
      let v = v128.load(source + <usize>j * 16);
      if (args.finish == FINISH_MASK) {
        const mask = Simd.loadPartial<T>(pixel + args.mask, count, lower);
        v = v128.and(v, Simd.between<T>(mask, lower, upper));
      }
      Simd.storePartial<T>(pixel, v, count);
    }
    source += lineBytes;
    target += rowBytes;
  }
}

/** planes[p] = A dy A^T, as panels of operand B. One block of work: one tile. */
export function winogradOutputGrad<T>(args: WinogradDataArgs, first: i32, last: i32): void {
  const shift = alignof<T>();
  const size = args.size;
  const points = size + 2;
  const rowBytes = (<usize>args.rowStride) << shift;
  const pixelBytes = (<usize>args.pixelStride) << shift;
  const planeBytes = (<usize>args.planeStride) << shift;
  const panelBytes = (<usize>args.panelStride) << shift;
  const scratch = args.scratch;
  const lineBytes = <usize>points * 16;
  for (let block = first; block < last; ++block) {
    const tile = args.firstTile + block;
    const x = tile % args.tilesWidth;
    const y = (tile / args.tilesWidth) % args.tilesHeight;
    let source = args.images + ((<usize>Tile.origin(args, tile, x, y)) << shift);
    let panel = args.planes + ((<usize>(block * args.tileStride)) << shift);
    let half: usize = 0;
    for (let channel = 0; channel < args.channels; channel += Simd.lanes<T>()) {
      transformOutputGrad<T>(size, size, source, pixelBytes, rowBytes, scratch, 16, lineBytes);
      transformOutputGrad<T>(size, points, scratch, lineBytes, 16, panel + half, planeBytes * points, planeBytes);
      source += 16;
      if (half) panel += panelBytes;
      half ^= 16;
    }
  }
}
