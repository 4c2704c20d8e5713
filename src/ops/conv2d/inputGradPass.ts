import { PANEL_BYTES } from '../../runtime/abi.ts';
import { BYTES, type ElementType, type Runtime } from '../../runtime/runtime.ts';
import { copyFrames, frameSize, type Images, inPlace, type Pixels, readsInPlace } from './frame.ts';
import { type ConvGeometry, productGroups } from './geometry.ts';
import { type Phase, type Polyphase, polyphase, polyphaseFrame } from './phases.ts';
import { imagesPerChunk, panelBytes } from './plan.ts';
import { type Mask, runProduct, type Tables, tableBytes, writeTables } from './product.ts';

export interface InputGradOperands {
  readonly dy: Images;
  /** Address of the filters, OIHW. */
  readonly w: number;
  /** Where the gradient goes, channels-last. */
  readonly dx: number;
  /** The derivative of an activation, by its output (channels-last). */
  readonly mask?: Mask | undefined;
}

/** Both phases of a part of the input, and where its packed filters are. */
interface Part {
  readonly y: Phase;
  readonly x: Phase;
  readonly panels: number;
}

/**
 * Input gradient: dx[pixel][channel] = sum over taps and out of dy[(pixel + padding - tap * dilation) / stride][out] *
 * w[out][channel][tap],
 * over the taps for which that is a whole number.
 *
 * Polyphase: pixels with the same remainder by the stride see the same taps, and a part of them is a stride-1 convolution of dy
 * with those taps, written to every stride-th pixel of dx. No dilated copy, no col2im; with stride 1 there is one part, the
 * forward pass with rotated filters. Scratch: the packed filters, and the frames of a chunk of images.
 */
export function inputGradPass(runtime: Runtime, type: ElementType, g: ConvGeometry, operands: InputGradOperands): void {
  const bytes = BYTES[type];
  const { dy } = operands;
  const rows = polyphase(g.y);
  const columns = polyphase(g.x);
  const frame = polyphaseFrame(rows, columns);
  const direct = readsInPlace(dy, frame);
  const chunk = imagesPerChunk(g.batch, frameSize(frame, g.outChannels) * bytes);
  const largest = chunk * largestPhase(rows) * largestPhase(columns);
  const { groups, groupIn } = productGroups(g);
  const panelsSize = panelBytes(groups, groupIn, g.y.kernel * g.x.kernel * g.groupOut, bytes);
  const [panels = 0, frames = 0, a = 0, c = 0] = runtime.scratch.reserve(
    panelsSize,
    direct ? 0 : chunk * frameSize(frame, g.outChannels) * bytes,
    tableBytes(largest),
    tableBytes(largest),
  );
  const parts: Part[] = [];
  let next = panels;
  for (const y of rows.phases) {
    for (const x of columns.phases) {
      parts.push({ y, x, panels: next });
      next += packPhase(runtime, type, g, { y, x, panels: next }, operands.w, bytes);
    }
  }
  for (let first = 0; first < g.batch; first += chunk) {
    const count = Math.min(chunk, g.batch - first);
    const source = direct
      ? inPlace(dy, first, bytes)
      : copyFrames(runtime, type, dy, frame, { first, count }, frames, g.outChannels);
    const target = operands.dx + first * g.inChannels * g.y.size * g.x.size * bytes;
    for (const part of parts) runPhase(runtime, type, g, part, source, count, { ...operands, dx: target }, { a, c });
  }
}

function largestPhase({ phases }: Polyphase): number {
  return Math.max(...phases.map(phase => phase.count));
}

/** Packs the filters of a part, in the order in which its taps walk through dy; returns the bytes they take. */
function packPhase(runtime: Runtime, type: ElementType, g: ConvGeometry, part: Part, w: number, bytes: number): number {
  const { y, x } = part;
  const taps = g.y.kernel * g.x.kernel;
  const depth = y.taps * x.taps * g.groupOut;
  const { groups, groupIn } = productGroups(g);
  const size = panelBytes(groups, groupIn, depth, bytes);
  if (depth === 0) return size;
  const args = {
    source: w + (y.firstTap * g.x.kernel + x.firstTap) * bytes,
    target: part.panels,
    groups,
    groupStride: g.groupOut * g.groupIn * taps,
    columns: groupIn,
    columnStride: taps,
    outer: y.taps,
    inner: x.taps,
    length: g.groupOut,
    outerStride: y.tapStep * g.x.kernel,
    innerStride: x.tapStep,
    stride: g.groupIn * taps,
  };
  runtime.run('pack', type, args, groups * Math.ceil((groupIn * bytes) / PANEL_BYTES) * y.taps);
  return size;
}

function runPhase(
  runtime: Runtime,
  type: ElementType,
  g: ConvGeometry,
  { y, x, panels }: Part,
  source: Pixels,
  images: number,
  { dx, mask }: InputGradOperands,
  tables: Tables,
): void {
  const bytes = BYTES[type];
  const width = g.x.size;
  const { groups, groupIn, diagonal } = productGroups(g);
  const aRows = {
    outer: images,
    inner: y.count,
    length: x.count,
    outerStride: source.image,
    innerStride: source.row,
    stride: source.column,
  };
  const cRows = {
    ...aRows,
    outerStride: g.y.size * width * g.inChannels,
    innerStride: g.y.stride * width * g.inChannels,
    stride: g.x.stride * g.inChannels,
  };
  writeTables(runtime, type, aRows, cRows, tables);
  const product = {
    a: source.address + (y.source * source.row + x.source * source.column) * bytes,
    aGroup: g.groupOut,
    rows: images * y.count * x.count,
    sum: {
      outer: y.taps,
      inner: x.taps,
      length: g.groupOut,
      outerStride: y.sourceStep * source.row,
      innerStride: x.sourceStep * source.column,
      stride: 1,
    },
    b: panels,
    c: dx + (y.first * width + x.first) * g.inChannels * bytes,
    cGroup: g.groupIn,
    groups,
    columns: groupIn,
    diagonal,
    start: 'zero' as const,
    mask,
  };
  runProduct(runtime, type, product, tables);
}
