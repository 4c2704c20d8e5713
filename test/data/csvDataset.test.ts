import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ArgumentError,
  type CsvDatasetOptions,
  csvDataset,
  DataFormatError,
  DTypeError,
  ShapeError,
} from '../../src/index.ts';
import { expectArgumentError, expectError, shown } from '../helpers/errors.ts';
import { runs } from '../helpers/property.ts';

function samples(text: string, options: CsvDatasetOptions) {
  const dataset = csvDataset(text, options);
  const { inputs, targets } = dataset.batch(Uint32Array.from({ length: dataset.length }, (_, i) => i));
  return { inputs: [...inputs], targets: [...targets], classes: dataset.classes };
}

const iris = 'length,kind,width\n1,setosa,2\n3,virginica,4\n5,setosa,6\n';
const irisSamples = { inputs: [1, 2, 3, 4, 5, 6], targets: [0, 1, 0], classes: ['setosa', 'virginica'] };

describe('csvDataset', () => {
  it('takes the labels from a column by its name or place', () => {
    for (const label of ['kind', 1, -2]) expect(samples(iris, { label })).toEqual(irisSamples);
  });

  it('finds no header where only the label is a word', () => {
    const headless = iris.slice(iris.indexOf('\n') + 1);
    expect(samples(headless, { label: 1 })).toEqual(irisSamples);
    expect(samples(headless, { label: 1, header: false })).toEqual(irisSamples);
  });

  it('finds the label of a header whose other names are numbers', () => {
    expect(samples('0,1,label\n5,6,2\n', { label: 'label' })).toEqual({ inputs: [5, 6], targets: [2], classes: null });
  });

  it('takes empty cells for labels where classes have them', () => {
    const classes = ['', 'x'];
    expect(samples('1,\n2,x\n3,\n4,\n5,\n6,', { label: 1, classes, header: false })).toEqual({
      inputs: [1, 2, 3, 4, 5, 6],
      targets: [0, 1, 0, 0, 0, 0],
      classes,
    });
  });

  it('takes whole numbers for class ids', () => {
    expect(samples('1,7\n2,0\n3,07\n4,"7"\n5, 2\n', { label: 1 })).toEqual({
      inputs: [1, 2, 3, 4, 5],
      targets: [7, 0, 7, 7, 2],
      classes: null,
    });
  });

  it('sorts words whatever the order of the rows, and keeps a given order', () => {
    const text = 'x,dog\nx,cat\nx,dog\nx,ape\n'.replaceAll('x', '1');
    expect(samples(text, { label: -1 })).toMatchObject({ targets: [2, 1, 2, 0], classes: ['ape', 'cat', 'dog'] });
    const classes = ['dog', 'emu', 'cat', 'ape'];
    expect(samples(text, { label: -1, classes })).toMatchObject({ targets: [0, 2, 0, 3], classes });
  });

  it('takes numbers for words where classes are given', () => {
    expect(samples('1,8\n1,3\n', { label: 1, classes: ['3', '8'] })).toMatchObject({ targets: [1, 0] });
  });

  it('gives the inputs their shape and element type', () => {
    const text = '0,0.1,2,3,4\n1,5,6,7,8\n';
    const dataset = csvDataset(text, { label: 0, inputShape: [1, 2, 2], dtype: 'float64' });
    expect(dataset.inputShape).toEqual([1, 2, 2]);
    expect(dataset.batch(Uint32Array.of(0)).inputs).toEqual(Float64Array.of(0.1, 2, 3, 4));
    expect(csvDataset(text, { label: 0 }).batch(Uint32Array.of(0)).inputs).toEqual(Float32Array.of(0.1, 2, 3, 4));
    expect(csvDataset(text, { label: 0 }).inputShape).toEqual([4]);
  });

  it('gives each row its numbers and its label, whatever the column, order and number of classes', () => {
    const row = fc.tuple(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 3, maxLength: 3 }), fc.nat(5));
    fc.assert(
      fc.property(fc.array(row, { minLength: 1 }), fc.nat(3), fc.boolean(), (rows, label, words) => {
        const shownLabel = (id: number) => (words ? `"c,""${id}"` : String(id));
        const text = rows
          .map(([values, id]) => [...values.slice(0, label), shownLabel(id), ...values.slice(label)].join(','))
          .join('\r\n');
        const found = samples(text, { label });
        expect(found.inputs).toEqual(rows.flatMap(([values]) => values));
        const names = found.targets.map(id => (words ? found.classes?.[id] : id));
        expect(names).toEqual(rows.map(([, id]) => (words ? `c,"${id}` : id)));
        expect(found.classes).toEqual(words ? [...new Set(names)].sort() : null);
      }),
      runs(200),
    );
  });
});

describe('csvDataset refuses', () => {
  it.each<[string, string, Partial<CsvDatasetOptions>, string[]]>([
    ['a column that is not there', iris, { label: 'sort' }, ['"sort"', 'length, kind, width']],
    ['a name that two columns have', 'a,b,a\n1,2,3\n', { label: 'a' }, ['several', '"a"']],
    ['a place after the last column', iris, { label: 3 }, ['no column 3', '3 in all']],
    ['a place before the first column', iris, { label: -4 }, ['no column -4', '3 in all']],
    ['labels alone', '1\n2\n', { label: 0 }, ['besides']],
    ['a bad cell', iris.replace('4', '?'), { label: 1 }, ['line 3, column 3 ("width")', '"?"']],
    [
      'a label that is no class',
      iris,
      { label: 1, classes: ['setosa'] },
      ['line 3, column 2 ("kind")', '"virginica"', '("setosa")'],
    ],
    ['a word among numbers', '1,1\n1,2\n1,x\n', { label: 1 }, ['line 3, column 2:', '"x"', 'numbers']],
    ['a number among words', '1,x\n1,y\n1,2\n', { label: 1 }, ['line 3, column 2:', '"2"', 'words']],
    ['an empty label', '1,x\n1,\n', { label: 1 }, ['line 2, column 2:', '""']],
    ['a negative class id', '1,0\n1,-1\n', { label: 1 }, ['line 2, column 2:', '"-1"']],
    ['half a class id', '1,0\n1,0.5\n', { label: 1 }, ['line 2, column 2:', '"0.5"']],
    ['a class id of more than 31 bits', '1,0\n1,2147483648\n', { label: 1 }, ['line 2', '"2147483648"']],
    ['a row that is too short', '1,2,0\n1,2\n', { label: 2 }, ['line 2', 'only 2', '3']],
    ['what is too large for float32', '1,0\n1e39,0\n', { label: 1 }, ['line 2, column 1', '1e+39', 'float32']],
  ])('%s', (_, text, options, parts) => {
    const run = () => csvDataset(text, { name: 'data.csv', label: 0, ...options });
    expectError(run, DataFormatError, 'data.csv: ', ...parts);
  });

  it('wrong arguments', () => {
    for (const label of [undefined, null, 0.5, true])
      expectArgumentError(() => csvDataset(iris, { label: label as number }), ArgumentError, 'label', shown(label));
    expectArgumentError(() => csvDataset(iris, { label: 'kind', header: false }), ArgumentError, 'header', 'false');
    for (const classes of ['setosa', ['a', 'a']])
      expectArgumentError(() => csvDataset(iris, { label: 1, classes: classes as string[] }), ArgumentError, 'classes');
    expectArgumentError(() => csvDataset(iris, { label: 1, inputShape: [3] }), ShapeError, 'inputShape', '[3]', '2');
    expectArgumentError(() => csvDataset(iris, { label: 1, dtype: 'int8' as 'float32' }), DTypeError, 'dtype', 'int8');
  });
});
