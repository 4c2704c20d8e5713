import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataFormatError } from '../../../src/errors.ts';
import { decodeSafetensors, type Safetensors } from '../../../src/io/safetensors/decode.ts';
import { runs } from '../../helpers/property.ts';
import { fileOf, type Member, shifted, type ValidFile, validFiles, written } from '../../helpers/safetensors.ts';
import { type PlainFile, readPlainly } from '../../reference/safetensors.ts';

/** What is wrong with a file, or what it holds. Anything but a DataFormatError is a failure. */
function decoded(bytes: Uint8Array): Safetensors | null {
  try {
    return decodeSafetensors(bytes, 'file');
  } catch (error) {
    if (error instanceof DataFormatError && error.message.startsWith('file: ')) return null;
    throw error;
  }
}

function plain({ tensors, metadata }: Safetensors): PlainFile {
  const values = Array.from(tensors, ([name, { dtype, shape, data }]) => {
    const numbers = Array.from<number | bigint>(data as Float32Array);
    return [name, { dtype, shape: [...shape], values: numbers }] as const;
  });
  return { tensors: new Map(values), metadata };
}

/** The decoder answers as the plain reader does, and leaves the file as it was. */
function expectAsReference(file: Uint8Array, offset: number): void {
  const bytes = shifted(file, offset);
  const result = decoded(bytes);
  expect(result && plain(result)).toEqual(readPlainly(file));
  expect(Buffer.compare(bytes, file)).toBe(0);
}

const offset = fc.integer({ min: 0, max: 8 });
/** A share of a length. Not a double of fast-check, of which most are almost 0. */
const place = fc.integer({ min: 0, max: 9999 }).map(n => n / 10_000);
const byte = fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(...Buffer.from('{}[]",:\\ 0189_.-e')));

type Change = (bytes: number[]) => void;
const at = (bytes: readonly number[], share: number): number => Math.floor(share * (bytes.length + 1));

const byteChanges: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(place, byte).map(
    ([share, value]): Change =>
      bytes =>
        void bytes.splice(at(bytes, share), 1, value),
  ),
  fc.tuple(place, byte).map(
    ([share, value]): Change =>
      bytes =>
        void bytes.splice(at(bytes, share), 0, value),
  ),
  fc.tuple(place, fc.nat(9)).map(
    ([share, count]): Change =>
      bytes =>
        void bytes.splice(at(bytes, share), count),
  ),
  place.map(
    (share): Change =>
      bytes =>
        void bytes.splice(at(bytes, share)),
  ),
  fc.array(byte, { maxLength: 9 }).map(
    (more): Change =>
      bytes =>
        void bytes.push(...more),
  ),
  fc.nat(20).map(
    (count): Change =>
      bytes =>
        void bytes.splice(Math.max(0, bytes.length - count)),
  ),
  fc.tuple(fc.nat(7), byte).map(
    ([i, value]): Change =>
      bytes =>
        void bytes.splice(i, 1, value),
  ),
);

const numberTexts = ['0', '1', '2', '4', '8', '-1', '-0', '1.0', '4e0', '04', '9007199254740991', '9007199254740992'];
const listTexts = ['[]', '[0]', '[0,0]', '[4,0]', '[0,4]', '[4,8]', '[1,2,3]', '[[0],4]', '[0,4294967296,4294967296]'];
const hugeTexts = ['[4294967296,4294967296,0]', '[9007199254740991,9007199254740991]', '18446744073709551617'];
const nameTexts = ['"dtype"', '"\\u0064type"', '"shape"', '"data_offsets"', '"__metadata__"', '"__proto__"', '""'];
const textTexts = ['"a"', '"\\u0061"', '"F32"', '"I64"', '"F8_E4M3"', '"\\ud800"', '"\\ud83d\\ude00"', '"\\x"', '"\n"'];
const wildTexts = ['null', 'true', '{}', '{"a":{}}', '', ',', '"', 'nan', ' 1 ', '[0 ,\t4]', '[0,4,]'];
const texts = fc.constantFrom(...numberTexts, ...listTexts, ...hugeTexts, ...nameTexts, ...textTexts, ...wildTexts);
const jsonNames = fc.constantFrom(...nameTexts, ...textTexts);

/** Values that are almost what was there, and may be as good. */
const nearly: readonly ((value: string) => string)[] = [
  value => value.replace(/\d+/, number => `0${number}`),
  value => value.replace(/\d+/, number => `${number}.0`),
  value => value.replace(/\d+/, number => `${number}e0`),
  value => value.replace(/\d+/g, number => String(Number(number) + 1)),
  value => value.replace(/\d+/, number => String(Math.max(0, Number(number) - 1))),
  value => value.replace(/\d+(?=\])/, number => String(Math.max(0, Number(number) - 1))),
  value => value.replace('[', '[1,'),
  value => value.replace(/(?<!\[)\]/, ',1]'),
  value => value.replace(/(?<=\b0.*)\]/, ',9007199254740992]'),
  value => value.replace(/(?<=\b0.*)\]/, ',9007199254740991]'),
  value => value.replace(/\[(?=.*\b0)/, '[4294967296,4294967296,'),
  value => value.replace(/[[\],]/g, '\t$&\n'),
  value => value.replace('32"', '16"').replace('F', 'I'),
  value => value.replace('"F', '"I'),
  value => value.replace(/^"/, '"\\ud800'),
  value => value.replace(/^"/, '"\\u0041'),
];

/** Changes one member, of the header or of something in it. */
type Edit = (members: readonly Member[]) => Member[];
const edits: fc.Arbitrary<Edit> = fc
  .record({
    kind: fc.nat(9),
    share: place,
    second: place,
    text: texts,
    name: jsonNames,
    near: fc.constantFrom(...nearly),
  })
  .map(({ kind, share, second, text, name, near }) => members => {
    const all = [...members];
    const i = Math.floor(share * all.length);
    const j = Math.floor(second * all.length);
    const one: Member = all[i] ?? [name, text];
    const other: Member = all[j] ?? [name, text];
    if (kind === 0) all.splice(i, 1);
    else if (kind === 1) all.splice(j, 0, one);
    else if (kind === 2) all[i] = [name, one[1]];
    else if (kind === 3) all[i] = [one[0], text];
    else if (kind === 4) {
      all[i] = [one[0], other[1]];
      all[j] = [other[0], one[1]];
    } else if (kind === 5) all.splice(j, 0, [name, text]);
    else all[i] = [kind === 6 ? near(one[0]) : one[0], typeof one[1] === 'string' ? near(one[1]) : one[1]];
    return all;
  });

/** Applies an edit to the header, or inside one of its members. */
function edited(header: readonly Member[], inside: boolean, share: number, edit: Edit): Member[] {
  const i = Math.floor(share * header.length);
  const [name, value] = header[i] ?? ['', ''];
  if (!inside || typeof value === 'string') return edit(header);
  return header.map((member, k) => (k === i ? [name, edit(value)] : member));
}

const editedFiles: fc.Arbitrary<ValidFile> = fc
  .tuple(validFiles, fc.array(fc.tuple(fc.boolean(), place, edits), { minLength: 1, maxLength: 3 }))
  .map(([{ header, body }, list]) => ({
    header: list.reduce<readonly Member[]>(
      (members, [inside, share, edit]) => edited(members, inside, share, edit),
      header,
    ),
    body,
  }));

describe('decodeSafetensors answers as a slow, plain reader does', () => {
  it('for files as the format has them, at any place in a buffer, with spaces after the header', () => {
    fc.assert(
      fc.property(validFiles, offset, fc.nat(9), ({ header, body }, shift, spaces) => {
        const file = fileOf(written(header) + ' '.repeat(spaces), body);
        expect(readPlainly(file)).not.toBeNull();
        expectAsReference(file, shift);
      }),
      runs(300),
    );
  });

  it('for files whose bytes were changed, cut or grew', () => {
    fc.assert(
      fc.property(
        validFiles,
        offset,
        fc.array(byteChanges, { minLength: 1, maxLength: 4 }),
        ({ header, body }, shift, changes) => {
          const bytes = [...fileOf(written(header), body)];
          for (const change of changes) change(bytes);
          expectAsReference(Uint8Array.from(bytes), shift);
        },
      ),
      runs(500),
    );
  });

  it('for files whose header was edited', () => {
    fc.assert(
      fc.property(editedFiles, offset, ({ header, body }, shift) => {
        expectAsReference(fileOf(written(header), body), shift);
      }),
      runs(1500),
    );
  });

  it('for files with something before, in or after the header, or with another length', () => {
    const extra = fc.oneof(
      fc.constantFrom(...'\0 \t\n\r\v\u00a0\ufeff{}"x,').map(text => [...new TextEncoder().encode(text)]),
      fc.array(fc.integer({ min: 0x80, max: 0xff }), { minLength: 1, maxLength: 4 }),
    );
    const places = fc.constantFrom('before', 'in a name', 'after');
    fc.assert(
      fc.property(
        validFiles,
        offset,
        extra,
        places,
        fc.integer({ min: -1, max: 1 }),
        (file, shift, more, where, longer) => {
          const { header, body } = file;
          const text = [...new TextEncoder().encode(written(header))];
          text.splice(where === 'before' ? 0 : where === 'after' ? text.length : 2, 0, ...more);
          expectAsReference(fileOf(Uint8Array.from(text), body, BigInt(text.length + longer)), shift);
        },
      ),
      runs(500),
    );
  });

  it('for headers that are other JSON, or other text', () => {
    const headers = fc.oneof(
      fc.json(),
      fc.string(),
      fc.string().map(text => `{${text}`),
      fc.array(texts).map(parts => `{${parts.join('')}}`),
    );
    fc.assert(
      fc.property(headers, fc.uint8Array({ maxLength: 9 }), offset, (header, body, shift) => {
        expectAsReference(fileOf(header, body), shift);
      }),
      runs(300),
    );
  });

  it('for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), offset, (bytes, shift) => {
        expectAsReference(bytes, shift);
      }),
      runs(200),
    );
  });
});
