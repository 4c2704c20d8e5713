import { DEPTHWISE_KIND as KIND } from '../../../runtime/abi.ts';
import { roundUp } from '../../../runtime/allocator.ts';
import { BYTES, type ElementType, LANES, type Runtime } from '../../../runtime/runtime.ts';
import { type ForwardOperands, forwardFrame } from '../forwardPass.ts';
import { type Images, sourceFields } from '../frame.ts';
import { type ConvGeometry, is3x3 } from '../geometry.ts';
import type { InputGradOperands } from '../inputGradPass.ts';
import { polyphase } from '../phases.ts';
import type { Clamp } from '../product.ts';
import { columnPlace } from './planes.ts';

/** What the kernels may read past the end of a band. */
const SLACK_BYTES = 64;

/** Bytes of a band of frame rows: it stays in L1 between the copy and the taps, beside the output. */
const BAND_BYTES = 48 << 10;

/** Rows of a micro-kernel; a band has as many, where there are. */
const TILE_ROWS = 4;

/** Bytes of a vector. */
export const VECTOR_BYTES = 16;

interface PlaneTap {
  /** From the first element of a frame row; rows count as `row` elements each. */
  readonly offset: number;
  readonly weight: number;
}

interface PlanePhase {
  readonly firstRow: number;
  readonly rowStep: number;
  readonly rows: number;
  readonly firstColumn: number;
  readonly columnStep: number;
  readonly columns: number;
  readonly taps: readonly PlaneTap[];
}

/** How the frame of a plane lies in scratch. */
export interface PlaneFrame {
  readonly top: number;
  readonly left: number;
  readonly split: number;
  readonly pitch: number;
  readonly inset: number;
}

interface PlanesPlan {
  readonly source: Images;
  readonly target: number;
  readonly targetHeight: number;
  readonly targetWidth: number;
  readonly w: number;
  readonly bias: number;
  readonly filterTaps: number;
  readonly frame: PlaneFrame;
  /** Columns of the source that reach the frame. */
  readonly width: number;
  readonly rowStep: number;
  readonly reach: number;
  readonly rows: number;
  readonly phases: readonly PlanePhase[];
  readonly kind: number;
  readonly rotated?: number;
  readonly rowParity?: number;
  readonly columnParity?: number;
  readonly clamp?: Clamp | undefined;
}

/** The forward pass of contiguous planes: vectors along the rows. Scratch: a band of one plane. */
export function depthwiseForwardPass(
  runtime: Runtime,
  type: ElementType,
  g: ConvGeometry,
  operands: Omit<ForwardOperands, 'prepared'>,
): void {
  const { y, x } = g;
  const bounds = forwardFrame(g);
  const kind = kindOf(type, g, y.out, x.out);
  // Those of 3 x 3 taps take even and odd columns apart themselves.
  const frame = planeFrame(type, bounds.top, bounds.left, bounds.width, kind === KIND.taps ? x.stride : 1);
  const taps: PlaneTap[] = [];
  for (let q = 0; q < x.kernel; q++) {
    for (let p = 0; p < y.kernel; p++) {
      const row = p * y.dilation * frame.split * frame.pitch;
      const offset = row + frame.inset + columnPlace(frame, q * x.dilation);
      taps.push({ offset, weight: p * x.kernel + q });
    }
  }
  const phase = { firstRow: 0, rowStep: 1, rows: y.out, firstColumn: 0, columnStep: 1, columns: x.out, taps };
  runPlanes(runtime, type, {
    source: operands.x,
    target: operands.y,
    targetHeight: y.out,
    targetWidth: x.out,
    w: operands.w,
    bias: operands.bias,
    filterTaps: y.kernel * x.kernel,
    frame,
    width: Math.max(0, Math.min(x.size, bounds.width - bounds.left)),
    rowStep: y.stride,
    reach: (y.kernel - 1) * y.dilation + 1,
    rows: y.out,
    phases: [phase],
    kind,
    clamp: operands.clamp,
  });
}

/** The kernel for `rows` x `columns` results: those of 3 x 3 taps need a tile of them. */
function kindOf(type: ElementType, g: ConvGeometry, rows: number, columns: number): number {
  return rows < TILE_ROWS || columns < LANES[type] ? KIND.taps : kindOfTaps(g);
}

/** The kernel for these taps. */
export function kindOfTaps(g: ConvGeometry): number {
  return is3x3(g, 1) ? KIND.rows3 : is3x3(g, 2) ? KIND.rows3Apart : KIND.taps;
}

/**
 * Rows of a band: a multiple of `tile`, of those that fit into `bytes`, all bands about equal. `rowBytes` and `reach` are of the frame.
 */
export function rowsOfBand(
  rows: number,
  tile: number,
  bytes: number,
  { rowBytes, rowStep, reach }: { rowBytes: number; rowStep: number; reach: number },
): number {
  const fit = Math.floor((bytes / rowBytes - reach) / rowStep + 1);
  const bands = Math.ceil(rows / Math.max(tile, fit));
  return Math.ceil(rows / bands / tile) * tile;
}

/** The input gradient of contiguous planes: the same kernel on dy, one phase for each remainder by the stride. */
export function depthwiseInputGradPass(
  runtime: Runtime,
  type: ElementType,
  g: ConvGeometry,
  operands: InputGradOperands,
): void {
  const { y, x } = g;
  const common = {
    source: operands.dy,
    target: operands.dx,
    targetHeight: y.size,
    targetWidth: x.size,
    w: operands.w,
    bias: 0,
    filterTaps: y.kernel * x.kernel,
  };
  if (is3x3(g, 2) && y.before <= 2 && x.before <= 2) {
    const [rows, columns] = [Math.ceil(y.size / 2), Math.ceil(x.size / 2)];
    // Frame row k is dy's row k + ceil(padding / 2) - 1, see gradientRows.
    const frame = planeFrame(type, y.before === 0 ? 1 : 0, x.before === 0 ? 1 : 0, columns + 1, 1);
    runPlanes(runtime, type, {
      ...common,
      frame,
      width: Math.min(x.out, columns + 1 - frame.left),
      rowStep: 1,
      reach: 2,
      rows,
      phases: [],
      kind: KIND.gradient3,
      rowParity: y.before % 2,
      columnParity: x.before % 2,
    });
    return;
  }
  const [rows, columns] = [polyphase(y), polyphase(x)];
  const frame = planeFrame(type, rows.before, columns.before, columns.frame, 1);
  const phases: PlanePhase[] = [];
  let reach = 1;
  for (const v of rows.phases) {
    reach = Math.max(reach, v.source + (v.taps - 1) * v.sourceStep + 1);
    for (const h of columns.phases) {
      const taps: PlaneTap[] = [];
      for (let q = 0; q < h.taps; q++) {
        for (let p = 0; p < v.taps; p++) {
          const row = v.source + p * v.sourceStep;
          const offset = row * frame.pitch + frame.inset + h.source + q * h.sourceStep;
          const weight = (v.firstTap + p * v.tapStep) * x.kernel + h.firstTap + q * h.tapStep;
          taps.push({ offset, weight });
        }
      }
      phases.push({
        firstRow: v.first,
        rowStep: y.stride,
        rows: v.count,
        firstColumn: h.first,
        columnStep: x.stride,
        columns: h.count,
        taps,
      });
    }
  }
  runPlanes(runtime, type, {
    ...common,
    frame,
    width: Math.min(x.out, columns.frame - frame.left),
    rowStep: 1,
    reach,
    rows: Math.max(...rows.phases.map(phase => phase.count)),
    phases,
    // Padding over 2 skips the first rows or columns of the frame.
    kind: Math.max(y.before, x.before) <= 2 && y.stride === 1 ? kindOf(type, g, y.size, x.size) : KIND.taps,
    rotated: 1,
  });
}

/** A frame whose columns stand apart by their remainder by `split`. */
export function planeFrame(type: ElementType, top: number, left: number, width: number, split: number): PlaneFrame {
  const lanes = LANES[type];
  const inset = (lanes - (Math.floor(left / split) % lanes)) % lanes;
  const pitch = Math.ceil((inset + Math.ceil(width / split)) / lanes) * lanes;
  return { top, left, split, pitch, inset };
}

function runPlanes(runtime: Runtime, type: ElementType, plan: PlanesPlan): void {
  const bytes = BYTES[type];
  const { source, frame, phases, rowStep, reach, rows } = plan;
  const rowBytes = frame.split * frame.pitch * bytes;
  const band = Math.min(rows, rowsOfBand(rows, TILE_ROWS, BAND_BYTES, { rowBytes, rowStep, reach }));
  const taps = phases.flatMap(phase => phase.taps);
  const inPlace = readsPlanes(runtime, type, plan);
  // Each thread has a band, a row of zeros and a spare row of its own, in this order.
  const bandBytes = inPlace ? 0 : roundUp(((band - 1) * rowStep + reach) * rowBytes + SLACK_BYTES);
  const spareBytes = plan.kind === KIND.gradient3 ? plan.targetWidth * bytes : 0;
  const privateBytes = bandBytes + roundUp(rowBytes) + roundUp(spareBytes);
  const [scratch = 0, tapTable = 0, phaseTable = 0, masks = 0] = runtime.scratch.reserve(
    runtime.slots * privateBytes,
    taps.length * 8,
    phases.length * 32,
    3 * VECTOR_BYTES,
  );
  const zeros = scratch + bandBytes;
  writeTables(runtime, phases, tapTable, phaseTable);
  writeMasks(runtime, type, masks, inPlace && frame.left > 0, inPlace && outside(plan).right > 0);
  const args = {
    ...frameArgs(source, frame, { height: source.height, width: plan.width }, scratch),
    target: plan.target,
    w: plan.w,
    bias: plan.bias,
    taps: tapTable,
    phases: phaseTable,
    filterTaps: plan.filterTaps,
    phaseCount: phases.length,
    rowStep,
    reach,
    rows,
    band,
    targetHeight: plan.targetHeight,
    targetWidth: plan.targetWidth,
    kind: plan.kind,
    inPlace: inPlace ? 1 : 0,
    zeros,
    masks,
    rotated: plan.rotated ?? 0,
    spare: zeros + roundUp(rowBytes),
    rowParity: plan.rowParity ?? 0,
    columnParity: plan.columnParity ?? 0,
    clamp: plan.clamp ? 1 : 0,
    lower: plan.clamp?.lower ?? 0,
    upper: plan.clamp?.upper ?? 0,
  };
  runtime.run('depthwisePlanes', type, args, source.batch * source.channels, privateBytes);
}

/**
 * Whether the kernels of 3 x 3 taps read the planes where they are: a copy into a band makes 170 us of 142 (32 channels, 112x112).
 * They know one row and column around a plane. The column right of the last plane is masked, but read: it has to be memory.
 */
function readsPlanes(runtime: Runtime, type: ElementType, plan: PlanesPlan): boolean {
  const { source, frame, kind } = plan;
  if (kind !== KIND.rows3 && kind !== KIND.rows3Apart) return false;
  if (source.strides.column !== 1 || frame.top > 1 || frame.left > 1) return false;
  const { bottom, right } = outside(plan);
  const end = source.address + source.batch * source.strides.image * BYTES[type];
  return bottom <= 1 && right <= 1 && end < runtime.memory.size;
}

/** Rows below and columns right of the plane that 3 x 3 taps read; negative where they do not reach its last ones. */
function outside({ source, frame, targetHeight, targetWidth, rowStep }: PlanesPlan) {
  return {
    bottom: (targetHeight - 1) * rowStep + 3 - frame.top - source.height,
    right: (targetWidth - 1) * rowStep + 3 - frame.left - source.width,
  };
}

/** Three vectors, see DepthwisePlanesArgs.masks. */
function writeMasks(runtime: Runtime, type: ElementType, masks: number, left: boolean, right: boolean): void {
  const { i32 } = runtime.memory;
  const words = BYTES[type] / 4;
  i32.fill(-1, masks / 4, masks / 4 + 12);
  if (left) i32.fill(0, masks / 4, masks / 4 + words);
  if (right) i32.fill(0, masks / 4 + 12 - words, masks / 4 + 12);
}

/** The fields of FrameArgs; `read` is what of a plane reaches the frame. */
export function frameArgs(images: Images, frame: PlaneFrame, read: { height: number; width: number }, scratch: number) {
  return { ...sourceFields(images, 0, 0), ...read, ...frame, scratch };
}

function writeTables(runtime: Runtime, phases: readonly PlanePhase[], tapTable: number, phaseTable: number): void {
  const { i32 } = runtime.memory;
  let [tap, phase, count] = [tapTable / 4, phaseTable / 4, 0];
  for (const { firstRow, rowStep, rows, firstColumn, columnStep, columns, taps } of phases) {
    for (const value of [firstRow, rowStep, rows, firstColumn, columnStep, columns, count, taps.length]) {
      i32[phase++] = value;
    }
    for (const { offset, weight } of taps) {
      i32[tap++] = offset;
      i32[tap++] = weight;
    }
    count += taps.length;
  }
}
