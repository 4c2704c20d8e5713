import { PANEL_BYTES } from '../../runtime/abi.ts';
import { BYTES, type ElementType, type Runtime } from '../../runtime/runtime.ts';
import { copyFrames, type Frame, frameSize, type Images, inPlace, readsInPlace } from './frame.ts';
import { type ConvGeometry, productGroups } from './geometry.ts';
import { imagesPerChunk, panelBytes } from './plan.ts';
import { type Clamp, evenRows, runProduct, tableBytes, writeTables } from './product.ts';

export interface ForwardOperands {
  readonly x: Images;
  /** Address of the filters, OIHW; with `prepared` in the form that the pass reads (see FilterCache). */
  readonly w: number;
  readonly prepared: boolean;
  /** Address of the bias, or 0. */
  readonly bias: number;
  /** Where the output goes, channels-last. */
  readonly y: number;
  readonly clamp?: Clamp | undefined;
}

/**
 * Forward: y[pixel][out] = bias[out] + sum over taps and channels of x[pixel + tap][channel] * w[out][channel][tap].
 *
 * One gathered product: rows are output pixels, read in place from channels-last frames; all taps are inside the micro-kernel, so
 * a result leaves the registers once. Scratch: the packed filters, and the frames of a chunk of images.
 */
export function forwardPass(runtime: Runtime, type: ElementType, g: ConvGeometry, operands: ForwardOperands): void {
  const bytes = BYTES[type];
  const { x } = operands;
  const { groups, groupOut, diagonal } = productGroups(g);
  const frame = forwardFrame(g);
  const direct = readsInPlace(x, frame);
  const pixels = g.y.out * g.x.out;
  const chunk = imagesPerChunk(g.batch, frameSize(frame, g.inChannels) * bytes);
  const [panels = 0, frames = 0, a = 0, c = 0] = runtime.scratch.reserve(
    operands.prepared ? 0 : filterPanelBytes(g, bytes),
    direct ? 0 : chunk * frameSize(frame, g.inChannels) * bytes,
    tableBytes(chunk * pixels),
    tableBytes(chunk * pixels),
  );
  const tables = { a, c };
  if (!operands.prepared) packFilters(runtime, type, g, operands.w, panels);
  let tabled = 0;
  for (let first = 0; first < g.batch; first += chunk) {
    const count = Math.min(chunk, g.batch - first);
    const source = direct
      ? inPlace(x, first, bytes)
      : copyFrames(runtime, type, x, frame, { first, count }, frames, g.inChannels);
    if (count !== tabled) {
      const aRows = {
        outer: count,
        inner: g.y.out,
        length: g.x.out,
        outerStride: source.image,
        innerStride: g.y.stride * source.row,
        stride: g.x.stride * source.column,
      };
      writeTables(runtime, type, aRows, evenRows(count * pixels, g.outChannels), tables);
      tabled = count;
    }
    const product = {
      a: source.address,
      aGroup: g.groupIn,
      rows: count * pixels,
      sum: {
        outer: g.y.kernel,
        inner: g.x.kernel,
        length: g.groupIn,
        outerStride: g.y.dilation * source.row,
        innerStride: g.x.dilation * source.column,
        stride: 1,
      },
      b: operands.prepared ? operands.w : panels,
      c: operands.y + first * pixels * g.outChannels * bytes,
      cGroup: g.groupOut,
      groups,
      columns: groupOut,
      diagonal,
      start: operands.bias || ('zero' as const),
      clamp: operands.clamp,
    };
    runProduct(runtime, type, product, tables);
  }
}

/** What the windows of all output pixels cover. */
export function forwardFrame({ y, x }: ConvGeometry): Frame {
  return {
    top: y.before,
    left: x.before,
    height: (y.out - 1) * y.stride + y.dilation * (y.kernel - 1) + 1,
    width: (x.out - 1) * x.stride + x.dilation * (x.kernel - 1) + 1,
  };
}

/** Bytes of the packed filters. */
export function filterPanelBytes(g: ConvGeometry, bytes: number): number {
  const { groups, groupOut } = productGroups(g);
  return panelBytes(groups, groupOut, g.y.kernel * g.x.kernel * g.groupIn, bytes);
}

/** Filters OIHW to panels of output channels, k = (kernel row, kernel column, channel). */
export function packFilters(
  runtime: Runtime,
  type: ElementType,
  g: ConvGeometry,
  source: number,
  target: number,
): void {
  const taps = g.y.kernel * g.x.kernel;
  const { groups, groupOut } = productGroups(g);
  const args = {
    source,
    target,
    groups,
    groupStride: g.groupOut * g.groupIn * taps,
    columns: groupOut,
    columnStride: g.groupIn * taps,
    outer: g.y.kernel,
    inner: g.x.kernel,
    length: g.groupIn,
    outerStride: g.x.kernel,
    innerStride: 1,
    stride: taps,
  };
  const panels = Math.ceil((groupOut * BYTES[type]) / PANEL_BYTES);
  runtime.run('pack', type, args, groups * panels * g.y.kernel);
}
