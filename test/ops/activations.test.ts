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
import * as ops from '../../src/ops/index.ts';
import { expectWithin } from '../helpers/compare.ts';
import { range } from '../helpers/convCases.ts';
import { expectArgumentError, expectError } from '../helpers/errors.ts';
import { describeOut } from '../helpers/out.ts';
import { formats, made, read } from '../helpers/tensors.ts';
import { at, type DType, dtypes, epsilon, random, rounded, scaled, type Values, valuesOf } from '../helpers/values.ts';
import { activations, backward, forward, type Reference } from '../reference/activations.ts';

type Forward = (x: Tensor, options?: { out?: Tensor }) => Tensor;
type Backward = (dy: Tensor, from: Tensor, options?: { out?: Tensor }) => Tensor;

/** Each with its gradient. */
const all: [keyof typeof activations, Forward, Backward][] = [
  ['relu6', ops.relu6, ops.relu6Grad],
  ['leakyRelu', ops.leakyRelu, ops.leakyReluGrad],
  ['hardSwish', ops.hardSwish, ops.hardSwishGrad],
  ['sigmoid', ops.sigmoid, ops.sigmoidGrad],
  ['tanh', ops.tanh, ops.tanhGrad],
  ['silu', ops.silu, ops.siluGrad],
];

/** What may be 0 where e^x would be subnormal: 90 e^-87, 710 e^-708. */
const floor = { float32: 2e-36, float64: 1e-304 };

/** Units in the last place that a result may be off by, and the terms of a derivative. */
const ULPS = 4;

function check(
  run: (typeof all)[number],
  x: Values,
  dy: Values,
  dtype: DType,
  label: string,
  formatsOf = formatsFor(x),
) {
  const [name, value, gradient] = run;
  const reference: Reference = activations[name];
  const bound = ULPS * epsilon[dtype];
  const wanted = forward(reference, x);
  const wantedGradient = backward(reference, dy, x);
  const { terms = (at: number) => Math.abs(reference.derivative(at)) } = reference;
  for (const format of formatsOf) {
    scope(() => {
      const input = made(x, dtype, format);
      const y = value(input);
      expectWithin(y, wanted, i => bound * Math.abs(at(wanted.data, i)) + floor[dtype], `${name} ${label}, ${format}`);
      // The derivative by an output that is rounded itself: dy' of y is at most 2.
      const rounding = reference.from === 'y' ? 2 * bound : 0;
      for (const dyFormat of formatsOf) {
        expectWithin(
          gradient(made(dy, dtype, dyFormat), reference.from === 'x' ? input : y),
          wantedGradient,
          i => Math.abs(at(dy.data, i)) * (bound * terms(at(x.data, i)) + rounding) + floor[dtype],
          `${name}Grad ${label}, x ${format}, dy ${dyFormat}`,
        );
      }
    });
  }
}

const formatsFor = (x: Values) => (x.shape.length === 4 ? formats : (['contiguous'] as const));

describe.each(dtypes)('activations in %s', dtype => {
  describe.each(all)('%s', (...run) => {
    const [name, value, gradient] = run;
    const reference: Reference = activations[name];

    it('is that of the reference for 1 to 33 elements', () => {
      for (const n of range(1, 33)) {
        check(run, scaled(random([n], n, dtype), 8), random([n], n + 50, dtype), dtype, `${n} elements`);
      }
    });

    it('works in either memory format, and in both mixed', () => {
      check(run, scaled(random([2, 3, 5, 7], 1, dtype), 4), random([2, 3, 5, 7], 2, dtype), dtype, 'of images');
    });

    it('is that of the reference past the end of a block', () => {
      for (const n of [16383, 16384, 16385, 32773])
        check(run, scaled(random([n], n, dtype), 4), random([n], n + 1, dtype), dtype, `${n} elements`);
    });

    it('is within a few units in the last place for all sizes, small and large', () => {
      const powers = range(-140, 40).map(e => 1.37 * 2 ** e);
      const steps = range(0, 4000).map(i => i / 37);
      const sizes = [0, ...powers, ...steps].map(v => rounded(v, dtype));
      const x = valuesOf([2 * sizes.length], [...sizes, ...sizes.map(v => -v)]);
      check(run, x, random(x.shape, 1, dtype), dtype, 'by size');
    });

    it('meets its limits at infinity, and hands NaN on', () => {
      const { POSITIVE_INFINITY: most, NEGATIVE_INFINITY: least, NaN: none, MAX_VALUE } = Number;
      const huge = dtype === 'float64' ? MAX_VALUE : 3e38;
      const special = [most, least, none, huge, -huge, none, most];
      const x = valuesOf([special.length], special);
      const y = value(made(x, dtype));
      const rounding = (i: number) => epsilon[dtype] * Math.abs(at(x.data, i));
      expectWithin(y, forward(reference, x), rounding, 'values');
      const input = reference.from === 'x' ? made(x, dtype) : y;
      const dx = gradient(
        made(
          valuesOf(
            x.shape,
            special.map(() => 1),
          ),
          dtype,
        ),
        input,
      );
      const wanted = special.map(reference.derivative);
      expectWithin(dx, valuesOf(x.shape, wanted), () => epsilon[dtype], 'derivatives');
    });

    it('takes its own input as `out`, and the gradient dy', () => {
      const [x, dy] = [random([2, 3, 5, 7], 1, dtype), random([2, 3, 5, 7], 2, dtype)];
      const input = made(x, dtype);
      const y = read(value(input));
      const incoming = made(dy, dtype, 'channels-last');
      const dx = read(gradient(incoming, input));
      expect(gradient(incoming, input, { out: incoming })).toBe(incoming);
      expect(read(incoming)).toEqual(dx);
      expect(value(input, { out: input })).toBe(input);
      expect(read(input)).toEqual(y);
    });
  });

  it('tanh is odd bit for bit, -0 too; sigmoid(x) + sigmoid(-x) is 1 to rounding', () => {
    const x = scaled(random([1001], 1, dtype), 30);
    const minus = scaled(x, -1);
    const tanhs = read(ops.tanh(made(x, dtype)));
    expect(read(ops.tanh(made(minus, dtype)))).toEqual(scaled(tanhs, -1));
    const [lower, upper] = [read(ops.sigmoid(made(minus, dtype))), read(ops.sigmoid(made(x, dtype)))];
    for (let i = 0; i < 1001; i++)
      expect(Math.abs(at(lower.data, i) + at(upper.data, i) - 1)).toBeLessThanOrEqual(epsilon[dtype]);
    expect(Object.is(at(ops.tanh(tensor([-0], [1], dtype)).data, 0), -0)).toBe(true);
  });

  it.each([0, 0.2, 1, -1.5, 3])('leakyRelu takes the slope %d', negativeSlope => {
    const [x, dy] = [random([37], 1, dtype), random([37], 2, dtype)];
    const slope = rounded(negativeSlope, dtype);
    const leaky: Reference = {
      value: v => (v > 0 ? v : slope * v),
      derivative: v => (v > 0 ? 1 : slope),
      from: 'x',
    };
    const half = (wanted: Values) => (i: number) => (epsilon[dtype] * Math.abs(at(wanted.data, i))) / 2;
    const [y, dx] = [forward(leaky, x), backward(leaky, dy, x)];
    expectWithin(ops.leakyRelu(made(x, dtype), { negativeSlope }), y, half(y));
    expectWithin(ops.leakyReluGrad(made(dy, dtype), made(x, dtype), { negativeSlope }), dx, half(dx));
  });
});

describe.each(all)('%s refuses', (name, value, gradient) => {
  const { from } = activations[name];

  it('a gradient of another shape or dtype', () => {
    expectArgumentError(() => gradient(zeros([2, 3]), zeros([3, 2])), ShapeError, 'dy', '[2, 3]');
    expectArgumentError(() => gradient(zeros([2], 'float64'), zeros([2])), DTypeError, from, 'float64');
  });

  it('disposed and foreign tensors', () => {
    const gone = zeros([1]);
    gone.dispose();
    expectError(() => value(gone), DisposedError, 'x');
    expectError(() => gradient(zeros([1]), gone), DisposedError, from);
    expectError(() => value([1, 2] as never), ForeignTensorError, 'x');
    expectError(() => gradient({} as never, zeros([1])), ForeignTensorError, 'dy');
  });

  it('the memory of the tensor that the derivative is made of as `out` of the gradient', () => {
    const source = zeros([3]);
    expectArgumentError(() => gradient(zeros([3]), source, { out: source }), ArgumentError, 'out', 'memory');
  });
});

describe('leakyRelu refuses', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, '0.1'])('the slope %s', negativeSlope => {
    const options = { negativeSlope: negativeSlope as number };
    expectArgumentError(() => ops.leakyRelu(zeros([1]), options), ArgumentError, 'negativeSlope', 'finite');
    expectArgumentError(() => ops.leakyReluGrad(zeros([1]), zeros([1]), options), ArgumentError, 'negativeSlope');
  });
});

describeOut(
  Object.fromEntries(
    all.flatMap(([name, value, gradient]) => [
      [name, (options, dtype) => value(made(random([2, 3, 5, 7], 1, dtype), dtype), options)],
      [
        `${name}Grad`,
        (options, dtype) =>
          gradient(made(random([2, 3, 5, 7], 1, dtype), dtype), made(random([2, 3, 5, 7], 2, dtype), dtype), options),
      ],
    ]),
  ),
);
