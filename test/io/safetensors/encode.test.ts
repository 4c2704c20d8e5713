import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  ArgumentError,
  DisposedError,
  decodeSafetensors,
  encodeSafetensors,
  ForeignTensorError,
  init,
  tensor,
  zeros,
} from '../../../src/index.ts';
import { expectArgumentError, expectError } from '../../helpers/errors.ts';
import { runs } from '../../helpers/property.ts';
import { names } from '../../helpers/safetensors.ts';
import { formats, made } from '../../helpers/tensors.ts';
import { dtypes, random } from '../../helpers/values.ts';

interface Entry {
  readonly dtype: 'F32' | 'F64';
  readonly shape: number[];
  readonly data_offsets: [number, number];
}

/** Reads a file as the format's own description has it. */
function decode(file: Uint8Array): {
  entries: Record<string, Entry>;
  metadata: unknown;
  body: DataView;
  start: number;
} {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const length = Number(view.getBigUint64(0, true));
  const { __metadata__: metadata, ...entries } = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length)));
  const start = 8 + length;
  return {
    entries,
    metadata,
    start,
    body: new DataView(file.buffer, file.byteOffset + start, file.byteLength - start),
  };
}

function valuesOf({ dtype, data_offsets: [from, to] }: Entry, body: DataView): number[] {
  const values: number[] = [];
  for (let at = from; at < to; at += dtype === 'F32' ? 4 : 8)
    values.push(dtype === 'F32' ? body.getFloat32(at, true) : body.getFloat64(at, true));
  return values;
}

beforeAll(() => init());

describe('encodeSafetensors', () => {
  const [w, b] = [random([2, 3, 2, 2], 1, 'float32'), random([5], 2, 'float64')];

  it.each(formats)('writes name, dtype, shape and values in row-major order, from %s tensors', format => {
    const { entries, body } = decode(encodeSafetensors({ w: made(w, 'float32', format), 'net.b': made(b, 'float64') }));
    expect(Object.keys(entries).sort()).toEqual(['net.b', 'w']);
    expect(entries.w).toMatchObject({ dtype: 'F32', shape: [2, 3, 2, 2] });
    expect(entries['net.b']).toMatchObject({ dtype: 'F64', shape: [5] });
    expect(valuesOf(entries.w as Entry, body)).toEqual([...w.data]);
    expect(valuesOf(entries['net.b'] as Entry, body)).toEqual([...b.data]);
  });

  it('leaves no gap: each tensor begins where the last one ends, and the file ends with the last', () => {
    const { entries, body } = decode(encodeSafetensors({ a: zeros([3]), b: zeros([2, 2]), c: zeros([1]) }));
    expect(Object.values(entries).map(entry => entry.data_offsets)).toEqual([
      [0, 12],
      [12, 28],
      [28, 32],
    ]);
    expect(body.byteLength).toBe(32);
  });

  it('puts float64 first, so that all elements are aligned', () => {
    const { entries } = decode(
      encodeSafetensors({ a: zeros([3]), b: zeros([2], 'float64'), c: zeros([1], 'float64') }),
    );
    expect(Object.entries(entries).map(([name, entry]) => [name, ...entry.data_offsets])).toEqual([
      ['b', 0, 16],
      ['c', 16, 24],
      ['a', 24, 36],
    ]);
  });

  it('aligns the values to 8 bytes, with spaces after a header that begins with {', () => {
    for (const name of ['a', 'ab', 'abc', 'abcd', 'abcde', 'abcdef', 'abcdefg', 'abcdefgh', 'ähnlich']) {
      const file = encodeSafetensors({ [name]: tensor([1]) });
      const { start, entries } = decode(file);
      expect(start % 8).toBe(0);
      expect(file[8]).toBe('{'.charCodeAt(0));
      expect(Object.keys(entries)).toEqual([name]);
    }
  });

  it('writes metadata, and none where none is given', () => {
    expect(decode(encodeSafetensors({ a: zeros([1]) }, { made: 'by a test' })).metadata).toEqual({ made: 'by a test' });
    expect(decode(encodeSafetensors({ a: zeros([1]) })).metadata).toBeUndefined();
  });

  it('is a valid file without any tensor', () => {
    expect(decode(encodeSafetensors({})).entries).toEqual({});
  });

  it('refuses disposed and foreign tensors, naming them', () => {
    const gone = zeros([1]);
    gone.dispose();
    expectError(() => encodeSafetensors({ gone }), DisposedError, 'gone');
    expectError(() => encodeSafetensors({ fake: {} as never }), ForeignTensorError, 'fake');
  });
  it('refuses names and metadata that no file can hold, naming them', () => {
    const a = zeros([1]);
    expectArgumentError(() => encodeSafetensors({ __metadata__: a }), ArgumentError, 'tensors', '__metadata__');
    expectArgumentError(() => encodeSafetensors({ 'a\ud800': a }), ArgumentError, 'tensors', 'Unicode');
    expectArgumentError(() => encodeSafetensors(new Map([[1, a]]) as never), ArgumentError, 'tensors', '1');
    for (const wrong of [null, 1, 'a', [a]])
      expectArgumentError(() => encodeSafetensors(wrong as never), ArgumentError, 'tensors');
    expectArgumentError(() => encodeSafetensors({}, { a: 1 } as never), ArgumentError, 'metadata["a"]', '1');
    expectArgumentError(() => encodeSafetensors({}, { a: '\udc00' }), ArgumentError, 'metadata["a"]', 'Unicode');
    expectArgumentError(() => encodeSafetensors({}, { '\udc00': '' }), ArgumentError, 'metadata', 'Unicode');
    expectArgumentError(() => encodeSafetensors({}, [] as never), ArgumentError, 'metadata');
  });

  it('is read back by decodeSafetensors: any names, shapes and metadata, from Maps and objects', () => {
    const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 });
    const spec = fc.record({
      name: names.filter(name => name !== '__metadata__'),
      shape: shapes,
      dtype: fc.constantFrom(...dtypes),
      seed: fc.nat(),
    });
    const specs = fc.uniqueArray(spec, { selector: ({ name }) => name, maxLength: 5 });
    const texts = fc.uniqueArray(fc.tuple(names, names), { selector: ([key]) => key, maxLength: 3 });
    fc.assert(
      fc.property(specs, texts, fc.boolean(), (list, metadata, asMap) => {
        const tensors = list.map(({ name, shape, dtype, seed }) => {
          const { data } = random(shape, seed, dtype);
          return [name, tensor(data, shape, dtype)] as const;
        });
        const file = asMap
          ? encodeSafetensors(new Map(tensors), new Map(metadata))
          : encodeSafetensors(Object.fromEntries(tensors), Object.fromEntries(metadata));
        const read = decodeSafetensors(file);
        expect(read.metadata).toEqual(new Map(metadata));
        expect([...read.tensors.keys()].sort()).toEqual(list.map(({ name }) => name).sort());
        for (const [name, made] of tensors) {
          const found = read.tensors.get(name);
          expect(found?.dtype).toBe(made.dtype === 'float32' ? 'F32' : 'F64');
          expect(found?.shape).toEqual([...made.shape]);
          expect(found?.data).toEqual(made.data.slice());
          // Aligned, so that nothing is copied.
          expect(found?.data.buffer).toBe(file.buffer);
          made.dispose();
        }
      }),
      runs(100),
    );
  });
});
