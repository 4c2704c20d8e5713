import { describe, expect, it } from 'vitest';
import { ArgumentError, DTypeError, ShapeError, scope, tensor, zeros } from '../../src/index.ts';
import { type ConvTranspose2DOptions, convTranspose2d } from '../../src/ops/index.ts';
import { expectExactly, expectSums } from '../helpers/compare.ts';
import { expectArgumentError, shown } from '../helpers/errors.ts';
import { describeOut } from '../helpers/out.ts';
import { formats, made, read } from '../helpers/tensors.ts';
import { dtypes, magnitude, map, random, scaled } from '../helpers/values.ts';
import * as reference from '../reference/convTranspose2d.ts';

const cases: { x: number[]; w: number[]; options: ConvTranspose2DOptions }[] = [
  ...[1, 2, 3, 4, 5, 8, 9, 17].flatMap(channels => [
    { x: [2, 3, 4, 5], w: [3, channels, 3, 3], options: {} },
    { x: [1, channels, 3, 4], w: [channels, 5, 2, 2], options: { stride: 2 } },
  ]),
  { x: [2, 3, 4, 5], w: [3, 4, 3, 3], options: { stride: 2, padding: 1, outputPadding: 1 } },
  { x: [2, 3, 4, 5], w: [3, 4, 3, 2], options: { stride: [3, 2], padding: [0, 1], outputPadding: [2, 0] } },
  { x: [2, 3, 5, 5], w: [3, 4, 3, 3], options: { padding: [0, 1, 2, 3] } },
  { x: [2, 3, 4, 5], w: [3, 4, 3, 2], options: { dilation: [2, 3], padding: 1 } },
  { x: [2, 6, 4, 5], w: [6, 2, 3, 3], options: { groups: 3, padding: 1, stride: 2, outputPadding: 1 } },
  { x: [2, 5, 4, 5], w: [5, 1, 3, 3], options: { groups: 5, padding: 1 } },
  { x: [1, 20, 9, 9], w: [20, 24, 3, 3], options: { padding: 1, algorithm: 'direct' } },
  { x: [1, 3, 1, 1], w: [3, 2, 4, 4], options: {} },
];

describe.each(dtypes)('convTranspose2d in %s', dtype => {
  it('is what each input pixel adds to the output, in both memory formats', () => {
    for (const { x: xShape, w: wShape, options } of cases) {
      const outChannels = (wShape[1] as number) * (options.groups ?? 1);
      const [x, w, b] = [random(xShape, 1, dtype), random(wShape, 2, dtype), random([outChannels], 3, dtype)];
      for (const bias of [b, null]) {
        const expected = reference.convTranspose2d(x, w, bias, options);
        const scale = reference.convTranspose2d(magnitude(x), magnitude(w), bias && magnitude(bias), options);
        // 'auto' takes no Winograd at these sizes: the bound is that of direct sums.
        const terms = (xShape[1] as number) * (wShape[2] as number) * (wShape[3] as number) + 1;
        for (const format of formats)
          scope(() => {
            const y = convTranspose2d(made(x, dtype, format), made(w, dtype), bias && made(bias, dtype), {
              algorithm: 'direct',
              ...options,
            });
            const label = `[${xShape}] [${wShape}] ${JSON.stringify(options)} ${format}`;
            expectSums(y, expected, { scale, terms, dtype, label });
          });
      }
    }
  });

  it.each([
    ['relu', Number.POSITIVE_INFINITY],
    ['relu6', 6],
  ] as const)('with %s at the end', (activation, upper) => {
    for (const { x: xShape, w: wShape, options } of cases)
      scope(() => {
        const outChannels = (wShape[1] as number) * (options.groups ?? 1);
        const [x, w] = [made(random(xShape, 1, dtype), dtype), made(scaled(random(wShape, 2, dtype), 4), dtype)];
        for (const b of [made(random([outChannels], 3, dtype), dtype), null]) {
          const plain = read(convTranspose2d(x, w, b, options));
          expectExactly(
            convTranspose2d(x, w, b, { ...options, activation }),
            map(plain, v => Math.min(Math.max(v, 0), upper)),
          );
        }
      });
  });

  it('spreads a pixel', () => {
    const y = convTranspose2d(tensor([2], [1, 1, 1, 1], dtype), tensor([1, 2, 3, 4], [1, 1, 2, 2], dtype), null, {
      stride: 2,
      outputPadding: [1, 0],
    });
    expectExactly(y, { shape: [1, 1, 3, 2], data: Float64Array.of(2, 4, 6, 8, 0, 0) });
  });
});

describe('convTranspose2d refuses', () => {
  const [x, w] = [
    [2, 3, 4, 5],
    [3, 4, 3, 3],
  ] as const;
  it.each([
    ['stride', [0, 1.5]],
    ['padding', [-1, 'same', 'valid', [1, 2, 3]]],
    ['outputPadding', [-1, 1, [0, 1], 0.5]],
    ['dilation', [0]],
    ['groups', [0, 2, 1.5]],
    ['algorithm', ['fast']],
    ['activation', ['tanh', 1]],
  ] as const)('%s of no meaning', (argument, values) => {
    for (const value of values)
      expectArgumentError(
        () => convTranspose2d(zeros(x), zeros(w), null, { [argument]: value } as never),
        ArgumentError,
        argument,
        shown(value),
      );
  });

  it('sizes and element types that do not fit', () => {
    expectArgumentError(() => convTranspose2d(zeros([2, 4, 4, 5]), zeros(w)), ShapeError, 'x', '[2, 4, 4, 5]', '3');
    expectArgumentError(() => convTranspose2d(zeros([2, 3]), zeros(w)), ShapeError, 'x', '[2, 3]');
    expectArgumentError(() => convTranspose2d(zeros(x), zeros([3, 4])), ShapeError, 'w', '[3, 4]');
    expectArgumentError(() => convTranspose2d(zeros(x), zeros(w), zeros([3])), ShapeError, 'b', '[3]', '[4]');
    expectArgumentError(() => convTranspose2d(zeros(x), zeros(w), zeros([4], 'float64')), DTypeError, 'b', 'float64');
    expectArgumentError(
      () => convTranspose2d(zeros([1, 3, 1, 1]), zeros(w), null, { padding: 2 }),
      ShapeError,
      'x',
      '[1, 3, 1, 1]',
    );
  });

  it('a bias in the memory of `out`', () => {
    const out = zeros([1, 4, 1, 1]);
    const b = out.reshape([4]);
    expectArgumentError(
      () => convTranspose2d(zeros([1, 3, 1, 1]), zeros([3, 4, 1, 1]), b, { out }),
      ArgumentError,
      'out',
    );
    expect(b.disposed).toBe(false);
  });
});

describeOut({
  convTranspose2d: (options, dtype) =>
    convTranspose2d(
      made(random([2, 3, 4, 5], 1, dtype), dtype),
      made(random([3, 4, 3, 3], 2, dtype), dtype),
      made(random([4], 3, dtype), dtype),
      options,
    ),
});
