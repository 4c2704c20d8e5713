import { Simd } from '../simd';
import { FINISH_CLAMP, FINISH_MASK, GemmArgs, Panel, START_BIAS, START_C } from './args';
import { storeMasked, storeRow } from './store';

/**
 * Micro-kernel: 6 rows of C by one panel (two vectors), the whole sum over k in registers. 12 sums, 2 of B, 1 of A: just V8's 15
 * registers. For relaxed SIMD on engines that keep wasm's order (Node >= 24, Chromium, Firefox); half speed on Node <= 22, which spills.
 *
 * `a`, `c` and `bias` are the addresses of the group's operands, `b` that of the panel, `row` the first row, `columns` how many
 * columns of the panel exist in C. Reads A only at existing elements, B and (START_C) C by whole panels; writes existing elements.
 */
export function tile6<T>(args: GemmArgs, a: usize, b: usize, c: usize, bias: usize, row: i32, columns: i32): void {
  const shift = alignof<T>();
  const aTable = args.aRows + ((<usize>row) << 2);
  let a0 = a + ((<usize>load<u32>(aTable)) << shift);
  let a1 = a + ((<usize>load<u32>(aTable, 4)) << shift);
  let a2 = a + ((<usize>load<u32>(aTable, 8)) << shift);
  let a3 = a + ((<usize>load<u32>(aTable, 12)) << shift);
  let a4 = a + ((<usize>load<u32>(aTable, 16)) << shift);
  let a5 = a + ((<usize>load<u32>(aTable, 20)) << shift);
  const cTable = args.cRows + ((<usize>row) << 2);
  const c0 = c + ((<usize>load<u32>(cTable)) << shift);
  const c1 = c + ((<usize>load<u32>(cTable, 4)) << shift);
  const c2 = c + ((<usize>load<u32>(cTable, 8)) << shift);
  const c3 = c + ((<usize>load<u32>(cTable, 12)) << shift);
  const c4 = c + ((<usize>load<u32>(cTable, 16)) << shift);
  const c5 = c + ((<usize>load<u32>(cTable, 20)) << shift);

  let s00 = Simd.zero();
  let s01 = Simd.zero();
  let s10 = Simd.zero();
  let s11 = Simd.zero();
  let s20 = Simd.zero();
  let s21 = Simd.zero();
  let s30 = Simd.zero();
  let s31 = Simd.zero();
  let s40 = Simd.zero();
  let s41 = Simd.zero();
  let s50 = Simd.zero();
  let s51 = Simd.zero();
  if (args.start == START_C) {
    s00 = v128.load(c0);
    s01 = v128.load(c0, 16);
    s10 = v128.load(c1);
    s11 = v128.load(c1, 16);
    s20 = v128.load(c2);
    s21 = v128.load(c2, 16);
    s30 = v128.load(c3);
    s31 = v128.load(c3, 16);
    s40 = v128.load(c4);
    s41 = v128.load(c4, 16);
    s50 = v128.load(c5);
    s51 = v128.load(c5, 16);
  } else if (args.start == START_BIAS) {
    s00 = Simd.loadPartial<T>(bias, columns, s00);
    if (columns > Simd.lanes<T>()) s01 = Simd.loadPartial<T>(bias + 16, columns - Simd.lanes<T>(), s01);
    s10 = s00;
    s11 = s01;
    s20 = s00;
    s21 = s01;
    s30 = s00;
    s31 = s01;
    s40 = s00;
    s41 = s01;
    s50 = s00;
    s51 = s01;
  }

  const step = (<usize>args.aStep) << shift;
  const innerJump = (<usize>(args.aInner - args.length * args.aStep)) << shift;
  const outerJump = (<usize>(args.aOuter - args.inner * args.aInner)) << shift;
  for (let o = args.outer; o > 0; --o) {
    for (let i = args.inner; i > 0; --i) {
      for (let k = args.length; k > 0; --k) {
        const b0 = v128.load(b);
        const b1 = v128.load(b, 16);
        b += 32;
        let x = v128.load_splat<T>(a0);
        a0 += step;
        s00 = Simd.fma<T>(x, b0, s00);
        s01 = Simd.fma<T>(x, b1, s01);
        x = v128.load_splat<T>(a1);
        a1 += step;
        s10 = Simd.fma<T>(x, b0, s10);
        s11 = Simd.fma<T>(x, b1, s11);
        x = v128.load_splat<T>(a2);
        a2 += step;
        s20 = Simd.fma<T>(x, b0, s20);
        s21 = Simd.fma<T>(x, b1, s21);
        x = v128.load_splat<T>(a3);
        a3 += step;
        s30 = Simd.fma<T>(x, b0, s30);
        s31 = Simd.fma<T>(x, b1, s31);
        x = v128.load_splat<T>(a4);
        a4 += step;
        s40 = Simd.fma<T>(x, b0, s40);
        s41 = Simd.fma<T>(x, b1, s41);
        x = v128.load_splat<T>(a5);
        a5 += step;
        s50 = Simd.fma<T>(x, b0, s50);
        s51 = Simd.fma<T>(x, b1, s51);
      }
      a0 += innerJump;
      a1 += innerJump;
      a2 += innerJump;
      a3 += innerJump;
      a4 += innerJump;
      a5 += innerJump;
    }
    a0 += outerJump;
    a1 += outerJump;
    a2 += outerJump;
    a3 += outerJump;
    a4 += outerJump;
    a5 += outerJump;
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
    s40 = Simd.clamp<T>(s40, lower, upper);
    s41 = Simd.clamp<T>(s41, lower, upper);
    s50 = Simd.clamp<T>(s50, lower, upper);
    s51 = Simd.clamp<T>(s51, lower, upper);
  }
  const rows = args.rows - row;
  if (args.finish == FINISH_MASK) {
    storeMasked<T>(args, c0, s00, s01, columns);
    if (rows > 1) storeMasked<T>(args, c1, s10, s11, columns);
    if (rows > 2) storeMasked<T>(args, c2, s20, s21, columns);
    if (rows > 3) storeMasked<T>(args, c3, s30, s31, columns);
    if (rows > 4) storeMasked<T>(args, c4, s40, s41, columns);
    if (rows > 5) storeMasked<T>(args, c5, s50, s51, columns);
    return;
  }
  if (columns >= Panel.columns<T>() && rows >= 6) {
    v128.store(c0, s00);
    v128.store(c0, s01, 16);
    v128.store(c1, s10);
    v128.store(c1, s11, 16);
    v128.store(c2, s20);
    v128.store(c2, s21, 16);
    v128.store(c3, s30);
    v128.store(c3, s31, 16);
    v128.store(c4, s40);
    v128.store(c4, s41, 16);
    v128.store(c5, s50);
    v128.store(c5, s51, 16);
    return;
  }
  storeRow<T>(c0, s00, s01, columns);
  if (rows > 1) storeRow<T>(c1, s10, s11, columns);
  if (rows > 2) storeRow<T>(c2, s20, s21, columns);
  if (rows > 3) storeRow<T>(c3, s30, s31, columns);
  if (rows > 4) storeRow<T>(c4, s40, s41, columns);
  if (rows > 5) storeRow<T>(c5, s50, s51, columns);
}
