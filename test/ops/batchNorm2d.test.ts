import { describe, expect, it } from 'vitest';
import {
  ArgumentError,
  DisposedError,
  DTypeError,
  ForeignTensorError,
  ShapeError,
  scope,
  tensor,
  zeros,
} from '../../src/index.ts';
import {
  batchNorm2d,
  batchNorm2dGrad,
  batchNorm2dStatistics,
  relu,
  relu6,
  relu6Grad,
  reluGrad,
} from '../../src/ops/index.ts';
import { expectBits, expectExactly, expectRelative, expectWithin } from '../helpers/compare.ts';
import { range } from '../helpers/convCases.ts';
import { expectArgumentError, expectError } from '../helpers/errors.ts';
import { describeOut } from '../helpers/out.ts';
import { formats, made, read } from '../helpers/tensors.ts';
import { at, dtypes, epsilon, filled, largest, map, random, rounded, scaled, type Values } from '../helpers/values.ts';
import * as reference from '../reference/batchNorm2d.ts';

/** Remainders of vectors, of lines of four vectors, of chunks (32 pixels, 4,096 elements) and of blocks of 64 channels. */
const shapes: [number, number, number, number][] = [
  ...range(1, 18).flatMap(channels =>
    range(1, 9).map(width => [2, channels, 3, width] as [number, number, number, number]),
  ),
  [1, 33, 1, 2],
  [3, 1, 5, 7],
  [5, 20, 1, 1],
  [2, 63, 9, 11],
  [2, 65, 9, 11],
  [3, 130, 4, 8],
  [1, 16, 16, 16],
  [1, 16, 17, 31],
  [2, 5, 41, 43],
];

describe.each(dtypes)('batchNorm2d in %s', dtype => {
  const near = (factor: number) => factor * epsilon[dtype];

  it('and its gradients are those of the reference, in both memory formats and mixed', () => {
    for (const shape of shapes) {
      const channels = shape[1];
      const [x, dy] = [random(shape, 1, dtype), random(shape, 2, dtype)];
      const [weight, bias] = [random([channels], 3, dtype), random([channels], 4, dtype)];
      const wanted = reference.statistics(x);
      const y = reference.batchNorm(x, wanted, weight, bias, 0.01);
      const grads = reference.batchNormGrad(dy, x, weight, 0.01);
      const count = reference.countOf(x);
      for (const format of formats)
        scope(() => {
          const label = `[${shape}], ${format}`;
          const input = made(x, dtype, format);
          const statistics = batchNorm2dStatistics(input);
          expect([statistics.mean.dtype, statistics.variance.dtype]).toEqual(['float64', 'float64']);
          expectWithin(statistics.mean, wanted.mean, () => near(2), `mean of ${label}`);
          expectWithin(statistics.variance, wanted.variance, () => near(8), `variance of ${label}`);
          const [w, b] = [made(weight, dtype), made(bias, dtype)];
          // 1 / sqrt(0.01) is the most that an error is multiplied by.
          const got = batchNorm2d(input, statistics, w, b, { eps: 0.01 });
          expectWithin(got, y, () => near(80), `y of ${label}`);
          for (const dyFormat of formats) {
            const options = { eps: 0.01, scale: 0.5 };
            const result = batchNorm2dGrad(made(dy, dtype, dyFormat), input, statistics, w, options);
            const bound = near(60) * Math.sqrt(count);
            expectWithin(result.weightGrad, scaled(grads.weightGrad, 0.5), () => bound, `dWeight of ${label}`);
            expectWithin(result.biasGrad, scaled(grads.biasGrad, 0.5), () => bound, `dBias of ${label}`);
            expectWithin(result.dx, grads.dx, () => near(300), `dx of ${label}`);
          }
          expectExactly(input, x, 'the input afterwards');
        });
    }
  });

  it('loses no digits to a mean that is large beside the deviation', () => {
    for (const [shape, mean] of [
      [[4, 19, 13, 14], 1000],
      [[2, 4, 40, 41], 1e4],
      [[3, 7, 1, 1], -3e4],
    ] as const) {
      const x = map(random(shape, 1), (value, i) => rounded(mean + value + (i % 3), dtype));
      const dy = random(shape, 2, dtype);
      const wanted = reference.statistics(x);
      for (const format of formats) {
        const input = made(x, dtype, format);
        const statistics = batchNorm2dStatistics(input);
        expectRelative(statistics.mean, wanted.mean, near(1));
        expectWithin(statistics.variance, wanted.variance, i => near(32) * at(wanted.variance.data, i));
        expectWithin(
          batchNorm2d(input, statistics, null, null),
          reference.batchNorm(x, wanted, null, null),
          () => near(16) + 2 ** -52 * Math.abs(mean),
        );
        const result = batchNorm2dGrad(made(dy, dtype, format), input, statistics, null);
        const grads = reference.batchNormGrad(dy, x, null);
        expectWithin(result.dx, grads.dx, () => near(64) + 2 ** -49 * Math.abs(mean));
        // In float64 the mean itself is rounded: an error that all elements share.
        const shared = (i: number) => 2 ** -51 * Math.abs(mean * at(grads.biasGrad.data, i));
        const bound = near(16) * reference.countOf(x);
        expectWithin(result.weightGrad, grads.weightGrad, i => bound + shared(i));
      }
    }
  });

  it('has variance 0 exactly where all values of a channel are equal', () => {
    const x = filled([3, 5, 7, 9], i => rounded(0.1 * (1 + (Math.floor(i / 63) % 5)), dtype));
    for (const format of formats) {
      const { variance } = batchNorm2dStatistics(made(x, dtype, format));
      expectWithin(variance, filled([5], 0), () => epsilon[dtype] ** 2);
      expect([...variance.data].every(value => value >= 0)).toBe(true);
    }
  });

  it('moves running statistics by momentum, with the unbiased variance', () => {
    const x = random([2, 5, 3, 4], 1, dtype);
    const { mean, variance } = reference.statistics(x);
    const [oldMean, oldVariance] = [random([5], 2, dtype), random([5], 3, dtype)];
    for (const momentum of [0, 0.1, 1]) {
      const running = { mean: made(oldMean, dtype), variance: made(oldVariance, dtype), momentum };
      batchNorm2dStatistics(made(x, dtype), { running });
      const moved = (old: Values, now: Values, factor: number) =>
        map(old, (value, i) => (1 - momentum) * value + momentum * factor * at(now.data, i));
      expectWithin(running.mean, moved(oldMean, mean, 1), () => near(4));
      expectWithin(running.variance, moved(oldVariance, variance, 24 / 23), () => near(8));
    }
  });

  it('takes statistics of its own element type, too', () => {
    const x = random([2, 5, 3, 4], 1, dtype);
    const given = { mean: random([5], 2, dtype), variance: map(random([5], 3, dtype), Math.abs) };
    const statistics = { mean: made(given.mean, dtype), variance: made(given.variance, dtype) };
    const y = reference.batchNorm(x, given, null, null, 0.1);
    for (const format of formats)
      expectWithin(batchNorm2d(made(x, dtype, format), statistics, null, null, { eps: 0.1 }), y, () => near(32));
  });

  /** Zeros of both signs, NaN and infinities among the weights and biases, for channels whose results are exactly that. */
  const parameters = (channels: number) => {
    const [weights, biases] = [
      [4, 0, -4],
      [2, -0, 0, 6, 5, Number.NaN, -7, Number.POSITIVE_INFINITY],
    ];
    const cycle = (values: readonly number[]) => filled([channels], i => at(values, i % values.length));
    return [made(cycle(weights), dtype), made(cycle(biases), dtype)] as const;
  };

  it('applies an activation in the same pass, with the bits of two', () => {
    for (const shape of shapes)
      for (const format of formats)
        scope(() => {
          const x = made(random(shape, 1, dtype), dtype, format);
          const statistics = batchNorm2dStatistics(x);
          const [w, b] = parameters(shape[1]);
          const plain = batchNorm2d(x, statistics, w, b);
          for (const [activation, apply] of Object.entries({ relu, relu6 })) {
            const y = batchNorm2d(x, statistics, w, b, { activation: activation as 'relu' });
            expectBits(y, apply(plain), `${activation} of [${shape}], ${format}`);
          }
        });
  });

  it('takes the gradient of an activation behind it in the same passes, with the bits of two', () => {
    for (const shape of shapes)
      for (const format of formats)
        scope(() => {
          const x = made(random(shape, 1, dtype), dtype, format);
          const statistics = batchNorm2dStatistics(x);
          const [w, b] = [made(random([shape[1]], 3, dtype), dtype), made(random([shape[1]], 4, dtype), dtype)];
          const values = map(random(shape, 2, dtype), (v, i) => (i % 31 === 0 ? Number.NaN : v));
          for (const [activation, gradient] of [
            ['relu', reluGrad],
            ['relu6', relu6Grad],
          ] as const) {
            const output = batchNorm2d(x, statistics, w, b, { activation });
            // Where dy is NaN, it is behind the flat part.
            const flat = read(output).data;
            const open = map(values, (v, i) => (Number.isNaN(v) && at(flat, i) > 0 ? 1 : v));
            for (const dyFormat of formats) {
              const dy = made(open, dtype, dyFormat);
              const options = { eps: 0.01, scale: 0.5 };
              const wanted = batchNorm2dGrad(gradient(dy, output), x, statistics, w, options);
              const through = { activation, output };
              const got = batchNorm2dGrad(dy, x, statistics, w, { ...options, through });
              const label = `${activation}, [${shape}], ${format}`;
              expectBits(got.dx, wanted.dx, `dx, ${label}`);
              expectBits(got.weightGrad, wanted.weightGrad, `dWeight, ${label}`);
              expectBits(got.biasGrad, wanted.biasGrad, `dBias, ${label}`);
              expect(read(got.dx).data.every(Number.isFinite), label).toBe(true);
              expect(batchNorm2dGrad(dy, x, statistics, w, { ...options, through, out: dy }).dx).toBe(dy);
              expectBits(dy, wanted.dx, `dx in place, ${label}`);
            }
          }
        });
  });

  it('may overwrite x, and dy in the gradient', () => {
    const [x, dy] = [random([2, 5, 3, 4], 1, dtype), random([2, 5, 3, 4], 2, dtype)];
    for (const xFormat of formats)
      for (const dyFormat of formats) {
        const input = made(x, dtype, xFormat);
        const statistics = batchNorm2dStatistics(input);
        const gradient = made(dy, dtype, dyFormat);
        const wanted = read(batchNorm2dGrad(gradient, input, statistics, null).dx);
        expect(batchNorm2dGrad(gradient, input, statistics, null, { out: gradient }).dx).toBe(gradient);
        expectExactly(gradient, wanted);
        const y = read(batchNorm2d(input, statistics, null, null));
        expect(batchNorm2d(input, statistics, null, null, { out: input })).toBe(input);
        expectExactly(input, y);
      }
  });

  it('NaN and infinity spoil their channel and no other', () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const clean = random([2, 6, 5, 5], 1, dtype);
      const x = map(clean, (value, i) => (i === 30 ? bad : value));
      for (const format of formats) {
        const [input, other] = [made(x, dtype, format), made(clean, dtype, format)];
        const y = batchNorm2d(input, batchNorm2dStatistics(input), null, null);
        const good = read(batchNorm2d(other, batchNorm2dStatistics(other), null, null));
        expectExactly(
          y,
          map(good, (value, i) => (Math.floor(i / 25) % 6 === 1 ? Number.NaN : value)),
        );
      }
    }
  });
});

describe('batchNorm2d refuses', () => {
  const x = () => zeros([2, 3, 4, 5]);
  const statistics = () => ({ mean: zeros([3]), variance: zeros([3]) });

  it('images that are not 4-D, and sizes that do not fit', () => {
    expectArgumentError(() => batchNorm2dStatistics(zeros([2, 3])), ShapeError, 'x', '[2, 3]');
    expectArgumentError(
      () => batchNorm2d(x(), { ...statistics(), mean: zeros([4]) }, null, null),
      ShapeError,
      'statistics.mean',
      '[4]',
      '[3]',
    );
    expectArgumentError(() => batchNorm2d(x(), statistics(), zeros([2]), null), ShapeError, 'weight', '[2]', '[3]');
    expectArgumentError(() => batchNorm2d(x(), statistics(), null, zeros([2])), ShapeError, 'bias', '[2]', '[3]');
    expectArgumentError(
      () => batchNorm2dGrad(zeros([2, 3, 4, 4]), x(), statistics(), null),
      ShapeError,
      'dy',
      '[2, 3, 4, 4]',
    );
    expectArgumentError(
      () => batchNorm2dGrad(x(), x(), statistics(), null, { weightGrad: zeros([4]) }),
      ShapeError,
      'weightGrad',
      '[4]',
    );
  });

  it('running statistics of other sizes, and of a single value', () => {
    const running = { ...statistics(), momentum: 0.1 };
    expectArgumentError(
      () => batchNorm2dStatistics(x(), { running: { ...running, variance: zeros([4]) } }),
      ShapeError,
      'running.variance',
      '[4]',
    );
    expectArgumentError(() => batchNorm2dStatistics(zeros([1, 3, 1, 1]), { running }), ShapeError, 'x', 'one value');
    for (const momentum of [-0.1, 1.1, Number.NaN, '0.1' as never])
      expectArgumentError(
        () => batchNorm2dStatistics(x(), { running: { ...running, momentum } }),
        ArgumentError,
        'running.momentum',
        String(momentum),
      );
  });

  it('an eps or activation of no meaning, and other element types', () => {
    for (const eps of [-1, Number.NaN, Number.POSITIVE_INFINITY])
      expectArgumentError(() => batchNorm2d(x(), statistics(), null, null, { eps }), ArgumentError, 'eps', String(eps));
    expectArgumentError(
      () => batchNorm2d(x(), statistics(), null, null, { activation: 'tanh' as never }),
      ArgumentError,
      'activation',
      'tanh',
    );
    expectArgumentError(
      () => batchNorm2d(zeros([2, 3, 4, 5], 'float64'), statistics(), null, null),
      DTypeError,
      'statistics.mean',
      'float32',
    );
    expectArgumentError(
      () => batchNorm2d(x(), statistics(), zeros([3], 'float64'), null),
      DTypeError,
      'weight',
      'float64',
    );
  });

  it('an activation behind it that it does not know, and outputs that do not fit', () => {
    const output = zeros([2, 3, 4, 5]);
    const call = (through: object, more = {}) => {
      const options = { through: through as never, ...more };
      return () => batchNorm2dGrad(x(), x(), statistics(), null, options);
    };
    const relu = { activation: 'relu', output };
    expectArgumentError(call({ ...relu, activation: 'tanh' }), ArgumentError, 'through.activation', 'tanh');
    for (const through of [{ output }, { activation: 'relu' }, null])
      expectArgumentError(call(through as object), ArgumentError, 'through');
    expectArgumentError(call({ ...relu, output: zeros([2, 3, 5, 4]) }), ShapeError, 'through.output', '[2, 3, 5, 4]');
    expectArgumentError(call({ ...relu, output: zeros([2, 3, 4, 5], 'float64') }), DTypeError, 'through.output');
    expectArgumentError(call(relu, { out: output }), ArgumentError, 'out');
    output.dispose();
    expectError(call(relu), DisposedError, 'through.output');
  });

  it('gradients of parameters in memory that it reads, or in one another', () => {
    const weight = zeros([3]);
    expectArgumentError(
      () => batchNorm2dGrad(x(), x(), statistics(), weight, { weightGrad: weight }),
      ArgumentError,
      'weightGrad',
    );
    expectArgumentError(
      () => batchNorm2dGrad(x(), x(), statistics(), weight, { biasGrad: zeros([3], 'float64') }),
      DTypeError,
      'biasGrad',
      'float64',
    );
    expectArgumentError(
      () => batchNorm2dGrad(x(), x(), statistics(), null, { weightGrad: weight, biasGrad: weight }),
      ArgumentError,
      'biasGrad',
    );
  });

  it('disposed and foreign tensors', () => {
    const gone = zeros([3]);
    gone.dispose();
    expectError(() => batchNorm2d(x(), { ...statistics(), variance: gone }, null, null), DisposedError, 'variance');
    expectError(() => batchNorm2d({} as never, statistics(), null, null), ForeignTensorError, 'x');
  });
});

describe('the gradients of batchNorm2d', () => {
  it('go into the tensors that they are given', () => {
    const x = made(random([2, 3, 4, 5], 1));
    const [weightGrad, biasGrad] = [tensor([7, 7, 7]), tensor([7, 7, 7])];
    const result = batchNorm2dGrad(x, x, batchNorm2dStatistics(x), null, { weightGrad, biasGrad });
    expect([result.weightGrad, result.biasGrad]).toEqual([weightGrad, biasGrad]);
    expect(largest(read(biasGrad))).not.toBe(7);
    expectExactly(weightGrad, read(batchNorm2dGrad(x, x, batchNorm2dStatistics(x), null).weightGrad));
  });
});

describeOut({
  batchNorm2d: (options, dtype) => {
    const x = made(random([2, 3, 5, 7], 1, dtype), dtype);
    return batchNorm2d(x, batchNorm2dStatistics(x), null, null, options);
  },
  'batchNorm2dGrad through an activation': (options, dtype) => {
    const x = made(random([2, 3, 5, 7], 1, dtype), dtype);
    const dy = made(random([2, 3, 5, 7], 2, dtype), dtype, 'channels-last');
    const through = { activation: 'relu', output: relu(x) } as const;
    return batchNorm2dGrad(dy, x, batchNorm2dStatistics(x), null, { ...options, through }).dx;
  },
  batchNorm2dGrad: (options, dtype) => {
    const x = made(random([2, 3, 5, 7], 1, dtype), dtype);
    const dy = made(random([2, 3, 5, 7], 2, dtype), dtype, 'channels-last');
    return batchNorm2dGrad(dy, x, batchNorm2dStatistics(x), null, options).dx;
  },
});
