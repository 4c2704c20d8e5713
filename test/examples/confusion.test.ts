import { describe, expect, it } from 'vitest';
import { confusionMatrix, formatConfusion } from '../../examples/digits/confusion.ts';

const guesses = (...labels: number[]) => labels.map(label => ({ label }));

describe('confusionMatrix', () => {
  it('counts by what was drawn (row) and what it was taken for (column)', () => {
    const matrix = confusionMatrix([0, 0, 0, 1, 1, 2], guesses(0, 2, 2, 1, 0, 2), 3);
    expect(matrix).toEqual([
      [1, 0, 2],
      [1, 1, 0],
      [0, 0, 1],
    ]);
  });

  it('refuses classes that it does not have', () => {
    expect(() => confusionMatrix([0], guesses(3), 3)).toThrow(RangeError);
    expect(() => confusionMatrix([3], guesses(0), 3)).toThrow(RangeError);
    expect(() => confusionMatrix([], guesses(0), 3)).toThrow(RangeError);
  });
});

describe('formatConfusion', () => {
  it('shows a row for each class, dots for zeros, and the share recognised', () => {
    const lines = formatConfusion([
      [1, 0, 2],
      [1, 1, 0],
      [0, 0, 0],
    ]);
    expect(lines.slice(-3).map(line => line.trim().replace(/ +/g, ' '))).toEqual([
      '0 1 · 2 33.3 %',
      '1 1 1 · 50.0 %',
      '2 · · · -',
    ]);
    expect(lines[1]?.trim().split(/ +/)).toEqual(['0', '1', '2']);
  });

  it('keeps the columns in line when the numbers are long', () => {
    const matrix = Array.from({ length: 10 }, (_, row) =>
      Array.from({ length: 10 }, (_, c) => (row === c ? 12345 : 0)),
    );
    const widths = formatConfusion(matrix)
      .slice(2)
      .map(line => line.length);
    expect(new Set(widths).size).toBe(1);
  });
});
