/** How an operand is read: how many elements it is from one to the next of each dimension, 0 where it stays. */
export interface Reading {
  readonly outer: number;
  readonly middle: number;
  readonly row: number;
  readonly column: number;
}

/** Two operands as rows of (outer, middle, inner), each of `columns`. */
export interface Broadcast {
  readonly rows: number;
  readonly middle: number;
  readonly inner: number;
  readonly columns: number;
  readonly a: Reading;
  readonly b: Reading;
}

interface Run {
  size: number;
  readonly a: boolean;
  readonly b: boolean;
}

const THROUGH: Reading = { outer: 0, middle: 0, row: 0, column: 1 };

/**
 * Operands of the shapes `a` and `b`, each spread over `shape` as NumPy does it; null where they take more than four dimensions:
 * neighbouring dimensions count as one where each operand either goes through both or stays where it is.
 */
export function broadcastOf(shape: readonly number[], a: readonly number[], b: readonly number[]): Broadcast | null {
  const runs: Run[] = [];
  for (let i = 0; i < shape.length; i++) {
    const size = shape[i] as number;
    if (size === 1) continue;
    const moves = { a: (a[i - shape.length + a.length] ?? 1) > 1, b: (b[i - shape.length + b.length] ?? 1) > 1 };
    const last = runs[runs.length - 1];
    if (last && last.a === moves.a && last.b === moves.b) last.size *= size;
    else runs.push({ size, ...moves });
  }
  if (runs.length > 4) return null;
  if (runs.length === 0) return { rows: 1, middle: 1, inner: 1, columns: 1, a: THROUGH, b: THROUGH };
  const still: Run = { size: 1, a: false, b: false };
  const [columns = still, inner = still, middle = still, outer = still] = runs.reverse();
  const reading = (of: 'a' | 'b'): Reading => {
    const row = columns[of] ? columns.size : 1;
    const plane = inner[of] ? row * inner.size : row;
    const block = middle[of] ? plane * middle.size : plane;
    return {
      outer: outer[of] ? block : 0,
      middle: middle[of] ? plane : 0,
      row: inner[of] ? row : 0,
      column: columns[of] ? 1 : 0,
    };
  };
  const rows = inner.size * middle.size * outer.size;
  return { rows, middle: middle.size, inner: inner.size, columns: columns.size, a: reading('a'), b: reading('b') };
}
