import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArgumentError, type CsvOptions, DataFormatError, parseCsv } from '../../src/index.ts';
import { expectArgumentError, expectError, shown } from '../helpers/errors.ts';
import { runs } from '../helpers/property.ts';

const read = (text: string, options?: CsvOptions) => {
  const { header, shape, data } = parseCsv(text, options);
  expect(data).toHaveLength(shape[0] * shape[1]);
  return { header, shape, data: [...data] };
};

/** RFC 4180 by its grammar: rows of cells, or null for what it does not allow. Written as a table of states, to be another way. */
function cells(text: string, delimiter: string): string[][] | null {
  const rows: string[][] = [[]];
  let cell = '';
  let state: 'start' | 'plain' | 'quoted' | 'closed' = 'start';
  const tokens = text.replace(/^\uFEFF/, '').match(/\r\n|[\s\S]/g) ?? [];
  for (const token of tokens) {
    const newline = token === '\r\n' || token === '\n';
    if (state === 'quoted') {
      if (token === '"') state = 'closed';
      else cell += token;
    } else if (newline || token === delimiter) {
      rows.at(-1)?.push(cell);
      if (newline) rows.push([]);
      cell = '';
      state = 'start';
    } else if (token === '"' && state !== 'plain') {
      if (state === 'closed') cell += '"';
      state = 'quoted';
    } else if (token === '"' || state === 'closed') {
      return null;
    } else {
      cell += token;
      state = 'plain';
    }
  }
  if (state === 'quoted') return null;
  const complete = rows.at(-1)?.length === 0 && cell === '' && state === 'start';
  if (complete) rows.pop();
  else rows.at(-1)?.push(cell);
  return rows;
}

function numbers(rows: string[][] | null): number[] | null {
  if (rows === null || rows.length === 0) return null;
  const values: number[] = [];
  for (const row of rows) {
    if (row.length !== rows[0]?.length) return null;
    for (const cell of row) {
      const word = cell.replace(/^[ \t]+|[ \t]+$/g, '');
      // Number() also takes '', hexadecimals and 'Infinity'.
      const value = /^[-+.\de]+$/i.test(word) ? Number(word) : Number.NaN;
      if (!Number.isFinite(value)) return null;
      values.push(value);
    }
  }
  return values;
}

describe('parseCsv reads', () => {
  it.each<[string, string, CsvOptions, ReturnType<typeof read>]>([
    ['numbers', '1,2\n3,4\n', {}, { header: null, shape: [2, 2], data: [1, 2, 3, 4] }],
    ['no newline at the end', '1,2\n3,4', {}, { header: null, shape: [2, 2], data: [1, 2, 3, 4] }],
    ['CRLF', '1,2\r\n3,4\r\n', {}, { header: null, shape: [2, 2], data: [1, 2, 3, 4] }],
    ['a byte order mark', '\uFEFF1\n', {}, { header: null, shape: [1, 1], data: [1] }],
    ['a header', 'a,b\n1,2\n', {}, { header: ['a', 'b'], shape: [1, 2], data: [1, 2] }],
    ['a header after a byte order mark', '\uFEFFa\n1\n', {}, { header: ['a'], shape: [1, 1], data: [1] }],
    ['a header in quotes', '"a,""x""\r\nb",c\n1,2', {}, { header: ['a,"x"\r\nb', 'c'], shape: [1, 2], data: [1, 2] }],
    ['a header of numbers', '0,1\n5,6\n', { header: true }, { header: ['0', '1'], shape: [1, 2], data: [5, 6] }],
    ['numbers in quotes', '"1","-2.5"\n', {}, { header: null, shape: [1, 2], data: [1, -2.5] }],
    ['blanks around numbers', ' 1,\t2 \n', {}, { header: null, shape: [1, 2], data: [1, 2] }],
    ['tabs between cells', '1\t2\n', { delimiter: '\t' }, { header: null, shape: [1, 2], data: [1, 2] }],
    ['semicolons', 'a;b,c\n1;2', { delimiter: ';' }, { header: ['a', 'b,c'], shape: [1, 2], data: [1, 2] }],
  ])('%s', (_, text, options, expected) => {
    expect(read(text, options)).toEqual(expected);
  });

  it('every notation of a number as Number() has it', () => {
    const texts = [
      '0',
      '-0',
      '+7',
      '.5',
      '5.',
      '1e3',
      '-1E-3',
      '1e+2',
      '007',
      '0.1',
      '123456789012345',
      '9007199254740993',
    ];
    texts.push('0.30000000000000004', '1.7976931348623157e308', '5e-324', '4.35', '0.000001', '123456.789012345');
    expect(read(texts.join(',')).data).toEqual(texts.map(Number));
  });

  it('any finite number exactly as it was written', () => {
    const number = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.tuple(fc.integer(), fc.integer({ min: 0, max: 15 })).map(([n, places]) => n / 10 ** places),
    );
    fc.assert(
      fc.property(fc.array(number, { minLength: 1 }), values => {
        const texts = values.map(value => (Object.is(value, -0) ? '-0' : String(value)));
        expect(read(texts.join('\n')).data).toEqual(values);
      }),
      runs(300),
    );
  });
});

describe('parseCsv refuses', () => {
  it.each<[string, string, CsvOptions, (string | RegExp)[]]>([
    ['an empty text', '', {}, ['empty']],
    ['a byte order mark alone', '\uFEFF', {}, ['empty']],
    ['a header without rows', 'a,b\n', {}, ['no rows']],
    ['a word', 'a,b\n1,2\n3,x\n', {}, ['line 3, column 2 ("b")', '"x"']],
    ['a word in the first line beside numbers', '1,x\n3,4\n', {}, ['line 1, column 2:', '"x"']],
    ['words in the first line that is no header', 'a,b\n3,4\n', { header: false }, ['line 1, column 1:', '"a"']],
    ['an empty cell', '1,2\n3,\n', {}, ['line 2, column 2:', '""']],
    ['an empty line', '1,2\n\n3,4\n', {}, ['line 2', '""']],
    ['two newlines at the end', '1\n\n', {}, ['line 2', '""']],
    ['a row that is too short', '1,2,3\n3,4\n', {}, ['line 2', 'only 2', '3']],
    ['a row that is too long', '1,2\n3,4,5\n', {}, ['line 2', 'more', '2']],
    ['a delimiter at the end of a line', '1,2\n3,4,\n', {}, ['line 2', 'more', '2']],
    ['another delimiter', '1;2\n3;4\n', { header: false }, ['line 1, column 1', '"1;2"']],
    ['infinity', '1\nInfinity\n', {}, ['line 2', '"Infinity"']],
    ['NaN', '1\nNaN\n', {}, ['line 2', '"NaN"']],
    ['what is too large for a float64', '1\n1e400\n', {}, ['line 2', '"1e400"']],
    ['hexadecimals', '1\n0x10\n', {}, ['line 2', '"0x10"']],
    ['a carriage return alone', '1\r2\r', { header: false }, ['line 1', '"1\\r2\\r"']],
    ['a quote that is not closed', '1,2\n3,"4\n5\n', {}, ['line 2', 'no closing quote']],
    ['something after a quote', '1\n"3"4\n', {}, ['line 2', 'after the closing quote']],
    ['a quote inside a cell', '1\n3"4"\n', {}, ['line 2', 'quote']],
    ['a bad cell after a newline in quotes', '"a\nb"\n1\nx\n', {}, ['line 4', '"x"']],
    ['a very long cell, of which it shows the beginning', `1\n${'y'.repeat(1000)}\n`, {}, ['line 2', /"y{40}\.\.\."/]],
  ])('%s', (_, text, options, parts) => {
    expectError(() => parseCsv(text, { name: 'data.csv', ...options }), DataFormatError, 'data.csv: ', ...parts);
  });

  it('wrong arguments', () => {
    for (const text of [undefined, null, 5, [1]])
      expectArgumentError(() => parseCsv(text as never), ArgumentError, 'text', shown(text));
    for (const header of ['yes', null, 1])
      expectArgumentError(() => parseCsv('1', { header: header as never }), ArgumentError, 'header', shown(header));
    for (const delimiter of ['', ',,', '"', '\n', '\r', '1', '.', '-', '+', 'e', 5])
      expectArgumentError(() => parseCsv('1', { delimiter: delimiter as never }), ArgumentError, 'delimiter');
  });
});

describe('parseCsv of any text', () => {
  const piece = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('1', '-2.5', '3e2', '"4"', ' 5', '.', '00', '"6,7"', '""') },
    { weight: 6, arbitrary: fc.constantFrom(',', ',', '\n', '\r\n') },
    { weight: 1, arbitrary: fc.constantFrom('"', '\r', 'x', '\t', '\uFEFF', 'e', '-') },
  );
  const row = fc.array(fc.constantFrom('1', '"2"', '-3', ' 4 ', '0.5'), { minLength: 2, maxLength: 2 });
  const table = fc.array(row, { minLength: 1, maxLength: 5 }).map(rows => rows.map(r => r.join(',')).join('\n'));
  const text = fc.oneof(
    fc.array(piece, { maxLength: 12 }).map(pieces => pieces.join('')),
    // A good file of which a piece is replaced.
    fc
      .tuple(table, fc.nat(40), fc.nat(2), fc.oneof(fc.constant(''), piece))
      .map(([good, at, cut, put]) => good.slice(0, at) + put + good.slice(at + cut)),
  );

  it('gives the numbers of a parser written otherwise, or a DataFormatError where that refuses', () => {
    const outcomes = { read: 0, refused: 0 };
    fc.assert(
      fc.property(text, source => {
        const expected = numbers(cells(source, ','));
        if (expected === null) {
          expectError(() => parseCsv(source, { header: false }), DataFormatError);
          outcomes.refused++;
        } else {
          expect(read(source, { header: false }).data).toEqual(expected);
          outcomes.read++;
        }
      }),
      runs(3000),
    );
    expect(outcomes.read).toBeGreaterThan(100);
    expect(outcomes.refused).toBeGreaterThan(100);
  });
});
