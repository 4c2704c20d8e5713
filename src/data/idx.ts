import { ArgumentError, DataFormatError } from '../errors.ts';

/** What the values of each element type are read into. */
export interface IdxArrays {
  uint8: Uint8Array;
  int8: Int8Array;
  int16: Int16Array;
  int32: Int32Array;
  float32: Float32Array;
  float64: Float64Array;
}

export type IdxType = keyof IdxArrays;

/** An array read from an IDX file: its shape, outermost dimension first, and its values in row-major order. */
export interface IdxArray<T extends IdxType = IdxType> {
  shape: number[];
  data: IdxArrays[T];
}

/** By their number in the format. */
const TYPES: Readonly<Record<number, IdxType>> = {
  8: 'uint8',
  9: 'int8',
  11: 'int16',
  12: 'int32',
  13: 'float32',
  14: 'float64',
};
const BYTES: Readonly<Record<IdxType, number>> = { uint8: 1, int8: 1, int16: 2, int32: 4, float32: 4, float64: 8 };
const MAX_RANK = 4;

/**
 * Reads the IDX format of the MNIST files, for all of its element types and 1 to 4 dimensions.
 *
 * The layout is: two zero bytes, the element type (08 unsigned byte, 09 byte, 0B 16-bit, 0C 32-bit whole number, 0D float, 0E
 * double), the number of dimensions, each dimension as a 32-bit unsigned integer, then the values and nothing after them, all
 * big-endian. Whatever deviates is refused: a file that is a byte short or long is a damaged download far more often than a harmless
 * one.
 *
 * @param bytes the whole file, not compressed
 * @param name what to call the file in an error
 * @param type the only element type that is allowed. Default: any
 * @returns the shape, and the values: bytes as a view of `bytes` (no copy), others as an array of their own
 * @throws DataFormatError that names the file and what is wrong with it; ArgumentError for a `type` that there is not
 */
export function parseIdx<T extends IdxType = IdxType>(bytes: Uint8Array, name: string, type?: T): IdxArray<T> {
  if (type !== undefined && !Object.values(TYPES).includes(type)) {
    throw new ArgumentError('type', type, `one of ${Object.values(TYPES).join(', ')}`);
  }
  const refuse = (problem: string): never => {
    throw new DataFormatError(problem, name);
  };
  if (bytes.length < 4) refuse(`only ${count(bytes.length, 'byte')} long, which is too short for an IDX header`);

  const [zero0 = 0, zero1 = 0, code = 0, rank = 0] = bytes;
  if (zero0 !== 0 || zero1 !== 0) {
    refuse(`not an IDX file: it starts with the bytes ${hex(bytes.subarray(0, 4))}, not with 00 00`);
  }
  const found = TYPES[code] ?? refuse(`the element type is ${hex([code])}, which IDX does not have`);
  if (type !== undefined && found !== type) refuse(`the element type is ${hex([code])} (${found}), not ${type}`);
  if (rank < 1 || rank > MAX_RANK) refuse(`the header announces ${rank} dimensions, not 1 to ${MAX_RANK}`);

  const headerLength = 4 + 4 * rank;
  if (bytes.length < headerLength) {
    refuse(`it ends inside its header (${bytes.length} of ${headerLength} bytes)`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));

  // Four 32-bit dimensions can promise 2^128 values. As a float64 that product can be inexact, but never small.
  const values = shape.reduce((product, dimension) => product * dimension, 1);
  const promised = values * BYTES[found];
  const present = bytes.length - headerLength;
  if (promised !== present) {
    const size = Number.isSafeInteger(promised) ? count(promised, 'byte') : 'more bytes than a file can hold';
    refuse(
      `its header promises ${shape.join(' x ')} values (${size}), but it is followed by ${count(present, 'byte')}: ` +
        (present < promised ? 'the file is truncated' : 'there is something after the values'),
    );
  }
  return { shape, data: read(found, view, headerLength, values) as IdxArrays[T] };
}

function read(type: IdxType, view: DataView, offset: number, length: number): IdxArrays[IdxType] {
  const start = view.byteOffset + offset;
  if (type === 'uint8') return new Uint8Array(view.buffer, start, length);
  if (type === 'int8') return new Int8Array(view.buffer, start, length);
  const [values, get] = {
    int16: () => [new Int16Array(length), (at: number) => view.getInt16(at)] as const,
    int32: () => [new Int32Array(length), (at: number) => view.getInt32(at)] as const,
    float32: () => [new Float32Array(length), (at: number) => view.getFloat32(at)] as const,
    float64: () => [new Float64Array(length), (at: number) => view.getFloat64(at)] as const,
  }[type]();
  for (let i = 0; i < length; i++) values[i] = get(offset + i * values.BYTES_PER_ELEMENT);
  return values;
}

function hex(bytes: Iterable<number>): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join(' ');
}

function count(n: number, unit: string): string {
  return `${n} ${unit}${n === 1 ? '' : 's'}`;
}
