import { describe, expect, it } from 'vitest';
import { picture } from '../../examples/digits/digits.ts';
import { generateDigits } from '../../examples/digits/generator.ts';

describe('generateDigits', () => {
  const { train, test } = generateDigits(400, 100, 1);

  it('draws as many pictures of 28x28 as asked', () => {
    expect(train).toMatchObject({ count: 400, height: 28, width: 28 });
    expect(train.images.length).toBe(400 * 28 * 28);
    expect(train.labels.length).toBe(400);
    expect(test.count).toBe(100);
    expect(test.images.length).toBe(100 * 28 * 28);
  });

  it('draws the same for the same seed, and something else for another', () => {
    const again = generateDigits(400, 100, 1);
    expect(again.train.images).toEqual(train.images);
    expect(again.train.labels).toEqual(train.labels);
    expect(again.test.images).toEqual(test.images);
    const other = generateDigits(400, 100, 2);
    expect(other.train.images).not.toEqual(train.images);
    expect(other.train.labels).not.toEqual(train.labels);
  });

  it('draws the same test digits, however many train digits there are', () => {
    const other = generateDigits(10, 100, 1);
    expect(other.test.images).toEqual(test.images);
    expect(other.test.labels).toEqual(test.labels);
  });

  it('draws every digit equally often, in mixed order', () => {
    for (const { labels, count } of [train, test]) {
      const counts = new Array<number>(10).fill(0);
      for (const label of labels) counts[label] = (counts[label] ?? Number.NaN) + 1;
      expect(counts).toEqual(new Array(10).fill(count / 10));
      expect([...labels]).not.toEqual([...labels].sort());
      expect(new Set(labels.subarray(0, 20)).size).toBeGreaterThan(4);
    }
    const few = generateDigits(13, 1, 5).train;
    expect([...few.labels].sort()).toEqual([0, 0, 1, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('leaves no picture empty, full, or twice the same', () => {
    const seen = new Set<string>();
    for (const data of [train, test]) {
      for (let i = 0; i < data.count; i++) {
        const pixels = picture(data, i);
        expect(Math.max(...pixels)).toBeGreaterThan(100);
        const inked = pixels.filter(pixel => pixel > 100).length;
        expect(inked).toBeGreaterThan(8);
        expect(inked).toBeLessThan((28 * 28) / 2);
        seen.add(pixels.join());
      }
    }
    expect(seen.size).toBe(500);
  });

  it('keeps most of the ink away from the border, so that no digit is cut off', () => {
    let border = 0;
    let inner = 0;
    for (let p = 0; p < train.images.length; p++) {
      const x = p % 28;
      const y = Math.floor(p / 28) % 28;
      const ink = Math.max((train.images[p] ?? 0) - 60, 0);
      if (x === 0 || x === 27 || y === 0 || y === 27) border += ink;
      else inner += ink;
    }
    expect(border).toBeLessThan(0.01 * inner);
  });
});
