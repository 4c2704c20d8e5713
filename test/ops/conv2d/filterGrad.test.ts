import { describe, it } from 'vitest';
import {
  ArgumentError,
  DisposedError,
  DTypeError,
  ForeignTensorError,
  ShapeError,
  scope,
  zeros,
} from '../../../src/index.ts';
import { conv2dFilterGrad } from '../../../src/ops/index.ts';
import { expectExactly, expectRelative, expectSums } from '../../helpers/compare.ts';
import { type ConvCase, labelOf, largeCases, numbersOf, remainders, termsOf } from '../../helpers/convCases.ts';
import { expectArgumentError, expectError, shown } from '../../helpers/errors.ts';
import { describeOut } from '../../helpers/out.ts';
import { formats, made } from '../../helpers/tensors.ts';
import { type DType, dtypes, epsilon, magnitude, random, scaled } from '../../helpers/values.ts';
import * as reference from '../../reference/conv2d.ts';

const mixed = [
  ['contiguous', 'contiguous'],
  ['channels-last', 'channels-last'],
  ['contiguous', 'channels-last'],
] as const;

function check(c: ConvCase, dtype: DType, scale = 1): void {
  const { x, w, dy } = numbersOf(c, dtype);
  const expected = scaled(reference.conv2dFilterGrad(x, dy, w.shape, c.options), scale);
  const bound = scaled(reference.conv2dFilterGrad(magnitude(x), magnitude(dy), w.shape, c.options), scale);
  for (const [xFormat, dyFormat] of mixed)
    scope(() => {
      const dw = conv2dFilterGrad(made(x, dtype, xFormat), made(dy, dtype, dyFormat), w.shape, {
        ...c.options,
        algorithm: 'direct',
        scale,
      });
      const label = `dw of ${labelOf(c)}, x ${xFormat}, dy ${dyFormat}`;
      expectSums(dw, expected, { scale: bound, terms: termsOf(c, dy).dw, dtype, label });
    });
}

describe.each(dtypes)(
  'conv2dFilterGrad in %s by the direct sum, all memory formats, is the sum over all windows',
  dtype => {
    it.each(remainders)('$name', ({ cases }) => {
      for (const c of cases) check(c, dtype);
    });

    it('larger than every block', () => {
      for (const c of largeCases(dtype).filterGrad) {
        const { x, w, dy } = numbersOf(c, dtype);
        const expected = reference.conv2dFilterGrad(x, dy, w.shape, c.options);
        for (const format of formats)
          scope(() => {
            const dw = conv2dFilterGrad(made(x, dtype, format), made(dy, dtype, format), w.shape, {
              ...c.options,
              algorithm: 'direct',
            });
            expectRelative(dw, expected, 128 * epsilon[dtype], `dw of ${labelOf(c)}, ${format}`);
          });
      }
    });

    it('times `scale`', () => {
      for (const c of remainders.flatMap(({ cases }) => cases.slice(-1))) check(c, dtype, 1 / 3);
    });

    it('leaves its inputs as they were', () => {
      const numbers = { x: random([2, 3, 5, 6], 1, dtype), dy: random([2, 9, 5, 6], 2, dtype) };
      for (const format of formats) {
        const [x, dy] = [made(numbers.x, dtype, format), made(numbers.dy, dtype, format)];
        conv2dFilterGrad(x, dy, [9, 3, 3, 3], { padding: 1 });
        expectExactly(x, numbers.x);
        expectExactly(dy, numbers.dy);
      }
    });
  },
);

describe('conv2dFilterGrad refuses', () => {
  const [x, dy, filterShape] = [() => zeros([2, 4, 5, 6]), () => zeros([2, 8, 3, 4]), [8, 4, 3, 3]] as const;

  it.each([
    ['an input that is not 4-D', 'x', '[4, 5, 6]', () => conv2dFilterGrad(zeros([4, 5, 6]), dy(), filterShape)],
    [
      'an output gradient that is not 4-D',
      'dy',
      '[8, 3, 4]',
      () => conv2dFilterGrad(x(), zeros([8, 3, 4]), filterShape),
    ],
    ['one of another batch', 'dy', '[3, 8, 3, 4]', () => conv2dFilterGrad(x(), zeros([3, 8, 3, 4]), filterShape)],
    ['one of other channels', 'dy', '[2, 7, 3, 4]', () => conv2dFilterGrad(x(), zeros([2, 7, 3, 4]), filterShape)],
    ['one of another size', 'dy', '[2, 8, 4, 4]', () => conv2dFilterGrad(x(), zeros([2, 8, 4, 4]), filterShape)],
    ['a filter shape for other channels', 'x', '[2, 4, 5, 6]', () => conv2dFilterGrad(x(), dy(), [8, 3, 3, 3])],
    ['a filter shape that is not 4-D', 'filterShape', '[8, 4, 3]', () => conv2dFilterGrad(x(), dy(), [8, 4, 3])],
  ] as const)('%s', (_, argument, value, run) => expectArgumentError(run, ShapeError, argument, value));

  it.each([
    ['stride', [0, -1, 1.5]],
    ['dilation', [0]],
    ['padding', [-1, 'full']],
    ['groups', [0, 3]],
    ['algorithm', ['fastest']],
  ] as const)('%s of no meaning', (argument, values) => {
    for (const value of values)
      expectArgumentError(
        () => conv2dFilterGrad(x(), dy(), filterShape, { [argument]: value } as never),
        ArgumentError,
        argument,
        shown(value),
      );
  });

  it('tensors of several dtypes, disposed ones and foreign ones', () => {
    expectArgumentError(
      () => conv2dFilterGrad(x(), zeros([2, 8, 3, 4], 'float64'), filterShape),
      DTypeError,
      'dy',
      'float64',
    );
    const gone = x();
    gone.dispose();
    expectError(() => conv2dFilterGrad(gone, dy(), filterShape), DisposedError, 'x');
    expectError(() => conv2dFilterGrad(x(), {} as never, filterShape), ForeignTensorError, 'dy');
  });
});

describeOut({
  conv2dFilterGrad: (options, dtype) =>
    conv2dFilterGrad(
      made(random([2, 3, 5, 6], 1, dtype), dtype),
      made(random([2, 9, 5, 6], 2, dtype), dtype),
      [9, 3, 3, 3],
      {
        padding: 1,
        ...options,
      },
    ),
});
