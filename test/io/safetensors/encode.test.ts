import { describe, expect, it } from 'vitest';
import { DisposedError, encodeSafetensors, ForeignTensorError, tensor, zeros } from '../../../src/index.ts';
import { expectError } from '../../helpers/errors.ts';
import { formats, made } from '../../helpers/tensors.ts';
import { random } from '../../helpers/values.ts';

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

describe('encodeSafetensors', () => {
  const [w, b] = [random([2, 3, 2, 2], 1, 'float32'), random([5], 2, 'float64')];

  it.each(formats)('writes name, dtype, shape and values in row-major order, from %s tensors', format => {
    const { entries, body } = decode(encodeSafetensors({ w: made(w, 'float32', format), 'net.b': made(b, 'float64') }));
    expect(Object.keys(entries)).toEqual(['w', 'net.b']);
    expect(entries.w).toMatchObject({ dtype: 'F32', shape: [2, 3, 2, 2] });
    expect(entries['net.b']).toMatchObject({ dtype: 'F64', shape: [5] });
    expect(valuesOf(entries.w as Entry, body)).toEqual([...w.data]);
    expect(valuesOf(entries['net.b'] as Entry, body)).toEqual([...b.data]);
  });

  it('leaves no gap: each tensor begins where the last one ends, and the file ends with the last', () => {
    const { entries, body } = decode(encodeSafetensors({ a: zeros([3]), b: zeros([2, 2]), c: zeros([1], 'float64') }));
    expect(Object.values(entries).map(entry => entry.data_offsets)).toEqual([
      [0, 12],
      [12, 28],
      [28, 36],
    ]);
    expect(body.byteLength).toBe(36);
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
});
