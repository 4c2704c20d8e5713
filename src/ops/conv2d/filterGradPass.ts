import { PANEL_BYTES, UNPACK_COLUMNS } from '../../runtime/abi.ts';
import { BYTES, type ElementType, type Runtime } from '../../runtime/runtime.ts';
import { forwardFrame } from './forwardPass.ts';
import { copyFrames, frameSize, type Images, inPlace, type Pixels, readsInPlace } from './frame.ts';
import { type ConvGeometry, productGroups } from './geometry.ts';
import { gradientStep, panelBytes } from './plan.ts';
import { collapse, evenRows, runProduct, type Tables, tableBytes, writeTables } from './product.ts';

export interface FilterGradOperands {
  readonly x: Images;
  readonly dy: Images;
  /** Where the gradient goes, OIHW. */
  readonly dw: number;
  readonly scale: number;
}

/**
 * Filter gradient: dw[out][channel][tap] = scale * sum over images and pixels of dy[pixel][out] * x[pixel * stride + tap][channel].
 *
 * The same gathered product with the roles turned: rows are (tap, channel) pairs, the sum runs over output pixels, and panels
 * of output channels are packed from dy. It goes step by step over pixels, so that a step's operands stay in L1, and each
 * step goes on with the sums of the one before. Scratch: one image's frame (or a step's), a step of dy, the sums.
 */
export function filterGradPass(
  runtime: Runtime,
  type: ElementType,
  g: ConvGeometry,
  operands: FilterGradOperands,
): void {
  const bytes = BYTES[type];
  const { x, dy } = operands;
  const frame = forwardFrame(g);
  const pixelStride = unaliasedStride(g.inChannels, bytes);
  const direct = readsInPlace(x, frame) && x.strides.column === pixelStride;
  const step = gradientStep(g.batch, g.y.out, g.x.out);
  const { groups, groupOut } = productGroups(g);
  const panels = Math.ceil((groupOut * bytes) / PANEL_BYTES);
  const pitch = (panels * PANEL_BYTES) / bytes;
  const taps = g.y.kernel * g.x.kernel;
  const rows = taps * g.groupIn;
  const [frames = 0, dyPanels = 0, sums = 0, a = 0, c = 0] = runtime.scratch.reserve(
    direct ? 0 : step.images * frameSize(frame, pixelStride) * bytes,
    panelBytes(groups, groupOut, step.images * step.rows * g.x.out, bytes),
    groups * rows * pitch * bytes,
    tableBytes(rows),
    tableBytes(rows),
  );
  for (let first = 0; first < g.batch; first += step.images) {
    const count = Math.min(step.images, g.batch - first);
    const source = direct
      ? inPlace(x, first, bytes)
      : copyFrames(runtime, type, x, frame, { first, count }, frames, pixelStride);
    for (let row = 0; row < g.y.out; row += step.rows) {
      const part = { first, count, row, rows: Math.min(step.rows, g.y.out - row) };
      packOutputGrad(runtime, type, g, dy, part, dyPanels, panels);
      const begins = first === 0 && row === 0;
      addStep(runtime, type, g, source, part, { dyPanels, sums, pitch, begins, tables: { a, c } });
    }
  }
  const args = {
    source: sums,
    target: operands.dw,
    groups,
    columns: groupOut,
    channels: g.groupIn,
    taps,
    pitch,
    scale: operands.scale,
  };
  runtime.run('unpackFilter', type, args, groups * Math.ceil(groupOut / UNPACK_COLUMNS));
}

/** Images `first` to first + count - 1, output rows `row` to row + rows - 1 of each. */
interface Part {
  readonly first: number;
  readonly count: number;
  readonly row: number;
  readonly rows: number;
}

function packOutputGrad(
  runtime: Runtime,
  type: ElementType,
  g: ConvGeometry,
  dy: Images,
  part: Part,
  target: number,
  panels: number,
): void {
  const { image, channel, row, column } = dy.strides;
  const { groups, groupOut } = productGroups(g);
  const loops = collapse({
    outer: part.count,
    inner: part.rows,
    length: g.x.out,
    outerStride: image,
    innerStride: row,
    stride: column,
  });
  const args = {
    source: dy.address + (part.first * image + part.row * row) * BYTES[type],
    target,
    groups,
    groupStride: g.groupOut * channel,
    columns: groupOut,
    columnStride: channel,
    ...loops,
  };
  runtime.run('pack', type, args, groups * panels * loops.outer);
}

function addStep(
  runtime: Runtime,
  type: ElementType,
  g: ConvGeometry,
  source: Pixels,
  part: Part,
  at: { dyPanels: number; sums: number; pitch: number; begins: boolean; tables: Tables },
): void {
  const rows = g.y.kernel * g.x.kernel * g.groupIn;
  const { groups, groupOut, diagonal } = productGroups(g);
  const aRows = {
    outer: g.y.kernel,
    inner: g.x.kernel,
    length: g.groupIn,
    outerStride: g.y.dilation * source.row,
    innerStride: g.x.dilation * source.column,
    stride: 1,
  };
  if (at.begins) writeTables(runtime, type, aRows, evenRows(rows, at.pitch), at.tables);
  const product = {
    a: source.address + part.row * g.y.stride * source.row * BYTES[type],
    aGroup: g.groupIn,
    rows,
    sum: {
      outer: part.count,
      inner: part.rows,
      length: g.x.out,
      outerStride: source.image,
      innerStride: g.y.stride * source.row,
      stride: g.x.stride * source.column,
    },
    b: at.dyPanels,
    c: at.sums,
    cGroup: rows * at.pitch,
    groups,
    // The product fills whole panels; a depthwise one has no A to read there.
    columns: diagonal ? groupOut : at.pitch,
    diagonal,
    start: at.begins ? ('zero' as const) : ('c' as const),
  };
  runProduct(runtime, type, product, at.tables);
}

/**
 * Elements between pixels of the frames. A power of two would put the same channel of all pixels into few sets of L1: at 64
 * channels the product runs at 37-39 GFLOP/s so, 49-50 with a cache line more (kernel study, one Zen 4 core).
 */
function unaliasedStride(channels: number, bytes: number): number {
  return (channels * bytes) % 256 === 0 ? channels + 64 / bytes : channels;
}
