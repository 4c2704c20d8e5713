import { ArgumentError, ShapeError } from '../errors.ts';
import { type Shape, sameShape } from './shape.ts';

/** Numbers in arrays of arrays, all of one length at each depth. */
export type NestedArray = readonly (number | NestedArray)[];
/** What tensors are made from. */
export type Values = NestedArray | ArrayLike<number> | number;

/** Shape and values in row-major order of nested arrays, or of a flat list of numbers. */
export function flatten(argument: string, values: Values): { shape: Shape; flat: ArrayLike<number> } {
  if (typeof values === 'number') return { shape: [1], flat: [values] };
  if (isTypedArray(values)) return { shape: [values.length], flat: values };
  if (!Array.isArray(values)) {
    throw new ArgumentError(argument, values, 'numbers in nested arrays or a typed array');
  }
  const shape: number[] = [];
  for (let level: unknown = values; Array.isArray(level); level = level[0]) shape.push(level.length);
  const flat: number[] = [];
  collect(argument, values, shape, 0, flat);
  return { shape, flat };
}

function isTypedArray(values: Values): values is Float64Array {
  return ArrayBuffer.isView(values) && !(values instanceof DataView);
}

function collect(argument: string, values: NestedArray, shape: Shape, depth: number, flat: number[]): void {
  if (values.length !== shape[depth]) {
    throw new ShapeError(
      argument,
      `a row of ${values.length} at depth ${depth}`,
      `rows of ${shape[depth]}, as the first one has`,
    );
  }
  for (const value of values) {
    if (Array.isArray(value) !== depth < shape.length - 1) {
      throw new ShapeError(argument, 'numbers and arrays at one depth', 'nested arrays of equal depth');
    }
    if (Array.isArray(value)) collect(argument, value, shape, depth + 1, flat);
    else if (typeof value === 'number') flat.push(value);
    else throw new ArgumentError(argument, value, 'numbers in nested arrays or a typed array');
  }
}

/** The reverse: arrays within arrays, as `shape` says. */
export function nest(flat: ArrayLike<number>, shape: Shape): number[] | NestedArray {
  let level: (number | NestedArray)[] = Array.from(flat);
  for (const size of shape.slice(1).reverse()) {
    const rows: NestedArray[] = [];
    for (let i = 0; i < level.length; i += size) rows.push(level.slice(i, i + size));
    level = rows;
  }
  return level;
}

/** Whether values of shape `given` may fill a tensor of shape `wanted`: the same, or flat. */
export function fits(given: Shape, wanted: Shape, size: number): boolean {
  return sameShape(given, wanted) || (given.length === 1 && given[0] === size);
}
