import { describe, expect, it } from 'vitest';
import { parseIdx } from '../../src/data/idx.ts';
import { DataFormatError } from '../../src/errors.ts';

/** The bytes of an IDX file, with everything in the header open to being wrong. */
function idx(
  shape: readonly number[],
  values: ArrayLike<number>,
  { type = 0x08, rank = shape.length } = {},
): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + values.length);
  bytes.set([0, 0, type, rank]);
  const view = new DataView(bytes.buffer);
  shape.forEach((dimension, axis) => {
    view.setUint32(4 + 4 * axis, dimension);
  });
  bytes.set(Array.from(values), 4 + 4 * shape.length);
  return bytes;
}

const range = (length: number) => Uint8Array.from({ length }, (_, i) => i);

describe('parseIdx reads', () => {
  for (const shape of [[5], [2, 3], [2, 3, 4], [2, 1, 3, 4], [0], [0, 28, 28], [3, 0]]) {
    const size = shape.reduce((a, b) => a * b, 1);
    it(`shape [${shape}]`, () => {
      const result = parseIdx(idx(shape, range(size)), 'file');
      expect(result.shape).toEqual(shape);
      expect(result.data).toEqual(range(size));
    });
  }

  it('dimensions of more than 16 bits, as unsigned and big-endian', () => {
    const result = parseIdx(idx([0x00012345], new Uint8Array(0x12345)), 'file');
    expect(result.shape).toEqual([0x12345]);
    expect(result.data.length).toBe(0x12345);
  });

  it('bytes that start in the middle of a buffer', () => {
    const file = idx([2, 2], [9, 8, 7, 6]);
    const padded = new Uint8Array(file.length + 7);
    padded.set(file, 5);
    const result = parseIdx(padded.subarray(5, 5 + file.length), 'file');
    expect(result.shape).toEqual([2, 2]);
    expect([...result.data]).toEqual([9, 8, 7, 6]);
  });

  it('without copying the values', () => {
    const file = idx([3], [1, 2, 3]);
    expect(parseIdx(file, 'file').data.buffer).toBe(file.buffer);
  });
});

describe('parseIdx refuses', () => {
  const huge = 0xffffffff;
  const cases: { what: string; bytes: Uint8Array; says: RegExp }[] = [
    { what: 'an empty file', bytes: new Uint8Array(0), says: /only 0 bytes long/ },
    { what: 'three bytes', bytes: Uint8Array.of(0, 0, 8), says: /only 3 bytes long/ },
    { what: 'another format', bytes: Uint8Array.of(0x89, 0x50, 0x4e, 0x47), says: /not an IDX file.*89 50 4e 47/ },
    { what: 'a second byte that is not zero', bytes: Uint8Array.of(0, 1, 8, 1, 0, 0, 0, 0), says: /not an IDX file/ },
    { what: 'another element type', bytes: idx([1], [1], { type: 0x0d }), says: /element type is 0d/ },
    { what: 'no dimensions', bytes: idx([], [1]), says: /announces 0 dimensions/ },
    { what: 'five dimensions', bytes: idx([1, 1, 1, 1, 1], [1]), says: /announces 5 dimensions/ },
    {
      what: 'a header cut short',
      bytes: idx([2, 3], []).subarray(0, 11),
      says: /inside its header \(11 of 12 bytes\)/,
    },
    {
      what: 'a value too few',
      bytes: idx([2, 3], range(5)),
      says: /2 x 3 values \(6 bytes\), but it is followed by 5 bytes.*truncated/,
    },
    { what: 'a value too many', bytes: idx([2, 3], range(7)), says: /followed by 7 bytes.*after the values/ },
    { what: 'no values', bytes: idx([1], []), says: /\(1 byte\), but it is followed by 0 bytes/ },
    { what: 'values where none are promised', bytes: idx([0, huge], [1]), says: /followed by 1 byte:/ },
    { what: 'more than a file can hold', bytes: idx([huge, huge, huge, huge], [1]), says: /than a file can hold/ },
    // 2^16 * 2^16 wraps to 0 in 32-bit arithmetic, and 2^32 * 2^32 to 0 in 64-bit arithmetic.
    { what: 'a product that wraps to 0 in 32 bits', bytes: idx([0x10000, 0x10000], []), says: /4294967296 bytes/ },
    {
      what: 'a product that wraps to 0 in 64 bits',
      bytes: idx([2 ** 31, 2 ** 31, 4], []),
      says: /than a file can hold/,
    },
  ];

  for (const { what, bytes, says } of cases) {
    it(what, () => {
      let error: unknown;
      try {
        parseIdx(bytes, 'train-images');
      } catch (caught) {
        error = caught;
      }
      expect(error).toBeInstanceOf(DataFormatError);
      expect((error as DataFormatError).message).toMatch(/^train-images: /);
      expect((error as DataFormatError).message).toMatch(says);
      expect((error as DataFormatError).source).toBe('train-images');
    });
  }
});
