import { Simd } from '../simd';

/** Stores one row of a tile, two vectors, of which only the first `columns` elements exist in C. */
export function storeRow<T>(address: usize, v0: v128, v1: v128, columns: i32): void {
  Simd.storePartial<T>(address, v0, columns);
  Simd.storePartial<T>(address + 16, v1, columns - Simd.lanes<T>());
}
