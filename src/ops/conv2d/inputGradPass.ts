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

/** Both phases of a part of the input, and where its packed filters and its tables of rows are. */
interface Part {
  readonly y: Phase;
  readonly x: Phase;
  readonly panels: number;
  readonly tables: Tables;
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
  const largest = tableBytes(chunk * largestPhase(rows) * largestPhase(columns));
  const count = rows.phases.length * columns.phases.length;
  const { groups, groupIn } = productGroups(g);
  const panelsSize = panelBytes(groups, groupIn, g.y.kernel * g.x.kernel * g.groupOut, bytes);
  const [panels = 0, frames = 0, a = 0, c = 0] = runtime.scratch.reserve(
    panelsSize,
    direct ? 0 : chunk * frameSize(frame, g.outChannels) * bytes,
    count * largest,
    count * largest,
  );
  const parts: Part[] = [];
  let next = panels;
  for (const y of rows.phases) {
    for (const x of columns.phases) {
      const at = parts.length * largest;
      const part = { y, x, panels: next, tables: { a: a + at, c: c + at } };
      parts.push(part);
      next += packPhase(runtime, type, g, part, operands.w, bytes);
    }
  }
  let tabled = 0;
  for (let first = 0; first < g.batch; first += chunk) {
    const images = Math.min(chunk, g.batch - first);
    const source = direct
      ? inPlace(dy, first, bytes)
      : copyFrames(runtime, type, dy, frame, { first, count: images }, frames, g.outChannels);
    if (images !== tabled) for (const part of parts) writePhaseTables(runtime, type, g, part, source, images);
    tabled = images;
    const target = operands.dx + first * g.inChannels * g.y.size * g.x.size * bytes;
    for (const part of parts) runPhase(runtime, type, g, part, source, images, { ...operands, dx: target });
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

/** The rows of a part: its pixels of `images` images, in dy and in dx. */
function writePhaseTables(
  runtime: Runtime,
  type: ElementType,
  g: ConvGeometry,
  { y, x, tables }: Part,
  source: Pixels,
  images: number,
): void {
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
    outerStride: g.y.size * g.x.size * g.inChannels,
    innerStride: g.y.stride * g.x.size * g.inChannels,
    stride: g.x.stride * g.inChannels,
  };
  writeTables(runtime, type, aRows, cRows, tables);
}

function runPhase(
  runtime: Runtime,
  type: ElementType,
  g: ConvGeometry,
  { y, x, panels, tables }: Part,
  source: Pixels,
  images: number,
  { dx, mask }: InputGradOperands,
): void {
  const bytes = BYTES[type];
  const { groups, groupIn, diagonal } = productGroups(g);
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
    c: dx + (y.first * g.x.size + x.first) * g.inChannels * bytes,
    cGroup: g.groupIn,
    groups,
    columns: groupIn,
    diagonal,
    start: 'zero' as const,
    mask,
  };
  runProduct(runtime, type, product, tables);
}
