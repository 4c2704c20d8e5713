/** How an operand is read: elements from row to row, and from column to column (0 or 1). */
interface Reading {
  readonly row: number;
  readonly column: number;
}

/** Two operands of one shape as matrices. */
export interface Broadcast {
  readonly rows: number;
  readonly columns: number;
  readonly a: Reading;
  readonly b: Reading;
}

interface Run {
  size: number;
  readonly a: boolean;
  readonly b: boolean;
}

/**
 * Operands of the shapes `a` and `b`, each spread over `shape` as NumPy does it, as matrices; null where they take more than two
 * dimensions: neighbouring dimensions count as one where each operand either goes through both or stays where it is.
 */
export function broadcastOf(shape: readonly number[], a: readonly number[], b: readonly number[]): Broadcast | null {
  const runs: Run[] = [];
  for (const [i, size] of shape.entries()) {
    if (size === 1) continue;
    const moves = { a: (a[i - shape.length + a.length] ?? 1) > 1, b: (b[i - shape.length + b.length] ?? 1) > 1 };
    const last = runs.at(-1);
    if (last && last.a === moves.a && last.b === moves.b) last.size *= size;
    else runs.push({ size, ...moves });
  }
  if (runs.length > 2) return null;
  const columns = runs.at(-1) ?? { size: 1, a: true, b: true };
  const rows = runs.length === 2 ? (runs[0] as Run) : { size: 1, a: false, b: false };
  const reading = (of: 'a' | 'b'): Reading => ({
    row: rows[of] ? (columns[of] ? columns.size : 1) : 0,
    column: columns[of] ? 1 : 0,
  });
  return { rows: rows.size, columns: columns.size, a: reading('a'), b: reading('b') };
}
