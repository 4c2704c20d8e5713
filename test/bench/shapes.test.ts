import { describe, expect, it } from 'vitest';
import { filterShape, flopsOf, inputShape, outputShape, SHAPES, TARGET } from '../../bench/shapes.ts';
import { taps } from '../reference/conv2d.ts';

const byName = (name: string) => {
  const found = SHAPES.find(shape => shape.name === name);
  if (!found) throw new Error(`no shape ${name}`);
  return found;
};

describe('shapes', () => {
  it('have names of their own', () => {
    expect(SHAPES).toHaveLength(20);
    expect(new Set(SHAPES.map(({ name }) => name)).size).toBe(20);
    expect(SHAPES.map(({ name }) => name)).toContain(TARGET.shape);
  });

  it('have the sizes that their names say', () => {
    const s = byName('depthwise 144 3x3 s2 @56');
    expect(inputShape(s)).toEqual([1, 144, 56, 56]);
    expect(filterShape(s)).toEqual([144, 1, 3, 3]);
    expect(outputShape(s)).toEqual([1, 144, 28, 28]);
    expect(outputShape(byName('3->64 7x7 s2 @224'))).toEqual([1, 64, 112, 112]);
    expect(inputShape(byName('b32 1->6 5x5 @28'))).toEqual([32, 1, 28, 28]);
  });

  it.each(SHAPES)('$name has the output size of the definition', s => {
    expect(outputShape(s)).toEqual(taps(inputShape(s), filterShape(s), s).outputShape);
  });

  it('count two operations for each product', () => {
    expect(flopsOf(byName('64->64 3x3 @56'))).toBe(2 * 64 * 64 * 9 * 56 * 56);
    expect(flopsOf(byName('depthwise 144 3x3 s2 @56'))).toBe(2 * 144 * 9 * 28 * 28);
    expect(flopsOf(byName('b32 8->16 3x3 @14'))).toBe(32 * 2 * 8 * 16 * 9 * 14 * 14);
  });
});
