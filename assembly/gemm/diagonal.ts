import { Jobs } from '../jobs';
import { Simd } from '../simd';
import { FINISH_CLAMP, FINISH_MASK, GemmArgs, PANEL_BYTES, Panel, START_BIAS, START_C } from './args';
import { storeMasked, storeRow } from './store';

/**
 * The product of depthwise convolutions, where every column has an A of its own:
 *
 *     C[m][n] = start + sum over k of A[m][k + n] * B[k][n]
 *
 * With GemmArgs as for the matrix product, one group, and the columns of a row of A side by side (channels-last pixels). It serves the
 * forward pass and the input gradient (rows are pixels, k filter taps), and the filter gradient (rows are taps, k pixels).
 * A block of work is rowBlock rows by panelBlock panels. Reads existing elements of A and C, whole panels of B.
 */
export function diagonal<T>(args: GemmArgs, first: i32, last: i32): void {
  const panels = Jobs.pieces(args.columns, Panel.columns<T>());
  const panelBlocks = Jobs.pieces(panels, args.panelBlock);
  for (let block = first; block < last; ++block) {
    const row = (block / panelBlocks) * args.rowBlock;
    const panel = (block % panelBlocks) * args.panelBlock;
    const rowEnd = Jobs.end(row, args.rowBlock, args.rows);
    const panelEnd = Jobs.end(panel, args.panelBlock, panels);
    diagonalBlock<T>(args, row, rowEnd, panel, panelEnd);
  }
}

function diagonalBlock<T>(args: GemmArgs, rowStart: i32, rowEnd: i32, panelStart: i32, panelEnd: i32): void {
  const depth = args.outer * args.inner * args.length;
  for (let row = rowStart; row < rowEnd; row += 4) {
    for (let panel = panelStart; panel < panelEnd; ++panel) {
      const b = args.b + <usize>(panel * depth) * PANEL_BYTES;
      const columns = args.columns - panel * Panel.columns<T>();
      if (columns >= Panel.columns<T>()) diagonalTile<T>(args, row, panel, b);
      else diagonalTail<T>(args, row, panel, b, columns);
    }
  }
}

/** 4 rows by one whole panel: 8 sums, 2 vectors of B; A comes from memory within the multiply-add. */
function diagonalTile<T>(args: GemmArgs, row: i32, panel: i32, b: usize): void {
  const shift = alignof<T>();
  const aTable = args.aRows + ((<usize>row) << 2);
  const cTable = args.cRows + ((<usize>row) << 2);
  const offset = <usize>panel * PANEL_BYTES;
  const a = args.a + offset;
  let a0 = a + ((<usize>load<u32>(aTable)) << shift);
  let a1 = a + ((<usize>load<u32>(aTable, 4)) << shift);
  let a2 = a + ((<usize>load<u32>(aTable, 8)) << shift);
  let a3 = a + ((<usize>load<u32>(aTable, 12)) << shift);
  const c = args.c + offset;
  const c0 = c + ((<usize>load<u32>(cTable)) << shift);
  const c1 = c + ((<usize>load<u32>(cTable, 4)) << shift);
  const c2 = c + ((<usize>load<u32>(cTable, 8)) << shift);
  const c3 = c + ((<usize>load<u32>(cTable, 12)) << shift);
  let s00 = Simd.zero();
  let s01 = Simd.zero();
  let s10 = Simd.zero();
  let s11 = Simd.zero();
  let s20 = Simd.zero();
  let s21 = Simd.zero();
  let s30 = Simd.zero();
  let s31 = Simd.zero();
  if (args.start == START_C) {
    s00 = v128.load(c0);
    s01 = v128.load(c0, 16);
    s10 = v128.load(c1);
    s11 = v128.load(c1, 16);
    s20 = v128.load(c2);
    s21 = v128.load(c2, 16);
    s30 = v128.load(c3);
    s31 = v128.load(c3, 16);
  } else if (args.start == START_BIAS) {
    s00 = v128.load(args.bias + offset);
    s01 = v128.load(args.bias + offset, 16);
    s10 = s00;
    s11 = s01;
    s20 = s00;
    s21 = s01;
    s30 = s00;
    s31 = s01;
  }
  const step = (<usize>args.aStep) << shift;
  const innerJump = (<usize>(args.aInner - args.length * args.aStep)) << shift;
  const outerJump = (<usize>(args.aOuter - args.inner * args.aInner)) << shift;
  for (let o = args.outer; o > 0; --o) {
    for (let i = args.inner; i > 0; --i) {
      for (let k = args.length; k > 0; --k) {
        const b0 = v128.load(b);
        const b1 = v128.load(b, 16);
        b += PANEL_BYTES;
        s00 = Simd.fma<T>(v128.load(a0), b0, s00);
        s01 = Simd.fma<T>(v128.load(a0, 16), b1, s01);
        a0 += step;
        s10 = Simd.fma<T>(v128.load(a1), b0, s10);
        s11 = Simd.fma<T>(v128.load(a1, 16), b1, s11);
        a1 += step;
        s20 = Simd.fma<T>(v128.load(a2), b0, s20);
        s21 = Simd.fma<T>(v128.load(a2, 16), b1, s21);
        a2 += step;
        s30 = Simd.fma<T>(v128.load(a3), b0, s30);
        s31 = Simd.fma<T>(v128.load(a3, 16), b1, s31);
        a3 += step;
      }
      a0 += innerJump;
      a1 += innerJump;
      a2 += innerJump;
      a3 += innerJump;
    }
    a0 += outerJump;
    a1 += outerJump;
    a2 += outerJump;
    a3 += outerJump;
  }
  if (args.finish == FINISH_CLAMP) {
    const lower = v128.splat<T>(<T>args.lower);
    const upper = v128.splat<T>(<T>args.upper);
    s00 = Simd.clamp<T>(s00, lower, upper);
    s01 = Simd.clamp<T>(s01, lower, upper);
    s10 = Simd.clamp<T>(s10, lower, upper);
    s11 = Simd.clamp<T>(s11, lower, upper);
    s20 = Simd.clamp<T>(s20, lower, upper);
    s21 = Simd.clamp<T>(s21, lower, upper);
    s30 = Simd.clamp<T>(s30, lower, upper);
    s31 = Simd.clamp<T>(s31, lower, upper);
  }
  const rows = args.rows - row;
  if (args.finish == FINISH_MASK) {
    storeMasked<T>(args, c0, s00, s01, Panel.columns<T>());
    if (rows > 1) storeMasked<T>(args, c1, s10, s11, Panel.columns<T>());
    if (rows > 2) storeMasked<T>(args, c2, s20, s21, Panel.columns<T>());
    if (rows > 3) storeMasked<T>(args, c3, s30, s31, Panel.columns<T>());
    return;
  }
  v128.store(c0, s00);
  v128.store(c0, s01, 16);
  if (rows > 1) {
    v128.store(c1, s10);
    v128.store(c1, s11, 16);
  }
  if (rows > 2) {
    v128.store(c2, s20);
    v128.store(c2, s21, 16);
  }
  if (rows > 3) {
    v128.store(c3, s30);
    v128.store(c3, s31, 16);
  }
}

/** 4 rows by the last, incomplete panel, row by row. */
function diagonalTail<T>(args: GemmArgs, row: i32, panel: i32, b: usize, columns: i32): void {
  const shift = alignof<T>();
  const offset = <usize>panel * PANEL_BYTES;
  const end = min<i32>(row + 4, args.rows);
  for (; row < end; ++row) {
    const a = args.a + offset + ((<usize>load<u32>(args.aRows + ((<usize>row) << 2))) << shift);
    const c = args.c + offset + ((<usize>load<u32>(args.cRows + ((<usize>row) << 2))) << shift);
    let s0 = Simd.zero();
    let s1 = Simd.zero();
    if (args.start == START_C) {
      s0 = loadFirst<T>(c, columns);
      s1 = loadSecond<T>(c, columns);
    } else if (args.start == START_BIAS) {
      s0 = loadFirst<T>(args.bias + offset, columns);
      s1 = loadSecond<T>(args.bias + offset, columns);
    }
    let from = b;
    for (let o = 0; o < args.outer; ++o) {
      for (let i = 0; i < args.inner; ++i) {
        let at = a + ((<usize>(o * args.aOuter + i * args.aInner)) << shift);
        for (let k = args.length; k > 0; --k) {
          s0 = Simd.fma<T>(loadFirst<T>(at, columns), v128.load(from), s0);
          s1 = Simd.fma<T>(loadSecond<T>(at, columns), v128.load(from, 16), s1);
          at += (<usize>args.aStep) << shift;
          from += PANEL_BYTES;
        }
      }
    }
    if (args.finish == FINISH_CLAMP) {
      const lower = v128.splat<T>(<T>args.lower);
      const upper = v128.splat<T>(<T>args.upper);
      s0 = Simd.clamp<T>(s0, lower, upper);
      s1 = Simd.clamp<T>(s1, lower, upper);
    }
    if (args.finish == FINISH_MASK) storeMasked<T>(args, c, s0, s1, columns);
    else storeRow<T>(c, s0, s1, columns);
  }
}

function loadFirst<T>(address: usize, columns: i32): v128 {
  return Simd.loadPartial<T>(address, columns, Simd.zero());
}

function loadSecond<T>(address: usize, columns: i32): v128 {
  const rest = columns - Simd.lanes<T>();
  return rest > 0 ? Simd.loadPartial<T>(address + 16, rest, Simd.zero()) : Simd.zero();
}
