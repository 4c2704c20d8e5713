import { describe, expect, it } from 'vitest';
import { ArgumentError, DataFormatError, decodeSafetensors } from '../../../src/index.ts';
import { expectArgumentError, expectError } from '../../helpers/errors.ts';
import { fileOf, shifted } from '../../helpers/safetensors.ts';

const entry = (dtype: string, shape: readonly number[], begin: number, end: number): string =>
  JSON.stringify({ dtype, shape, data_offsets: [begin, end] });

/** A file of one tensor 'x' with the bytes of `elements`. */
function oneTensor(dtype: string, elements: ArrayBufferView, shape: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength);
  return fileOf(`{"x":${entry(dtype, shape, 0, bytes.length)}}`, bytes);
}

describe('decodeSafetensors reads', () => {
  const types = [
    ['BOOL', Uint8Array.of(0, 1)],
    ['U8', Uint8Array.of(0, 255)],
    ['I8', Int8Array.of(-128, 127)],
    ['U16', Uint16Array.of(0, 65535)],
    ['I16', Int16Array.of(-32768, 32767)],
    ['U32', Uint32Array.of(0, 2 ** 32 - 1)],
    ['I32', Int32Array.of(-(2 ** 31), 2 ** 31 - 1)],
    ['F32', Float32Array.of(-0, Number.NaN)],
    ['U64', BigUint64Array.of(0n, 2n ** 64n - 1n)],
    ['I64', BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n)],
    ['F64', Float64Array.of(Number.MIN_VALUE, Number.NEGATIVE_INFINITY)],
  ] as const;
  for (const [dtype, elements] of types) {
    it(`${dtype}, aligned or not`, () => {
      for (let offset = 0; offset <= 8; offset++) {
        const bytes = shifted(oneTensor(dtype, elements, [1, 2]), offset);
        const { tensors, metadata } = decodeSafetensors(bytes);
        expect([...tensors]).toEqual([['x', { dtype, shape: [1, 2], data: elements }]]);
        expect(metadata.size).toBe(0);
      }
    });
  }

  it('F16 and BF16 as float32: normal and subnormal numbers, zeros, infinities, NaN', () => {
    const halves = Uint16Array.of(0x3c00, 0xc000, 0x3555, 0x7bff, 0x0001, 0x83ff, 0x8000, 0x7c00, 0xfc00, 0x7e00);
    const [third, least, subnormal] = [0.333251953125, 2 ** -24, -1023 * 2 ** -24];
    const { POSITIVE_INFINITY, NEGATIVE_INFINITY, NaN: none } = Number;
    const numbers = [1, -2, third, 65504, least, subnormal, -0, POSITIVE_INFINITY, NEGATIVE_INFINITY, none];
    const { data } = decodeSafetensors(oneTensor('F16', halves, [10])).tensors.get('x') ?? {};
    expect(data).toEqual(Float32Array.from(numbers));

    const brain = Uint16Array.of(0x3f80, 0xc000, 0x3eab, 0x0001, 0x8000, 0x7f80, 0xff80, 0x7fc0);
    const others = [1, -2, 0.333984375, 2 ** -133, -0, POSITIVE_INFINITY, NEGATIVE_INFINITY, none];
    const read = decodeSafetensors(oneTensor('BF16', brain, [8])).tensors.get('x');
    expect(read?.data).toEqual(Float32Array.from(others));
  });

  it('scalars, empty tensors, no tensors, metadata alone', () => {
    const empty = decodeSafetensors(
      fileOf(`{"a":${entry('F32', [], 0, 4)},"b":${entry('I64', [2, 0], 4, 4)}}`, new Uint8Array(4)),
    );
    expect([...empty.tensors]).toEqual([
      ['a', { dtype: 'F32', shape: [], data: Float32Array.of(0) }],
      ['b', { dtype: 'I64', shape: [2, 0], data: new BigInt64Array(0) }],
    ]);
    expect(decodeSafetensors(fileOf('{}')).tensors.size).toBe(0);
    const { metadata } = decodeSafetensors(fileOf('{"__metadata__":{"__proto__":"a","":"\\u00e9"}}'));
    expect([...metadata]).toEqual([
      ['__proto__', 'a'],
      ['', 'é'],
    ]);
  });

  it('tensors in the order of the header, wherever they lie, with white space as JSON has it', () => {
    const header = ` {\n "9" : ${entry('U8', [1], 1, 2)} ,\t"__proto__":${entry('U8', [1], 0, 1)}}  \r`.trimStart();
    const { tensors } = decodeSafetensors(fileOf(header, Uint8Array.of(5, 6)));
    expect(Array.from(tensors, ([name, { data }]) => [name, ...data])).toEqual([
      ['9', 6],
      ['__proto__', 5],
    ]);
  });

  it('memory that threads share', () => {
    const file = oneTensor('F32', Float32Array.of(1.5), [1]);
    const bytes = new Uint8Array(new SharedArrayBuffer(file.length));
    bytes.set(file);
    expect([...(decodeSafetensors(bytes).tensors.get('x')?.data ?? [])]).toEqual([1.5]);
  });

  it('a name of some million characters', () => {
    const name = '\\"'.repeat(2_000_000);
    const { tensors } = decodeSafetensors(fileOf(`{"${name}":${entry('U8', [0], 0, 0)}}`));
    expect([...tensors.keys()][0]).toBe('"'.repeat(2_000_000));
  });
});

describe('decodeSafetensors refuses', () => {
  const four = new Uint8Array(4);
  const x = (dtype: string, shape: string, offsets: string) =>
    `{"x":{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}}`;
  const cases: { what: string; bytes: Uint8Array; says: string }[] = [
    { what: 'an empty file', bytes: new Uint8Array(0), says: 'only 0 bytes long' },
    { what: 'seven bytes', bytes: new Uint8Array(7), says: 'only 7 bytes long' },
    { what: 'no header', bytes: new Uint8Array(8), says: "does not begin with '{'" },
    {
      what: 'a header that is too long to be true',
      bytes: fileOf('{}', four, 2n ** 64n - 1n),
      says: 'more than 100000000',
    },
    {
      what: 'a header of a byte more than is allowed',
      bytes: fileOf('{}', four, 100_000_001n),
      says: 'more than 100000000',
    },
    {
      what: 'a header cut short',
      bytes: fileOf('{}', four, 100_000_000n),
      says: 'inside its header (14 of 100000008 bytes)',
    },
    { what: 'space before the header', bytes: fileOf(' {}'), says: "does not begin with '{'" },
    { what: 'a byte order mark', bytes: fileOf('\ufeff{}'), says: "does not begin with '{'" },
    { what: 'what is no UTF-8', bytes: fileOf(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d)), says: 'not valid UTF-8' },
    {
      what: 'a surrogate in UTF-8',
      bytes: fileOf(Uint8Array.of(0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22)),
      says: 'not valid UTF-8',
    },
    { what: 'half of a pair of surrogates', bytes: fileOf('{"\\ud800":{}}'), says: 'no valid Unicode' },
    { what: 'a string that does not end', bytes: fileOf('{"a\\"'), says: 'ends inside a name in the header' },
    { what: 'an unknown escape', bytes: fileOf('{"\\x":{}}'), says: 'no valid JSON string (at character 1' },
    { what: 'a line feed in a string', bytes: fileOf('{"\n":{}}'), says: 'no valid JSON string' },
    { what: 'a header that does not end', bytes: fileOf('{'), says: 'the header: the end where' },
    { what: 'a comma too many', bytes: fileOf('{"__metadata__":{},}'), says: '"}" where " should be, at character 19' },
    { what: 'something after the header', bytes: fileOf('{} {}'), says: 'goes on after its end, at character 3' },
    { what: 'a zero after the header', bytes: fileOf('{}\0'), says: 'goes on after its end' },
    { what: 'a tensor that is no object', bytes: fileOf('{"x":null}'), says: '"x": "n" where { should be' },
    {
      what: 'a name twice',
      bytes: fileOf(`{"x":${entry('U8', [0], 0, 0)},"\\u0078":${entry('U8', [0], 0, 0)}}`),
      says: 'the header has "x" twice',
    },
    { what: 'a field twice', bytes: fileOf('{"x":{"dtype":"F32","dtype":"F32"}}'), says: '"x" has "dtype" twice' },
    { what: 'metadata twice', bytes: fileOf('{"__metadata__":{},"__metadata__":{}}'), says: '"__metadata__" twice' },
    {
      what: 'a key of the metadata twice',
      bytes: fileOf('{"__metadata__":{"a":"","a":""}}'),
      says: '__metadata__ has "a" twice',
    },
    {
      what: 'metadata that are no text',
      bytes: fileOf('{"__metadata__":{"a":1}}'),
      says: 'the text of "a" in __metadata__',
    },
    { what: 'another field', bytes: fileOf('{"x":{"__proto__":0}}'), says: '"x" has "__proto__", but only' },
    { what: 'no dtype', bytes: fileOf('{"x":{"shape":[],"data_offsets":[0,4]}}', four), says: '"x" has no dtype' },
    { what: 'no shape', bytes: fileOf('{"x":{"dtype":"F32","data_offsets":[0,4]}}', four), says: '"x" has no shape' },
    { what: 'no offsets', bytes: fileOf('{"x":{"dtype":"F32","shape":[]}}', four), says: '"x" has no data_offsets' },
    { what: 'one offset', bytes: fileOf(x('F32', '[]', '[0]'), four), says: 'are 1 numbers, not 2' },
    { what: 'three offsets', bytes: fileOf(x('F32', '[]', '[0,4,4]'), four), says: 'are 3 numbers, not 2' },
    { what: 'another dtype', bytes: fileOf(x('F8_E4M3', '[4]', '[0,4]'), four), says: '"F8_E4M3", not one of BOOL' },
    {
      what: 'a dtype that is a name of all objects',
      bytes: fileOf(x('constructor', '[4]', '[0,4]'), four),
      says: '"constructor"',
    },
    { what: 'a negative size', bytes: fileOf(x('F32', '[-1]', '[0,4]'), four), says: '"-" where a whole number' },
    { what: 'a fraction', bytes: fileOf(x('F32', '[1.0]', '[0,4]'), four), says: 'the shape of "x": "." where ]' },
    { what: 'an exponent', bytes: fileOf(x('F32', '[1e0]', '[0,4]'), four), says: '"e" where ]' },
    { what: 'a leading zero', bytes: fileOf(x('F32', '[01]', '[0,4]'), four), says: '"1" where ]' },
    {
      what: 'a number that is no longer exact',
      bytes: fileOf(x('F32', '[0]', '[0,9007199254740992]')),
      says: 'above 2^53 - 1',
    },
    // 2^32 * 2^32 * 4 wraps to 0 in 64-bit arithmetic.
    {
      what: 'a product that wraps to 0',
      bytes: fileOf(x('F32', '[4294967296,4294967296]', '[0,0]')),
      says: 'more elements',
    },
    {
      what: 'a shape for fewer bytes',
      bytes: fileOf(x('F32', '[]', '[0,8]'), new Uint8Array(8)),
      says: '"x" has 8 bytes, but F32 [] needs 4',
    },
    {
      what: 'a shape for more bytes',
      bytes: fileOf(x('F16', '[1,3]', '[0,4]'), four),
      says: 'has 4 bytes, but F16 [1, 3] needs 6',
    },
    { what: 'an end before the begin', bytes: fileOf(x('F32', '[1]', '[4,0]'), four), says: 'ends before it begins' },
    {
      what: 'a gap at first',
      bytes: fileOf(x('U8', '[2]', '[2,4]'), four),
      says: 'leaves a gap after the one before: it begins at byte 2, not 0',
    },
    {
      what: 'an overlap',
      bytes: fileOf(`{"x":${entry('U8', [3], 0, 3)},"y":${entry('U8', [2], 2, 4)}}`, four),
      says: '"y" overlaps the one before: it begins at byte 2, not 3',
    },
    {
      what: 'two tensors in one place',
      bytes: fileOf(`{"x":${entry('U8', [4], 0, 4)},"y":${entry('U8', [4], 0, 4)}}`, four),
      says: '"y" overlaps',
    },
    {
      what: 'a byte too few',
      bytes: fileOf(x('F32', '[1]', '[0,4]'), new Uint8Array(3)),
      says: 'promises 4 bytes of tensors, but it is followed by 3: the file is truncated',
    },
    {
      what: 'a byte too many',
      bytes: fileOf(x('F32', '[1]', '[0,4]'), new Uint8Array(5)),
      says: 'followed by 5: there is something after',
    },
    {
      what: 'bytes of no tensor',
      bytes: fileOf('{}', four),
      says: 'promises 0 bytes of tensors, but it is followed by 4',
    },
    {
      what: 'more than the file, by far',
      bytes: fileOf(x('U8', '[9007199254740991]', '[0,9007199254740991]')),
      says: 'truncated',
    },
  ];
  it.each(cases)('$what', ({ bytes, says }) => {
    const error = expectError(
      () => decodeSafetensors(bytes, 'net.safetensors'),
      DataFormatError,
      /^net\.safetensors: /,
      says,
    );
    expect(error.source).toBe('net.safetensors');
  });

  it('a nest of arrays that is too deep for a recursive reader', () => {
    const deep = '['.repeat(1_000_000);
    expectError(() => decodeSafetensors(fileOf(`{"x":${deep}`)), DataFormatError, 'safetensors file: ');
    expectError(() => decodeSafetensors(fileOf(x('F32', deep, '[0,4]'), four)), DataFormatError, 'the shape of "x"');
  });

  it('a long name, of which it shows the beginning', () => {
    const error = expectError(() => decodeSafetensors(fileOf(`{"${'a'.repeat(1e6)}":0}`)), DataFormatError, 'aaa...');
    expect(error.message.length).toBeLessThan(300);
  });

  it('what is no Uint8Array', () => {
    for (const wrong of [undefined, null, 'file', [0], new ArrayBuffer(8), new Float32Array(2)])
      expectArgumentError(() => decodeSafetensors(wrong as never), ArgumentError, 'bytes');
  });
});
