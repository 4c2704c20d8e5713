import fc from 'fast-check';

/** A safetensors file with everything in it open to being wrong. */
export function fileOf(
  header: string | Uint8Array,
  body: Uint8Array = new Uint8Array(0),
  announced?: bigint,
): Uint8Array {
  const text = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const file = new Uint8Array(8 + text.length + body.length);
  new DataView(file.buffer).setBigUint64(0, announced ?? BigInt(text.length), true);
  file.set(text, 8);
  file.set(body, 8 + text.length);
  return file;
}

/** The same bytes, `offset` bytes into a buffer. */
export function shifted(bytes: Uint8Array, offset: number): Uint8Array {
  const around = new Uint8Array(offset + bytes.length + 3).fill(0xa5);
  around.set(bytes, offset);
  return around.subarray(offset, offset + bytes.length);
}

/** A member of a JSON object as it is written: its name with quotes, and its value, or the members of that. */
export type Member = readonly [name: string, value: string | readonly Member[]];

export function written(members: readonly Member[]): string {
  return `{${members.map(([name, value]) => `${name}:${typeof value === 'string' ? value : written(value)}`).join()}}`;
}

export interface ValidFile {
  readonly header: readonly Member[];
  readonly body: Uint8Array;
}

const BYTES = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  U16: 2,
  I16: 2,
  F16: 2,
  BF16: 2,
  U32: 4,
  I32: 4,
  F32: 4,
  U64: 8,
  I64: 8,
  F64: 8,
} as const;

const storedDTypes = Object.keys(BYTES) as (keyof typeof BYTES)[];

export const names: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '',
    '0',
    '1.weight',
    'toJSON',
    '\u0000',
    '"\\',
  ),
  fc.string({ unit: 'grapheme' }),
);

const size = fc.oneof(
  { arbitrary: fc.integer({ min: 1, max: 3 }), weight: 5 },
  { arbitrary: fc.constant(0), weight: 1 },
);

/** Files as the format has them: any names and types, scalars, empty tensors, in any order in the header. */
export const validFiles: fc.Arbitrary<ValidFile> = fc
  .record({
    tensors: fc.uniqueArray(
      fc.record({
        name: names.filter(name => name !== '__metadata__'),
        dtype: fc.constantFrom(...storedDTypes),
        shape: fc.array(size, { maxLength: 4 }),
        order: fc.nat(),
        fill: fc.nat(),
      }),
      { selector: ({ name }) => name, maxLength: 5 },
    ),
    metadata: fc.option(fc.uniqueArray(fc.tuple(names, names), { selector: ([key]) => key, maxLength: 3 })),
  })
  .map(({ tensors, metadata }) => {
    const parts: number[] = [];
    const entries = tensors.map(({ name, dtype, shape, order, fill }) => {
      const begin = parts.length;
      const length = shape.reduce((product, n) => product * n, BYTES[dtype] as number);
      for (let i = 0; i < length; i++) parts.push((Math.imul(fill + i, 0x9e3779b1) >>> 24) & 255);
      const entry: Member[] = [
        ['"dtype"', JSON.stringify(dtype)],
        ['"shape"', JSON.stringify(shape)],
        ['"data_offsets"', JSON.stringify([begin, parts.length])],
      ];
      return { order, member: [JSON.stringify(name), entry] as const };
    });
    const header: Member[] = entries.sort((a, b) => a.order - b.order).map(({ member }) => member);
    if (metadata) {
      const texts = metadata.map(([key, text]): Member => [JSON.stringify(key), JSON.stringify(text)]);
      header.unshift(['"__metadata__"', texts]);
    }
    return { header, body: Uint8Array.from(parts) };
  });
