import { Simd } from '../simd';
import { GemmArgs } from './args';

/** Stores one row of a tile, two vectors, of which only the first `columns` elements exist in C. */
export function storeRow<T>(address: usize, v0: v128, v1: v128, columns: i32): void {
  Simd.storePartial<T>(address, v0, columns);
  Simd.storePartial<T>(address + 16, v1, columns - Simd.lanes<T>());
}

/** As storeRow, with the results of FINISH_MASK. */
export function storeMasked<T>(args: GemmArgs, address: usize, v0: v128, v1: v128, columns: i32): void {
  const lower = v128.splat<T>(<T>args.lower);
  const upper = v128.splat<T>(<T>args.upper);
  const mask = address + args.mask;
  const rest = columns - Simd.lanes<T>();
  const m0 = Simd.loadPartial<T>(mask, columns, lower);
  const m1 = rest > 0 ? Simd.loadPartial<T>(mask + 16, rest, lower) : lower;
  storeRow<T>(
    address,
    v128.and(v0, Simd.between<T>(m0, lower, upper)),
    v128.and(v1, Simd.between<T>(m1, lower, upper)),
    columns,
  );
}
