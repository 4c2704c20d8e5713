import { describe, expect, it } from 'vitest';
import { plainFilterGrad, plainForward, plainInputGrad } from '../../bench/plainLoop.ts';
import { outSize } from '../../bench/shapes.ts';
import { exactResults, SMALL_SHAPES } from './smallShapes.ts';

function expectClose(actual: ArrayLike<number>, expected: Float64Array): void {
  expected.forEach((value, i) => {
    expect(actual[i]).toBeCloseTo(value, 4);
  });
}

describe.each(SMALL_SHAPES)('plain loop, $name', s => {
  const { host, y, dx, dw } = exactResults(s);
  const whole = { images: s.batch, first: 0, end: outSize(s) };

  it('computes the forward pass', () => {
    const result = new Float32Array(y.length).fill(Number.NaN);
    plainForward(host.x, host.w, result, s, whole);
    expectClose(result, y);
  });

  it('computes the input gradient', () => {
    const result = new Float32Array(dx.length).fill(Number.NaN);
    plainInputGrad(host.dy, host.w, result, s, whole);
    expectClose(result, dx);
  });

  it('computes the filter gradient', () => {
    const result = new Float32Array(dw.length).fill(Number.NaN);
    plainFilterGrad(host.x, host.dy, result, s, whole);
    expectClose(result, dw);
  });

  it('computes the rows of a slice, and no others', () => {
    const result = new Float32Array(y.length).fill(Number.NaN);
    plainForward(host.x, host.w, result, s, { images: 1, first: 1, end: 3 });
    const out = outSize(s);
    result.forEach((value, i) => {
      const [image, row] = [Math.floor(i / (s.outChannels * out * out)), Math.floor(i / out) % out];
      if (image === 0 && row >= 1 && row < 3) expect(value).toBeCloseTo(y[i] as number, 4);
      else expect(value).toBeNaN();
    });
  });
});
