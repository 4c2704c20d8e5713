import { FINISH, PANEL_BYTES, START } from '../../runtime/abi.ts';
import { BYTES, type ElementType, type Runtime } from '../../runtime/runtime.ts';
import { productBlocks } from './plan.ts';

/** Three nested loops with the distance that each makes, in elements. */
export interface Loops {
  readonly outer: number;
  readonly inner: number;
  readonly length: number;
  readonly outerStride: number;
  readonly innerStride: number;
  readonly stride: number;
}

/** Limits of the results. */
export interface Clamp {
  readonly lower: number;
  readonly upper: number;
}

/**
 * Results are zero wherever an element of a tensor with the same layout, `offset` bytes from them, is not between the limits, which
 * do not count; NaN as upper is none.
 */
export interface Mask extends Clamp {
  readonly offset: number;
}

/** The fields of an argument struct that say what is done to results on their way out. */
export function finishFields(clamp: Clamp | undefined, mask?: Mask | undefined) {
  const limits = clamp ?? mask;
  return {
    finish: mask ? FINISH.mask : clamp ? FINISH.clamp : FINISH.none,
    mask: mask?.offset ?? 0,
    lower: limits?.lower ?? 0,
    upper: limits?.upper ?? 0,
  };
}

/** C[m][n] = start + sum over k of A[m][k] * B[k][n], per group; the contract is GemmArgs in assembly/gemm/args.ts. */
export interface Product {
  readonly a: number;
  readonly aGroup: number;
  /** The loops of the sum, and the distances they make in A. */
  readonly sum: Loops;
  /** Packed panels. */
  readonly b: number;
  /** Elements between the panels of two groups. Default: one group's follow on another's. */
  readonly bGroup?: number | undefined;
  readonly c: number;
  readonly rows: number;
  readonly cGroup: number;
  readonly groups: number;
  readonly columns: number;
  /** Address of the bias, 'zero', or 'c' to go on with what C holds. */
  readonly start: number | 'zero' | 'c';
  /** At most one of the two. */
  readonly clamp?: Clamp | undefined;
  readonly mask?: Mask | undefined;
  /** A depthwise product, assembly/gemm/diagonal.ts. */
  readonly diagonal?: boolean;
}

/** Addresses of the tables of rows, of A and of C. */
export interface Tables {
  readonly a: number;
  readonly c: number;
}

/** Rows that follow each other at one distance. */
export function evenRows(length: number, stride: number): Loops {
  return { outer: 1, inner: 1, length, outerStride: 0, innerStride: 0, stride };
}

/** Entries after the last row, so that the last tile has rows to read. */
const REPEAT = 5;

/** Bytes of the two tables that a product of `rows` rows needs. */
export function tableBytes(rows: number): number {
  return (rows + REPEAT) * 4;
}

/** How often the innermost loop's body runs. */
function turns({ outer, inner, length }: Loops): number {
  return outer * inner * length;
}

/**
 * The same walk with as much of it as possible in the innermost loop: where a loop goes on just where the one inside it
 * ends, the two are one. (Filter taps of a row are neighbours in channels-last memory: one long run instead of short ones.)
 */
export function collapse(loops: Loops): Loops {
  const { outer, inner, length, outerStride, innerStride, stride } = loops;
  if (outer === 1 && inner === 1) return loops;
  if (inner === 1) return collapse({ ...loops, outer: 1, inner: outer, innerStride: outerStride });
  if (length === 1)
    return collapse({ ...loops, outer: 1, inner: outer, innerStride: outerStride, length: inner, stride: innerStride });
  if (innerStride === length * stride) {
    return collapse({ outer: 1, inner: outer, length: inner * length, outerStride, innerStride: outerStride, stride });
  }
  if (outer > 1 && outerStride === inner * innerStride) return { ...loops, outer: 1, inner: outer * inner };
  return loops;
}

/** Writes the tables of rows; `aTable` and `cTable` have tableBytes each. */
export function writeTables(runtime: Runtime, type: ElementType, aRows: Loops, cRows: Loops, { a, c }: Tables): void {
  writeTable(runtime, type, aRows, a);
  writeTable(runtime, type, cRows, c);
}

/** Tables of one loop and up to so many rows are written from here, which takes less time than the call of a kernel. */
const SHORT_TABLE = 16;

function writeTable(runtime: Runtime, type: ElementType, rows: Loops, target: number): void {
  if (rows.length <= SHORT_TABLE && rows.outer === 1 && rows.inner === 1) {
    const { i32 } = runtime.memory;
    const last = rows.length - 1;
    for (let i = 0; i <= last + REPEAT; i++) i32[target / 4 + i] = Math.min(i, last) * rows.stride;
    return;
  }
  // Field by field: a spread would take as long as the call.
  const args = {
    target,
    outer: rows.outer,
    inner: rows.inner,
    length: rows.length,
    outerStride: rows.outerStride,
    innerStride: rows.innerStride,
    stride: rows.stride,
    repeat: REPEAT,
  };
  runtime.run('table', type, args, 1);
}

/** Runs a product whose tables stand. */
export function runProduct(runtime: Runtime, type: ElementType, product: Product, tables: Tables): void {
  const { start, rows } = product;
  const { finish, mask, lower, upper } = finishFields(product.clamp, product.mask);
  const sum = collapse(product.sum);
  const depth = turns(sum);
  const bytes = BYTES[type];
  const plan = productBlocks(product.groups, rows, product.columns, depth, bytes);
  const args = {
    a: product.a,
    aRows: tables.a,
    aOuter: sum.outerStride,
    aInner: sum.innerStride,
    aStep: sum.stride,
    outer: sum.outer,
    inner: sum.inner,
    length: sum.length,
    b: product.b,
    c: product.c,
    cRows: tables.c,
    bias: typeof start === 'number' ? start : 0,
    rows,
    columns: product.columns,
    groups: product.groups,
    aGroup: product.aGroup,
    bGroup: product.bGroup ?? plan.panels * depth * (PANEL_BYTES / bytes),
    cGroup: product.cGroup,
    start: typeof start === 'number' ? START.bias : START[start],
    finish,
    mask,
    rowBlock: plan.rowBlock,
    panelBlock: plan.panelBlock,
    tile: runtime.tile,
    lower,
    upper,
  };
  runtime.run(product.diagonal ? 'diagonal' : 'gemm', type, args, plan.blocks);
}
