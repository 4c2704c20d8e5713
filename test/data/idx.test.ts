import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseIdx } from '../../src/data/idx.ts';
import { ArgumentError, DataFormatError } from '../../src/errors.ts';
import { expectArgumentError, expectError } from '../helpers/errors.ts';
import { runs } from '../helpers/property.ts';

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

const types = [
  { code: 0x08, type: 'uint8', bytes: 1, write: 'setUint8', values: [0, 1, 127, 128, 255] },
  { code: 0x09, type: 'int8', bytes: 1, write: 'setInt8', values: [0, -1, 127, -128, 5] },
  { code: 0x0b, type: 'int16', bytes: 2, write: 'setInt16', values: [0, -1, 0x1234, -0x8000, 0x7fff] },
  { code: 0x0c, type: 'int32', bytes: 4, write: 'setInt32', values: [0, -1, 0x12345678, -(2 ** 31), 2 ** 31 - 1] },
  { code: 0x0d, type: 'float32', bytes: 4, write: 'setFloat32', values: [0.5, -0, 2 ** -149, Infinity, -1.25] },
  { code: 0x0e, type: 'float64', bytes: 8, write: 'setFloat64', values: [0.1, -0, 5e-324, NaN, -1e300] },
] as const;

/** A file of `type` whose values are `values`. */
function typed({ code, bytes, write, values }: (typeof types)[number]): Uint8Array {
  const body = new Uint8Array(values.length * bytes);
  const view = new DataView(body.buffer);
  values.forEach((value, i) => {
    view[write](i * bytes, value);
  });
  return idx([values.length], body, { type: code });
}

describe.each(types)('parseIdx reads $type', format => {
  const { type, values } = format;
  it('from every place in a buffer, in an array of that type', () => {
    const file = typed(format);
    for (let offset = 0; offset < 8; offset++) {
      const padded = new Uint8Array(file.length + 9).fill(0xee);
      padded.set(file, offset);
      for (const result of [
        parseIdx(padded.subarray(offset, offset + file.length), 'file'),
        parseIdx(padded.subarray(offset, offset + file.length), 'file', type),
      ]) {
        expect(result.data.constructor.name.toLowerCase()).toBe(`${type}array`);
        expect([...result.data]).toEqual(values);
        expect(result.shape).toEqual([values.length]);
      }
    }
  });

  it('and refuses it where another type is wanted, or a byte is too few or too many', () => {
    const file = typed(format);
    const other = type === 'uint8' ? 'int8' : 'uint8';
    expectError(() => parseIdx(file, 'labels', other), DataFormatError, 'labels', type, `not ${other}`);
    expectError(() => parseIdx(file.subarray(0, -1), 'labels'), DataFormatError, 'labels', 'truncated');
    expectError(() => parseIdx(Uint8Array.of(...file, 0), 'labels'), DataFormatError, 'labels', 'after the values');
  });
});

describe('parseIdx of damaged files', () => {
  it('throws a DataFormatError, or reads what the header says', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...types),
        fc.array(fc.record({ at: fc.nat(48), byte: fc.integer({ min: 0, max: 255 }) }), { maxLength: 3 }),
        fc.nat(60),
        (format, changes, length) => {
          const file = typed(format).slice(0, length);
          for (const { at, byte } of changes) if (at < file.length) file[at] = byte;
          let result: ReturnType<typeof parseIdx>;
          try {
            result = parseIdx(file, 'file');
          } catch (error) {
            expect((error as Error).constructor.name).toBe('DataFormatError');
            return;
          }
          const found = types.find(({ code }) => code === file[2]);
          const size = result.shape.reduce((product, n) => product * n, 1);
          expect(result.data.length).toBe(size);
          expect(file.length).toBe(4 + 4 * (file[3] as number) + size * (found?.bytes ?? 0));
        },
      ),
      runs(1000),
    );
  });
});

describe('parseIdx refuses', () => {
  it('a type that there is not', () => {
    expectArgumentError(() => parseIdx(idx([1], [1]), 'file', 'uint16' as 'uint8'), ArgumentError, 'type', 'uint16');
  });

  const huge = 0xffffffff;
  const cases: { what: string; bytes: Uint8Array; says: RegExp }[] = [
    { what: 'an empty file', bytes: new Uint8Array(0), says: /only 0 bytes long/ },
    { what: 'three bytes', bytes: Uint8Array.of(0, 0, 8), says: /only 3 bytes long/ },
    { what: 'another format', bytes: Uint8Array.of(0x89, 0x50, 0x4e, 0x47), says: /not an IDX file.*89 50 4e 47/ },
    { what: 'a second byte that is not zero', bytes: Uint8Array.of(0, 1, 8, 1, 0, 0, 0, 0), says: /not an IDX file/ },
    { what: 'another element type', bytes: idx([1], [1], { type: 0x0a }), says: /element type is 0a/ },
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
