import { sizeOf } from '../../tensor/shape.ts';

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

const THROUGH: Reading = { outer: 0, middle: 0, row: 0, column: 1 };
const STILL: Reading = { outer: 0, middle: 0, row: 0, column: 0 };

/**
 * Operands of the shapes `a` and `b`, each spread over `shape` as NumPy does it; null where they take more than four dimensions:
 * neighbouring dimensions count as one where each operand either goes through both or stays where it is.
 */
export function broadcastOf(shape: readonly number[], a: readonly number[], b: readonly number[]): Broadcast | null {
  // The most common ones in 0.05 us instead of 0.2.
  const aSize = sizeOf(a);
  const bSize = sizeOf(b);
  const size = sizeOf(shape);
  if ((aSize === size || aSize === 1) && (bSize === size || bSize === 1)) return oneRow(size, aSize, bSize);
  // Columns, inner, middle, outer: their sizes, and which operands move.
  const sizes = [1, 1, 1, 1];
  const moves = [0, 0, 0, 0];
  let last = -1;
  for (let i = 1; i <= shape.length; i++) {
    const n = shape[shape.length - i] as number;
    if (n === 1) continue;
    const move = ((a[a.length - i] ?? 1) > 1 ? A : 0) | ((b[b.length - i] ?? 1) > 1 ? B : 0);
    if (last < 0 || moves[last] !== move) last++;
    if (last > 3) return null;
    moves[last] = move;
    sizes[last] = (sizes[last] as number) * n;
  }
  const [columns = 1, inner = 1, middle = 1, outer = 1] = sizes;
  const rows = inner * middle * outer;
  return { rows, middle, inner, columns, a: readingOf(A, sizes, moves), b: readingOf(B, sizes, moves) };
}

const A = 1;
const B = 2;

function oneRow(size: number, aSize: number, bSize: number): Broadcast {
  const a = aSize === size ? THROUGH : STILL;
  return { rows: 1, middle: 1, inner: 1, columns: size, a, b: bSize === size ? THROUGH : STILL };
}

function readingOf(operand: number, sizes: readonly number[], moves: readonly number[]): Reading {
  const at = { outer: 0, middle: 0, row: 0, column: 0 };
  let step = 1;
  const stepOver = (d: number) => {
    if (((moves[d] as number) & operand) === 0) return 0;
    const before = step;
    step *= sizes[d] as number;
    return before;
  };
  at.column = stepOver(0);
  at.row = stepOver(1);
  at.middle = stepOver(2);
  at.outer = stepOver(3);
  return at;
}
