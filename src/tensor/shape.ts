import { ArgumentError, ShapeError } from '../errors.ts';

/** Sizes of a tensor's dimensions, each a whole number of at least 1. Images are [batch, channels, height, width]. */
export type Shape = readonly number[];
export type Shape4 = readonly [number, number, number, number];

/** Elements in a shape. */
export function sizeOf(shape: Shape): number {
  let product = 1;
  for (let i = 0; i < shape.length; i++) product *= shape[i] as number;
  return product;
}

export function sameShape(a: Shape, b: Shape): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** @throws ShapeError unless `shape` is a list of whole numbers of at least 1. */
export function checkShape(argument: string, shape: unknown): asserts shape is Shape {
  let good = Array.isArray(shape);
  for (let i = 0; good && i < (shape as unknown[]).length; i++) good = isCount((shape as unknown[])[i], 1);
  if (!good) throw new ShapeError(argument, shape, 'a list of whole numbers of at least 1');
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
  if (isCount(value, least)) return [value, value];
  if (Array.isArray(value) && value.length === 2 && isCount(value[0], least) && isCount(value[1], least)) {
    return value as [number, number];
  }
  throw new ArgumentError(argument, value, `a whole number of at least ${least}, or [height, width] of such`);
}

function isCount(value: unknown, least: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= least;
}
