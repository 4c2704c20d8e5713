import { ArgumentError, ShapeError } from '../errors.ts';

/** Sizes of a tensor's dimensions, each a whole number of at least 1. Images are [batch, channels, height, width]. */
export type Shape = readonly number[];
export type Shape4 = readonly [number, number, number, number];

/** Elements in a shape. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}

/** @throws ShapeError unless `shape` is a list of whole numbers of at least 1. */
export function checkShape(argument: string, shape: unknown): asserts shape is Shape {
  if (!Array.isArray(shape) || !shape.every(size => Number.isSafeInteger(size) && size >= 1)) {
    throw new ShapeError(argument, shape, 'a list of whole numbers of at least 1');
  }
}

/** @throws ShapeError unless `shape` has four dimensions; `meaning` names them, as in '[batch, channels, height, width]'. */
export function checkRank4(argument: string, shape: unknown, meaning: string): asserts shape is Shape4 {
  checkShape(argument, shape);
  if (shape.length !== 4) throw new ShapeError(argument, shape, `a shape ${meaning}`);
}

/** @throws ShapeError unless the shapes are equal. */
export function checkSameShape(argument: string, shape: Shape, expected: Shape): void {
  if (!sameShape(shape, expected)) throw new ShapeError(argument, shape, `shape [${expected.join(', ')}]`);
}

/** A number or [height, width] as a pair of whole numbers of at least `least`. */
export function pair(argument: string, value: unknown, least = 1): readonly [number, number] {
  const both = typeof value === 'number' ? [value, value] : value;
  if (!Array.isArray(both) || both.length !== 2 || !both.every(n => Number.isSafeInteger(n) && n >= least)) {
    throw new ArgumentError(argument, value, `a whole number of at least ${least}, or [height, width] of such`);
  }
  return both as [number, number];
}
