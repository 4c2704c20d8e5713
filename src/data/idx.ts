import { DataFormatError } from '../errors.ts';

/** An array read from an IDX file: its shape, outermost dimension first, and its bytes in row-major order. */
export interface IdxArray {
  shape: number[];
  data: Uint8Array;
}

const UNSIGNED_BYTE = 0x08;
const MAX_RANK = 4;

/**
 * Reads the IDX format of the MNIST files, for unsigned bytes and 1 to 4 dimensions.
 *
 * The layout is: two zero bytes, the element type (0x08: unsigned byte), the number of dimensions, each dimension as a
 * big-endian 32-bit unsigned integer, then the values and nothing after them. Whatever deviates is refused: a file that
 * is a byte short or long is a damaged download far more often than a harmless one.
 *
 * @param bytes the whole file, not compressed
 * @param name what to call the file in an error
 * @returns the shape, and a view of the values in `bytes` (no copy)
 * @throws DataFormatError that names the file and what is wrong with it
 */
export function parseIdx(bytes: Uint8Array, name: string): IdxArray {
  const refuse = (problem: string): never => {
    throw new DataFormatError(problem, name);
  };
  if (bytes.length < 4) refuse(`only ${count(bytes.length, 'byte')} long, which is too short for an IDX header`);

  const [zero0 = 0, zero1 = 0, type = 0, rank = 0] = bytes;
  if (zero0 !== 0 || zero1 !== 0) {
    refuse(`not an IDX file: it starts with the bytes ${hex(bytes.subarray(0, 4))}, not with 00 00`);
  }
  if (type !== UNSIGNED_BYTE) {
    refuse(`the element type is ${hex([type])}, but only unsigned bytes (08) are supported`);
  }
  if (rank < 1 || rank > MAX_RANK) refuse(`the header announces ${rank} dimensions, not 1 to ${MAX_RANK}`);

  const headerLength = 4 + 4 * rank;
  if (bytes.length < headerLength) {
    refuse(`it ends inside its header (${bytes.length} of ${headerLength} bytes)`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));

  // Four 32-bit dimensions can promise 2^128 values. As a float64 that product can be inexact, but never small.
  const promised = shape.reduce((product, dimension) => product * dimension, 1);
  const present = bytes.length - headerLength;
  if (promised !== present) {
    const size = Number.isSafeInteger(promised) ? count(promised, 'byte') : 'more bytes than a file can hold';
    refuse(
      `its header promises ${shape.join(' x ')} values (${size}), but it is followed by ${count(present, 'byte')}: ` +
        (present < promised ? 'the file is truncated' : 'there is something after the values'),
    );
  }
  return { shape, data: bytes.subarray(headerLength) };
}

function hex(bytes: Iterable<number>): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join(' ');
}

function count(n: number, unit: string): string {
  return `${n} ${unit}${n === 1 ? '' : 's'}`;
}
