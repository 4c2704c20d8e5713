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
import { conv2dInputGrad } from '../../../src/ops/index.ts';
import { expectExactly, expectRelative, expectSums } from '../../helpers/compare.ts';
import { type ConvCase, labelOf, largeCases, numbersOf, remainders, termsOf } from '../../helpers/convCases.ts';
import { expectArgumentError, expectError, shown } from '../../helpers/errors.ts';
import { describeOut } from '../../helpers/out.ts';
import { formats, made } from '../../helpers/tensors.ts';
import { type DType, dtypes, epsilon, filled, magnitude, random } from '../../helpers/values.ts';
import * as reference from '../../reference/conv2d.ts';

function check(c: ConvCase, dtype: DType): void {
  const { x, w, dy } = numbersOf(c, dtype);
  const expected = reference.conv2dInputGrad(dy, w, x.shape, c.options);
  const scale = reference.conv2dInputGrad(magnitude(dy), magnitude(w), x.shape, c.options);
  for (const format of formats)
    scope(() => {
      const dx = conv2dInputGrad(made(dy, dtype, format), made(w, dtype), x.shape, {
        ...c.options,
        algorithm: 'direct',
      });
      expectSums(dx, expected, { scale, terms: termsOf(c, dy).dx, dtype, label: `dx of ${labelOf(c)}, ${format}` });
    });
}

describe.each(dtypes)(
  'conv2dInputGrad in %s by the direct sum, both memory formats, is the sum over the windows that hold a pixel',
  dtype => {
    it.each(remainders)('$name', ({ cases }) => {
      for (const c of cases) check(c, dtype);
    });

    it('larger than every block', () => {
      for (const c of largeCases(dtype).inputGrad) {
        const { x, w, dy } = numbersOf(c, dtype);
        const expected = reference.conv2dInputGrad(dy, w, x.shape, c.options);
        for (const format of formats)
          scope(() => {
            const dx = conv2dInputGrad(made(dy, dtype, format), made(w, dtype), x.shape, {
              ...c.options,
              algorithm: 'direct',
            });
            expectRelative(dx, expected, 128 * epsilon[dtype], `dx of ${labelOf(c)}, ${format}`);
          });
      }
    });

    it('is exactly zero where no window reaches', () => {
      const options = { stride: 3 };
      const dx = conv2dInputGrad(
        made(filled([1, 1, 2, 2], 1), dtype),
        made(filled([1, 1, 1, 1], 1), dtype),
        [1, 1, 5, 6],
        options,
      );
      expectExactly(
        dx,
        filled([1, 1, 5, 6], i => (i % 6 === 0 || i % 6 === 3 ? 1 : 0) * (Math.floor(i / 6) % 3 === 0 ? 1 : 0)),
      );
    });

    it('leaves its inputs as they were', () => {
      const numbers = { dy: random([2, 9, 5, 6], 1, dtype), w: random([9, 3, 3, 3], 2, dtype) };
      for (const format of formats) {
        const [dy, w] = [made(numbers.dy, dtype, format), made(numbers.w, dtype)];
        conv2dInputGrad(dy, w, [2, 3, 5, 6], { padding: 1 });
        expectExactly(dy, numbers.dy);
        expectExactly(w, numbers.w);
      }
    });
  },
);

describe('conv2dInputGrad refuses', () => {
  const [dy, w, inputShape] = [() => zeros([2, 8, 3, 4]), () => zeros([8, 4, 3, 3]), [2, 4, 5, 6]] as const;

  it.each([
    ['an output gradient that is not 4-D', 'dy', '[8, 3, 4]', () => conv2dInputGrad(zeros([8, 3, 4]), w(), inputShape)],
    ['one of another batch', 'dy', '[3, 8, 3, 4]', () => conv2dInputGrad(zeros([3, 8, 3, 4]), w(), inputShape)],
    ['one of other channels', 'dy', '[2, 7, 3, 4]', () => conv2dInputGrad(zeros([2, 7, 3, 4]), w(), inputShape)],
    ['one of another height', 'dy', '[2, 8, 4, 4]', () => conv2dInputGrad(zeros([2, 8, 4, 4]), w(), inputShape)],
    ['one of another width', 'dy', '[2, 8, 3, 5]', () => conv2dInputGrad(zeros([2, 8, 3, 5]), w(), inputShape)],
    [
      'filters for other channels',
      'inputShape',
      '[2, 4, 5, 6]',
      () => conv2dInputGrad(dy(), zeros([8, 3, 3, 3]), inputShape),
    ],
    ['an input shape that is not 4-D', 'inputShape', '[4, 5, 6]', () => conv2dInputGrad(dy(), w(), [4, 5, 6])],
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
        () => conv2dInputGrad(dy(), w(), inputShape, { [argument]: value } as never),
        ArgumentError,
        argument,
        shown(value),
      );
  });

  it('tensors of several dtypes, disposed ones and foreign ones', () => {
    expectArgumentError(
      () => conv2dInputGrad(dy(), zeros([8, 4, 3, 3], 'float64'), inputShape),
      DTypeError,
      'w',
      'float64',
    );
    const gone = dy();
    gone.dispose();
    expectError(() => conv2dInputGrad(gone, w(), inputShape), DisposedError, 'dy');
    expectError(() => conv2dInputGrad({} as never, w(), inputShape), ForeignTensorError, 'dy');
  });
});

describeOut({
  conv2dInputGrad: (options, dtype) =>
    conv2dInputGrad(
      made(random([2, 9, 5, 6], 1, dtype), dtype),
      made(random([9, 3, 3, 3], 2, dtype), dtype),
      [2, 3, 5, 6],
      {
        padding: 1,
        ...options,
      },
    ),
});
