import { describe, expect, it } from 'vitest';
import {
  ArgumentError,
  DisposedError,
  DTypeError,
  ForeignTensorError,
  ShapeError,
  scope,
  type Tensor,
  tensor,
  zeros,
} from '../../src/index.ts';
import { avgPool2d, avgPool2dGrad, maxPool2d, maxPool2dGrad } from '../../src/ops/index.ts';
import { expectExactly, expectRelative, expectSums } from '../helpers/compare.ts';
import { expectArgumentError, expectError, shown } from '../helpers/errors.ts';
import { maxPool2dOfNumbers } from '../helpers/maxPoolOfNumbers.ts';
import { describeOut } from '../helpers/out.ts';
import { poolLabel, poolSeries } from '../helpers/poolCases.ts';
import { type Format, formats, made } from '../helpers/tensors.ts';
import { dtypes, epsilon, filled, magnitude, map, random, valuesOf } from '../helpers/values.ts';
import { pair } from '../reference/conv2d.ts';
import * as reference from '../reference/pooling.ts';

describe('maxPool2dOfNumbers, both memory formats', () => {
  it.each(poolSeries)('is the largest of each window: $name', ({ cases }) => {
    for (const c of cases) {
      const x = random(c.shape, 1, 'float32');
      const expected = reference.maxPool2d(x, c.options);
      for (const format of formats)
        scope(() => expectExactly(maxPool2dOfNumbers(made(x, 'float32', format), c.options), expected, poolLabel(c)));
    }
  });

  it('skips NaN; -infinity where there is nothing else', () => {
    for (const channels of [1, 3, 4, 5, 16, 21]) {
      for (const options of [
        { kernelSize: 2 },
        { kernelSize: 3, stride: 1, padding: 1 },
        { kernelSize: [2, 4] as [number, number] },
      ]) {
        const x = map(random([2, channels, 6, 9], channels, 'float32'), (value, i) => (i % 3 > 0 ? value : Number.NaN));
        const lowest = map(x, value => (Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value));
        const nothing = filled(x.shape, Number.NaN);
        for (const format of formats) {
          const pooled = (values: typeof x) => maxPool2dOfNumbers(made(values, 'float32', format), options);
          expectExactly(pooled(x), reference.maxPool2d(lowest, options));
          const least = reference.maxPool2d(filled(x.shape, Number.NEGATIVE_INFINITY), options);
          expectExactly(pooled(nothing), least);
        }
      }
    }
  });
});

describe.each(dtypes)('maxPool2d in %s, both memory formats', dtype => {
  it.each(poolSeries)('the largest of each window, exactly: $name', ({ cases }) => {
    for (const c of cases) {
      const x = random(c.shape, 1, dtype);
      const expected = reference.maxPool2d(x, c.options);
      for (const format of formats)
        scope(() =>
          expectExactly(maxPool2d(made(x, dtype, format), c.options), expected, `${poolLabel(c)}, ${format}`),
        );
    }
  });

  it.each(poolSeries)('the gradient goes to the largest of each window: $name', ({ cases }) => {
    for (const c of cases) {
      const x = random(c.shape, 1, dtype);
      const dy = random(reference.windows(c.shape, c.options).outputShape, 2, dtype);
      const expected = reference.maxPool2dGrad(dy, x, c.options);
      for (const xFormat of formats)
        for (const dyFormat of formats)
          scope(() => {
            const dx = maxPool2dGrad(made(dy, dtype, dyFormat), made(x, dtype, xFormat), c.options);
            expectRelative(dx, expected, 16 * epsilon[dtype], `${poolLabel(c)}, x ${xFormat}, dy ${dyFormat}`);
          });
    }
  });

  it('the gradient of a tie goes to the first in row-major order', () => {
    for (const shape of [
      [1, 1, 6, 7],
      [2, 5, 6, 7],
      [2, 5, 6, 23],
    ]) {
      const x = map(random(shape, 1), value => Math.round(value));
      const options = { kernelSize: 3, stride: 2, padding: 1 };
      const dy = filled(reference.windows(shape, options).outputShape, i => i + 1);
      for (const format of formats)
        expectExactly(
          maxPool2dGrad(made(dy, dtype), made(x, dtype, format), options),
          reference.maxPool2dGrad(dy, x, options),
        );
    }
  });

  it('negative inputs beat the padding', () => {
    const y = maxPool2d(made(filled([1, 2, 3, 3], -5), dtype), { kernelSize: 3, stride: 1, padding: 1 });
    expectExactly(y, filled([1, 2, 3, 3], -5));
  });

  it('NaN propagates to each window that holds it, wherever it stands; infinities compare as numbers', () => {
    for (const channels of [1, 3, 4, 5, 9, 17]) {
      for (const options of [
        { kernelSize: 2 },
        { kernelSize: 3, stride: 1, padding: 1 },
        { kernelSize: 3, stride: 2 },
      ]) {
        for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
          // 17 * 4 pixels: in each plane it stands elsewhere.
          for (const every of [7, 13]) {
            const shape = [1, channels, 4, 17];
            const x = map(random(shape, 1, dtype), (v, i) => (i % every === 3 ? value : v));
            const expected = reference.maxPool2d(x, options);
            for (const format of formats)
              expectExactly(
                maxPool2d(made(x, dtype, format), options),
                expected,
                `${value}, each ${every}, ${format}, ${channels} channels, ${JSON.stringify(options)}`,
              );
          }
        }
      }
    }
    for (const format of formats) {
      const lowest = made(filled([1, 5, 2, 10], Number.NEGATIVE_INFINITY), dtype, format);
      expectExactly(maxPool2d(lowest, { kernelSize: 2 }), filled([1, 5, 1, 5], Number.NEGATIVE_INFINITY));
    }
  });

  it('the gradient of 2 x 2 goes to the first of the largest, for every order of equal values and NaN', () => {
    const values = [0, 1, 2, Number.NaN];
    // The windows of a row one after another hold every order there is.
    const shape = [2, 5, 2, 2 * 256];
    const x = filled(shape, i => {
      const [row, column] = [Math.floor(i / 512) % 2, i % 512];
      return values[((column >> 1) >> (2 * (2 * row + (column & 1)))) & 3] as number;
    });
    const dy = filled([2, 5, 1, 256], i => i + 1);
    const expected = reference.maxPool2dGrad(dy, x, { kernelSize: 2 });
    for (const format of formats)
      expectExactly(maxPool2dGrad(made(dy, dtype), made(x, dtype, format), { kernelSize: 2 }), expected, format);
  });

  it('so it does in images of one window', () => {
    const values = [0, 1, 2, Number.NaN];
    for (const channels of [1, 4, 5]) {
      for (let order = 0; order < 256; order++) {
        const at = (i: number): number => values[(order >> (2 * (i % 4))) & 3] as number;
        const x = filled([1, channels, 2, 2], at);
        const dy = filled([1, channels, 1, 1], 3);
        const expected = reference.maxPool2dGrad(dy, x, { kernelSize: 2 });
        for (const format of formats) {
          const dx = maxPool2dGrad(made(dy, dtype), made(x, dtype, format), { kernelSize: 2 });
          expectExactly(dx, expected, `order ${order}, ${channels} channels, ${format}`);
        }
      }
    }
  });

  it('the gradient of a window with NaNs goes to the first of them', () => {
    for (const format of formats) {
      const x = made(
        filled([1, 5, 2, 2], i => [9, Number.NaN, Number.NaN, 1][i % 4] as number),
        dtype,
        format,
      );
      const dx = maxPool2dGrad(made(filled([1, 5, 1, 1], 3), dtype), x, { kernelSize: 2 });
      expectExactly(
        dx,
        filled([1, 5, 2, 2], i => (i % 4 === 1 ? 3 : 0)),
      );
    }
  });

  it('the gradient of a window of minus infinities goes to its first pixel', () => {
    const x = made(filled([1, 5, 2, 2], Number.NEGATIVE_INFINITY), dtype);
    const dx = maxPool2dGrad(made(filled([1, 5, 1, 1], 3), dtype), x, { kernelSize: 2 });
    expectExactly(
      dx,
      filled([1, 5, 2, 2], i => (i % 4 === 0 ? 3 : 0)),
    );
  });
});

describe('maxPool2d', () => {
  it('steps by its kernel size unless told otherwise', () => {
    expect(maxPool2d(zeros([1, 1, 7, 9]), { kernelSize: [2, 3] }).shape).toEqual([1, 1, 3, 3]);
  });

  it('leaves its inputs as they were', () => {
    const numbers = random([2, 3, 4, 6], 1, 'float32');
    for (const format of formats) {
      const [x, dy] = [made(numbers, 'float32', format), made(filled([2, 3, 2, 3], 1), 'float32', format)];
      maxPool2d(x, { kernelSize: 2 });
      maxPool2dGrad(dy, x, { kernelSize: 2 });
      expectExactly(x, numbers);
      expectExactly(dy, filled([2, 3, 2, 3], 1));
    }
  });

  it('refuses a gradient of another dtype', () =>
    expectArgumentError(
      () => maxPool2dGrad(zeros([1, 1, 1, 1], 'float64'), zeros([1, 1, 2, 2]), { kernelSize: 2 }),
      DTypeError,
      'x',
      'float64',
    ));

  it('takes the largest of four', () => {
    const x = tensor([1, 3, 2, 1, 2, 9, 1, 1, 1, 3, 2, 3, 5, 6, 1, 2], [1, 1, 4, 4]);
    expectExactly(maxPool2d(x, { kernelSize: 2 }), valuesOf([1, 1, 2, 2], [9, 2, 6, 3]));
  });
});

describe.each(dtypes)('pools of both memory formats, in %s', dtype => {
  it.each(poolSeries)('give the same bits: $name', ({ cases }) => {
    for (const c of cases) {
      const x = random(c.shape, 1, dtype);
      const dy = random(reference.windows(c.shape, c.options).outputShape, 2, dtype);
      const passes: Record<string, (format: Format) => Tensor> = {
        max: format => maxPool2d(made(x, dtype, format), c.options),
        'gradient of max': format => maxPool2dGrad(made(dy, dtype, format), made(x, dtype, format), c.options),
        average: format => avgPool2d(made(x, dtype, format), c.options),
        'gradient of average': format => avgPool2dGrad(made(dy, dtype, format), c.shape, c.options),
      };
      for (const [name, pass] of Object.entries(passes))
        scope(() => {
          const [planes, pixels] = formats.map(format => Array.from(pass(format).data));
          expect(planes, `${name}, ${poolLabel(c)}`).toEqual(pixels);
        });
    }
  });

  it('leave the result in the format of the input, gradients in that of x, or of dy', () => {
    for (const [format, kept] of [
      ['contiguous', 'contiguous'],
      ['channels-last', 'channelsLast'],
    ] as const) {
      const x = made(random([2, 5, 6, 8], 1, dtype), dtype, format);
      const dy = made(random([2, 5, 3, 4], 1, dtype), dtype, format);
      const other = made(
        random([2, 5, 3, 4], 1, dtype),
        dtype,
        format === 'contiguous' ? 'channels-last' : 'contiguous',
      );
      const options = { kernelSize: 2 };
      expect(maxPool2d(x, options).format).toBe(kept);
      expect(avgPool2d(x, options).format).toBe(kept);
      expect(maxPool2dGrad(dy, x, options).format).toBe(kept);
      expect(maxPool2dGrad(other, x, options).format).toBe(kept);
      expect(avgPool2dGrad(dy, x.shape, options).format).toBe(kept);
    }
  });

  it('give zeros of both signs as -0, whatever their order', () => {
    const zeros = [0, -0];
    const x = filled([1, 5, 2, 2 * 16], i => {
      const [row, column] = [Math.floor(i / 32) % 2, i % 32];
      return zeros[((column >> 1) >> (2 * row + (column & 1))) & 1] as number;
    });
    // The first window has no -0.
    const expected = Array.from({ length: 5 * 16 }, (_, i) => (i % 16 === 0 ? 0 : -0));
    for (const format of formats)
      expect(Array.from(maxPool2d(made(x, dtype, format), { kernelSize: 2 }).data), format).toEqual(expected);
  });
});

const countings = [true, false];

describe.each(dtypes)('avgPool2d in %s, both memory formats', dtype => {
  it.each(poolSeries)('the mean of each window, with or without the padding: $name', ({ cases }) => {
    for (const c of cases) {
      const [kh, kw] = pair(c.options.kernelSize);
      const x = random(c.shape, 1, dtype);
      for (const countIncludePad of countings) {
        const options = { ...c.options, countIncludePad };
        const expected = reference.avgPool2d(x, options);
        const scale = reference.avgPool2d(magnitude(x), options);
        for (const format of formats)
          scope(() => {
            const label = `${poolLabel(c)}, countIncludePad ${countIncludePad}, ${format}`;
            // c = 2: the division, or the product with the inverse, rounds as well.
            expectSums(avgPool2d(made(x, dtype, format), options), expected, {
              scale,
              terms: kh * kw,
              dtype,
              c: 2,
              label,
            });
          });
      }
    }
  });

  it.each(poolSeries)('the gradient is spread evenly over each window: $name', ({ cases }) => {
    for (const c of cases) {
      const [kh, kw] = pair(c.options.kernelSize);
      const dy = random(reference.windows(c.shape, c.options).outputShape, 2, dtype);
      for (const countIncludePad of countings) {
        const options = { ...c.options, countIncludePad };
        const expected = reference.avgPool2dGrad(dy, c.shape, options);
        const scale = reference.avgPool2dGrad(magnitude(dy), c.shape, options);
        for (const format of formats)
          scope(() => {
            const dx = avgPool2dGrad(made(dy, dtype, format), c.shape, options);
            const label = `${poolLabel(c)}, countIncludePad ${countIncludePad}, ${format}`;
            expectSums(dx, expected, { scale, terms: kh * kw, dtype, c: 2, label });
          });
      }
    }
  });

  it('NaN and infinities reach exactly the windows that hold them', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      for (const width of [4, 14]) {
        const x = filled([1, 5, 4, width], i => (i % 17 === 5 ? value : 1));
        for (const options of [{ kernelSize: 2 }, { kernelSize: 3, stride: 1 }])
          for (const format of formats)
            expectExactly(avgPool2d(made(x, dtype, format), options), reference.avgPool2d(x, options), format);
      }
    }
  });
});

describe('avgPool2d', () => {
  it('steps by its kernel size unless told otherwise, and counts the padding', () => {
    expect(avgPool2d(zeros([1, 1, 7, 9]), { kernelSize: [2, 3] }).shape).toEqual([1, 1, 3, 3]);
    const corner = avgPool2d(made(filled([1, 1, 3, 3], 9)), { kernelSize: 3, padding: 1, stride: 3 });
    expectExactly(corner, filled([1, 1, 1, 1], 4));
  });

  it('leaves its inputs as they were', () => {
    const numbers = random([2, 3, 4, 6], 1, 'float32');
    for (const format of formats) {
      const x = made(numbers, 'float32', format);
      avgPool2d(x, { kernelSize: 2 });
      avgPool2dGrad(x, [2, 3, 8, 12], { kernelSize: 2 });
      expectExactly(x, numbers);
    }
  });

  it('refuses an input shape that is not 4-D', () =>
    expectArgumentError(
      () => avgPool2dGrad(zeros([1, 1, 1, 1]), [1, 2, 2], { kernelSize: 2 }),
      ShapeError,
      'inputShape',
      '[1, 2, 2]',
    ));
});

type Options = { kernelSize: number };

/** What max and average pools refuse alike. */
function describePoolRefusals(
  name: string,
  pool: (x: Tensor, options: Options) => Tensor,
  poolGrad: (dy: Tensor, x: Tensor, options: Options) => Tensor,
): void {
  const x = (): Tensor => zeros([2, 3, 6, 8]);

  describe(`${name} refuses`, () => {
    it('an input that is not 4-D', () =>
      expectArgumentError(() => pool(zeros([3, 6, 8]), { kernelSize: 2 }), ShapeError, 'x', '[3, 6, 8]'));

    it('a kernel larger than the padded input', () => {
      expectArgumentError(() => pool(x(), { kernelSize: 7 }), ShapeError, 'kernelSize', '7');
    });

    it.each([
      ['kernelSize', [0, -1, 1.5, [2], [2, 0], [2, 2, 2], undefined]],
      ['stride', [0, -1, 1.5, [1, 2, 3], [0, 1]]],
      ['padding', [-1, 0.5, [1], [1, 2, 3], 'full']],
    ] as const)('%s of no meaning', (argument, values) => {
      for (const value of values)
        expectArgumentError(
          () => pool(x(), { kernelSize: 2, [argument]: value } as never),
          ArgumentError,
          argument,
          shown(value),
        );
    });

    it('an output gradient of another shape', () => {
      for (const shape of [
        [2, 3, 3, 5],
        [2, 3, 4, 4],
        [2, 2, 3, 4],
        [1, 3, 3, 4],
        [2, 3, 12],
      ])
        expectArgumentError(() => poolGrad(zeros(shape), x(), { kernelSize: 2 }), ShapeError, 'dy', shown(shape));
    });

    it('disposed and foreign tensors', () => {
      const gone = x();
      gone.dispose();
      expectError(() => pool(gone, { kernelSize: 2 }), DisposedError, 'x');
      expectError(() => pool({} as never, { kernelSize: 2 }), ForeignTensorError, 'x');
      expectError(() => poolGrad({} as never, x(), { kernelSize: 2 }), ForeignTensorError, 'dy');
    });
  });
}

describePoolRefusals('maxPool2d', maxPool2d, maxPool2dGrad);

describePoolRefusals('avgPool2d', avgPool2d, (dy, x, options) => avgPool2dGrad(dy, x.shape, options));

describeOut({
  maxPool2d: (options, dtype) => maxPool2d(made(random([2, 5, 4, 6], 1, dtype), dtype), { kernelSize: 2, ...options }),
  maxPool2dGrad: (options, dtype) =>
    maxPool2dGrad(made(random([2, 5, 2, 3], 1, dtype), dtype), made(random([2, 5, 4, 6], 2, dtype), dtype), {
      kernelSize: 2,
      ...options,
    }),

  avgPool2d: (options, dtype) => avgPool2d(made(random([2, 5, 4, 6], 1, dtype), dtype), { kernelSize: 2, ...options }),
  avgPool2dGrad: (options, dtype) =>
    avgPool2dGrad(made(random([2, 5, 2, 3], 1, dtype), dtype), [2, 5, 4, 6], { kernelSize: 2, ...options }),
});
