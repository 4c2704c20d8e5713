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
} from '../../../src/index.ts';
import { conv2d } from '../../../src/ops/index.ts';
import { expectExactly, expectRelative, expectSums, expectWithin } from '../../helpers/compare.ts';
import { type ConvCase, labelOf, largeCases, numbersOf, remainders, termsOf } from '../../helpers/convCases.ts';
import { expectArgumentError, expectError, shown } from '../../helpers/errors.ts';
import { describeOut } from '../../helpers/out.ts';
import { formats, made } from '../../helpers/tensors.ts';
import { at, type DType, dtypes, epsilon, filled, magnitude, map, random, valuesOf } from '../../helpers/values.ts';
import type { ConvOptions } from '../../reference/conv2d.ts';
import * as reference from '../../reference/conv2d.ts';

/** What is promised here element by element is promised of the direct sum; the other algorithms have a file of their own. */
const direct = (options: ConvOptions) => ({ ...options, algorithm: 'direct' as const });

function check(c: ConvCase, dtype: DType): void {
  const { x, w, b, dy } = numbersOf(c, dtype);
  const expected = reference.conv2d(x, w, b, c.options);
  const scale = reference.conv2d(magnitude(x), magnitude(w), magnitude(b), c.options);
  for (const format of formats)
    scope(() => {
      const y = conv2d(made(x, dtype, format), made(w, dtype), made(b, dtype), direct(c.options));
      expectSums(y, expected, { scale, terms: termsOf(c, dy).y, dtype, label: `y of ${labelOf(c)}, ${format}` });
    });
}

describe.each(dtypes)('conv2d in %s by the direct sum, both memory formats', dtype => {
  it.each(remainders)('$name', ({ cases }) => {
    for (const c of cases) check(c, dtype);
  });

  it('larger than every block', () => {
    for (const c of largeCases(dtype).forward) {
      const { x, w, b } = numbersOf(c, dtype);
      const expected = reference.conv2d(x, w, b, c.options);
      for (const format of formats)
        scope(() => {
          const y = conv2d(made(x, dtype, format), made(w, dtype), made(b, dtype), direct(c.options));
          expectRelative(y, expected, 128 * epsilon[dtype], `y of ${labelOf(c)}, ${format}`);
        });
    }
  });

  it('without bias', () => {
    const [x, w] = [random([2, 3, 5, 6], 1, dtype), random([9, 3, 3, 3], 2, dtype)];
    const expected = reference.conv2d(x, w, null, { padding: 1 });
    for (const none of [undefined, null])
      expectWithin(conv2d(made(x, dtype), made(w, dtype), none, { padding: 1 }), expected, () => 1e-5);
  });

  it('filters in channels-last order, too', () => {
    const [x, w] = [random([2, 3, 5, 6], 1, dtype), random([9, 3, 3, 3], 2, dtype)];
    const usual = conv2d(made(x, dtype), made(w, dtype), null, {});
    expectExactly(conv2d(made(x, dtype), made(w, dtype, 'channels-last'), null, {}), valuesOf(usual.shape, usual.data));
  });

  it.each([
    ['relu', (value: number) => Math.max(0, value)],
    ['relu6', (value: number) => Math.min(6, Math.max(0, value))],
  ] as const)('with %s at the end, on every remainder', (activation, apply) => {
    for (const outChannels of [1, 3, 4, 5, 8, 9, 17]) {
      for (const width of [1, 3, 4, 5, 6, 7]) {
        const x = map(random([2, 3, 4, width], width, dtype), value => 4 * value);
        const [w, b] = [random([outChannels, 3, 3, 3], outChannels, dtype), random([outChannels], 3, dtype)];
        const plain = conv2d(made(x, dtype), made(w, dtype), made(b, dtype), { padding: 1 });
        const fused = conv2d(made(x, dtype), made(w, dtype), made(b, dtype), { padding: 1, activation });
        expectExactly(fused, map(valuesOf(plain.shape, plain.data), apply), `${outChannels} channels, width ${width}`);
      }
    }
  });

  it('leaves its inputs as they were', () => {
    for (const format of formats) {
      const numbers = [random([2, 3, 5, 6], 1, dtype), random([9, 3, 3, 3], 2, dtype), random([9], 3, dtype)] as const;
      const [x, w, b] = [made(numbers[0], dtype, format), made(numbers[1], dtype), made(numbers[2], dtype)];
      conv2d(x, w, b, { padding: 1 });
      [x, w, b].forEach((t, i) => {
        expectExactly(t, at(numbers as never, i) as never);
      });
    }
  });

  it('gives the same bits twice, and from either memory format', () => {
    const [x, w] = [random([2, 5, 9, 11], 1, dtype), random([9, 5, 3, 3], 2, dtype)];
    const first = conv2d(made(x, dtype), made(w, dtype), null, { padding: 1 });
    for (const format of formats)
      expectExactly(
        conv2d(made(x, dtype, format), made(w, dtype), null, { padding: 1 }),
        valuesOf(first.shape, first.data),
      );
  });
});

describe('conv2d by the direct sum sends NaN and infinities where IEEE arithmetic does', () => {
  const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

  it.each(dtypes)('a special pixel reaches exactly the windows that hold it, in %s', dtype => {
    for (const value of special) {
      for (const format of formats) {
        const x = map(random([2, 3, 5, 6], 1, dtype), (v, i) => (i === 3 * 30 + 40 ? value : v));
        const [w, b] = [random([9, 3, 3, 3], 2, dtype), random([9], 3, dtype)];
        const expected = reference.conv2d(x, w, b, { padding: 1 });
        const y = conv2d(made(x, dtype, format), made(w, dtype), made(b, dtype), direct({ padding: 1 }));
        expect(expected.data.filter(v => !Number.isFinite(v))).toHaveLength(9 * 9);
        expectWithin(y, expected, () => 1e-5, `${value}, ${format}`);
      }
    }
  });

  it.each(dtypes)('0 times infinity and infinity minus infinity are NaN, in %s', dtype => {
    const infinite = made(filled([1, 1, 3, 3], Number.POSITIVE_INFINITY), dtype);
    expect(at(conv2d(infinite, zeros([1, 1, 3, 3], dtype), null, direct({})).data, 0)).toBeNaN();
    const signs = made(
      filled([1, 1, 3, 3], i => (i % 2 ? 1 : -1)),
      dtype,
    );
    expect(at(conv2d(infinite, signs, null, direct({})).data, 0)).toBeNaN();
    expect(at(conv2d(infinite, made(filled([1, 1, 3, 3], 1), dtype), null, direct({})).data, 0)).toBe(
      Number.POSITIVE_INFINITY,
    );
  });

  it.each(dtypes)('a special filter value or bias reaches its own channel only, in %s', dtype => {
    for (const value of special) {
      const x = map(random([1, 3, 4, 5], 1, dtype), v => v + 2);
      const w = map(random([9, 3, 1, 1], 2, dtype), (v, i) => (i === 3 * 4 + 1 ? value : v));
      const b = map(random([9], 3, dtype), (v, i) => (i === 7 ? value : v));
      const expected = reference.conv2d(x, w, b, {});
      expect(expected.data.filter(v => !Number.isFinite(v))).toHaveLength(2 * 20);
      expectWithin(conv2d(made(x, dtype), made(w, dtype), made(b, dtype), {}), expected, () => 1e-5);
    }
  });

  it.each(dtypes)('an infinite filter value meets the zeros of the padding: NaN there, in %s', dtype => {
    const w = filled([1, 1, 3, 3], i => (i === 0 ? Number.POSITIVE_INFINITY : 1));
    const y = conv2d(made(filled([1, 1, 3, 3], 1), dtype), made(w, dtype), null, direct({ padding: 1 }));
    const [inf, nan] = [Number.POSITIVE_INFINITY, Number.NaN];
    expectExactly(y, valuesOf([1, 1, 3, 3], [nan, nan, nan, nan, inf, inf, nan, inf, inf]));
  });

  it.each(['relu', 'relu6'] as const)('%s at the end lets NaN through, by every algorithm', activation => {
    const x = tensor([Number.NaN, -1, 7], [1, 1, 1, 3]);
    const limited = [Number.NaN, 0, activation === 'relu' ? 7 : 6];
    for (const algorithm of ['direct', 'planar'] as const) {
      const y = conv2d(x, tensor([1], [1, 1, 1, 1]), null, { activation, algorithm });
      expect([...y.data], algorithm).toEqual(limited);
    }
    // Every pixel of a tile has NaN in it by Winograd; by the others those whose window holds it.
    for (const groups of [1, 8])
      for (const algorithm of ['direct', 'planar', 'winograd2', 'winograd4'] as const) {
        if (groups > 1 && algorithm.startsWith('winograd')) continue;
        const images = made(filled([1, 8, 9, 9], i => (i % 81 === 40 ? Number.NaN : -1)));
        const w = made(filled([8, 8 / groups, 3, 3], 1));
        const y = conv2d(images, w, null, { padding: 1, groups, activation, algorithm }).data;
        for (let channel = 0; channel < 8; channel++) {
          for (const pixel of [30, 31, 32, 39, 40, 41, 48, 49, 50])
            expect(y[81 * channel + pixel], algorithm).toBeNaN();
          if (!algorithm.startsWith('winograd')) expect(y[81 * channel + 29], algorithm).toBe(0);
        }
      }
  });
});

describe('conv2d refuses', () => {
  const [x, w, b] = [() => zeros([2, 4, 5, 6]), () => zeros([8, 4, 3, 3]), () => zeros([8])];

  it.each([
    ['an input that is not 4-D', 'x', '[4, 5, 6]', () => conv2d(zeros([4, 5, 6]), w())],
    ['filters that are not 4-D', 'w', '[8, 4, 3]', () => conv2d(x(), zeros([8, 4, 3]))],
    ['filters for other channels', 'x', '[2, 4, 5, 6]', () => conv2d(x(), zeros([8, 3, 3, 3]))],
    ['filters for other groups', 'x', '[2, 4, 5, 6]', () => conv2d(x(), w(), null, { groups: 2 })],
    ['a bias of another length', 'b', '[7]', () => conv2d(x(), w(), zeros([7]))],
    ['a bias that is not 1-D', 'b', '[1, 8]', () => conv2d(x(), w(), zeros([1, 8]))],
    ['a kernel higher than the padded input', 'kernelSize', /6.*height of 5/, () => conv2d(x(), zeros([8, 4, 6, 3]))],
    [
      'a dilated kernel wider than the padded input',
      'kernelSize',
      /9.*width of 8/,
      () => conv2d(x(), zeros([8, 4, 1, 5]), null, { dilation: 2, padding: [0, 1] }),
    ],
  ] as const)('%s', (_, argument, value, run) => expectArgumentError(run, ShapeError, argument, value));

  it.each([
    ['stride', [0, -1, 1.5, Number.NaN, [1], [1, 2, 3], [1, 0], '2']],
    ['dilation', [0, -1, 0.5, [1, 0], [1, 2, 3]]],
    ['padding', [-1, 0.5, [1], [1, 2, 3], [1, 1, 1, -1], 'full', Number.NaN]],
    ['groups', [0, -1, 1.5, 3]],
    ['activation', ['tanh', 1]],
    ['algorithm', ['fastest', 4, null]],
  ] as const)('%s of no meaning', (argument, values) => {
    for (const value of values)
      expectArgumentError(
        () => conv2d(x(), w(), null, { [argument]: value } as never),
        ArgumentError,
        argument,
        shown(value),
      );
  });

  it('tensors of several dtypes', () => {
    expectArgumentError(() => conv2d(x(), zeros([8, 4, 3, 3], 'float64')), DTypeError, 'w', 'float64', 'float32');
    expectArgumentError(() => conv2d(x(), w(), zeros([8], 'float64')), DTypeError, 'b', 'float64', 'float32');
  });

  it('disposed tensors', () => {
    for (const index of [0, 1, 2]) {
      const all = [x(), w(), b()] as const;
      (all[index] as Tensor).dispose();
      expectError(() => conv2d(...all), DisposedError, ['x', 'w', 'b'][index] as string);
    }
  });

  it('what is no tensor of ours', () => {
    const fake = { shape: [2, 4, 5, 6], dtype: 'float32', data: new Float32Array(240) } as unknown as Tensor;
    for (const foreign of [fake, new Float32Array(240) as never, undefined as never])
      expectError(() => conv2d(foreign, w()), ForeignTensorError, 'x');
    expectError(() => conv2d(x(), fake), ForeignTensorError, 'w');
    expectError(() => conv2d(x(), w(), fake), ForeignTensorError, 'b');
  });
});

describeOut({
  conv2d: (options, dtype) =>
    conv2d(made(random([2, 3, 5, 6], 1, dtype), dtype), made(random([9, 3, 3, 3], 2, dtype), dtype), null, {
      padding: 1,
      ...options,
    }),
});
