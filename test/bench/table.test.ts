import { describe, expect, it } from 'vitest';
import { formatTable, percent, significant } from '../../bench/table.ts';

describe('formatTable', () => {
  it('sets groups of columns side by side', () => {
    const text = formatTable([
      {
        title: '',
        columns: ['shape', 'MFLOP'],
        rows: [
          ['a', '1'],
          ['long name', '22.5'],
        ],
      },
      { title: 'a title that is wider', columns: ['ms'], rows: [['3.25'], ['10']] },
    ]);
    expect(text.split('\n')).toEqual([
      '                  |  a title that is wider',
      'shape      MFLOP  |    ms',
      'a              1  |  3.25',
      'long name   22.5  |    10',
    ]);
  });
});

describe('numbers', () => {
  it('have three digits that count', () => {
    expect([1234.5, 56.78, 5.678, 0.5678].map(significant)).toEqual(['1235', '56.8', '5.68', '0.568']);
    expect(significant(Number.NaN)).toBe('-');
  });

  it('percent', () => {
    expect([0.604, 2.5, Number.NaN].map(percent)).toEqual(['60 %', '250 %', '-']);
  });
});
