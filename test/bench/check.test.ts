import { describe, expect, it } from 'vitest';
import {
  checkResult,
  filterGradElement,
  forwardElement,
  inputGradElement,
  WrongResultError,
} from '../../bench/check.ts';
import { exactResults, SMALL_SHAPES } from './smallShapes.ts';

describe.each(SMALL_SHAPES)('element by the definition, $name', s => {
  const { host, y, dx, dw } = exactResults(s);

  it.each([
    ['y', forwardElement, y],
    ['dx', inputGradElement, dx],
    ['dw', filterGradElement, dw],
  ] as const)('%s', (_, elementOf, expected) => {
    expected.forEach((value, i) => {
      expect(elementOf(host, s, i)).toBeCloseTo(value, 12);
    });
  });
});

describe('checkResult', () => {
  const [s] = SMALL_SHAPES as [(typeof SMALL_SHAPES)[number]];
  const { host, y } = exactResults(s);
  const check = (result: ArrayLike<number>) => () => checkResult('the name', result, forwardElement, host, s);

  it('accepts what float32 rounds', () => {
    expect(check(Float32Array.from(y))).not.toThrow();
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 0.001])('rejects a last element that is off by %d', error => {
    const wrong = Float32Array.from(y);
    wrong[y.length - 1] = (y.at(-1) as number) + error;
    expect(check(wrong)).toThrow(WrongResultError);
    expect(check(wrong)).toThrow(/the name: element 287/);
  });

  it('rejects a result that was never written', () => {
    expect(check(new Float32Array(y.length))).toThrow(WrongResultError);
  });
});
