import { describe, expect, it } from 'vitest';
import {
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
import { expectNumber, expectWithin } from '../helpers/compare.ts';
import { range } from '../helpers/convCases.ts';
import { expectArgumentError, expectError } from '../helpers/errors.ts';
import { describeOut } from '../helpers/out.ts';
import { formats, made, read } from '../helpers/tensors.ts';
import { at, type DType, dtypes, epsilon, map, random, scaled, type Values, valuesOf } from '../helpers/values.ts';
import * as reference from '../reference/elementLosses.ts';

type Gradient = (prediction: Tensor, target: Tensor, options?: { out?: Tensor }) => Tensor;

/** Each with its gradient and the name of its first argument. */
const all: [keyof typeof reference.losses, (p: Tensor, t: Tensor) => number, Gradient, string][] = [
  ['mse', ops.mse, ops.mseGrad, 'prediction'],
  ['bceWithLogits', ops.bceWithLogits, ops.bceWithLogitsGrad, 'logits'],
];

/** Targets in [0, 1), representable in `dtype`. */
const targets = (shape: readonly number[], seed: number, dtype: DType): Values =>
  map(random(shape, seed, dtype), v => Math.abs(v));

function check(run: (typeof all)[number], p: Values, t: Values, dtype: DType, label: string): void {
  const [name, value, gradient] = run;
  const loss = reference.losses[name];
  const bound = 8 * epsilon[dtype];
  const formatsOf = p.shape.length === 4 ? formats : (['contiguous'] as const);
  const wanted = reference.gradient(loss, p, t);
  for (const [pFormat, tFormat] of formatsOf.flatMap(a => formatsOf.map(b => [a, b] as const))) {
    scope(() => {
      const [prediction, target] = [made(p, dtype, pFormat), made(t, dtype, tFormat)];
      // All terms are positive; both sides add them up in float64.
      const sums = 2 * Math.sqrt(p.data.length) * epsilon.float64;
      expectNumber(value(prediction, target), reference.mean(loss, p, t), bound + sums, `${name} ${label}`);
      // The two terms of a derivative, p and t or s and t, are as large as this at most.
      const largest = name === 'mse' ? 16 : 1;
      const scale = (largest * at(p.shape, 0)) / p.data.length;
      expectWithin(gradient(prediction, target), wanted, () => bound * scale, `${name}Grad ${label}`);
    });
  }
}

describe.each(dtypes)('losses of elements in %s', dtype => {
  describe.each(all)('%s', (...run) => {
    const [name, value, gradient] = run;

    it('is that of the reference for 1 to 33 elements', () => {
      for (const n of range(1, 33)) {
        for (const shape of n % 3 === 0 ? [[n], [1, n], [3, n / 3]] : [[n], [1, n]])
          check(run, scaled(random(shape, n, dtype), 4), targets(shape, n + 50, dtype), dtype, `[${shape}]`);
      }
    });

    it('works in either memory format, and in both mixed', () => {
      const shape = [2, 3, 5, 7];
      check(run, scaled(random(shape, 1, dtype), 4), targets(shape, 2, dtype), dtype, 'of images');
    });

    it('is that of the reference past the end of a block', () => {
      for (const n of [16383, 16384, 16385, 32773])
        check(run, scaled(random([1, n], n, dtype), 4), targets([1, n], n, dtype), dtype, `${n} elements`);
    });

    it('hands NaN on', () => {
      for (const [p, t] of [
        [Number.NaN, 0.5],
        [0.5, Number.NaN],
      ] as const) {
        const [prediction, target] = [tensor([1, p, 1], [3], dtype), tensor([1, t, 1], [3], dtype)];
        expect(value(prediction, target)).toBeNaN();
        expect([...gradient(prediction, target).data].map(Number.isNaN)).toEqual([false, true, false]);
      }
    });

    it('takes either operand as `out` of the gradient', () => {
      const shape = [2, 3, 5, 7];
      const make = () => [made(random(shape, 1, dtype), dtype), made(targets(shape, 2, dtype), dtype)] as const;
      const wanted = read(gradient(...make()));
      for (const which of [0, 1] as const) {
        const operands = make();
        const out = operands[which];
        expect(gradient(...operands, { out })).toBe(out);
        expect(read(out), `${name} into operand ${which}`).toEqual(wanted);
      }
    });
  });

  it('bceWithLogits loses neither small losses nor small gradients, and does not overflow', () => {
    const logits = [1e-6, 0.5, 3, 10, 20, 40, 80, 1e4, 1e30];
    for (const p of [...logits, ...logits.map(v => -v)]) {
      for (const t of [0, 1]) {
        const [x, y] = [valuesOf([1], [dtype === 'float32' ? Math.fround(p) : p]), valuesOf([1], [t])];
        const loss = reference.losses.bceWithLogits;
        const operands = [made(x, dtype), made(y, dtype)] as const;
        expectNumber(ops.bceWithLogits(...operands), reference.mean(loss, x, y), 8 * epsilon[dtype], `${p}, ${t}`);
        const wanted = reference.gradient(loss, x, y);
        const bound = 8 * epsilon[dtype] * Math.abs(at(wanted.data, 0));
        expectWithin(ops.bceWithLogitsGrad(...operands), wanted, () => bound, `gradient ${p}, ${t}`);
      }
    }
  });
});

describe.each(all)('%s refuses', (_, value, gradient, first) => {
  for (const op of [value, gradient]) {
    it(`operands of two shapes or dtypes, and a scalar (${op.name})`, () => {
      expectArgumentError(() => op(zeros([2, 3]), zeros([3, 2])), ShapeError, 'target', '[3, 2]', '[2, 3]');
      expectArgumentError(() => op(zeros([2]), zeros([2], 'float64')), DTypeError, 'target', 'float64');
      expectArgumentError(() => op(zeros([]), zeros([])), ShapeError, first, '[batch, ...]');
    });

    it(`disposed and foreign tensors (${op.name})`, () => {
      const gone = zeros([1]);
      gone.dispose();
      expectError(() => op(gone, zeros([1])), DisposedError, first);
      expectError(() => op(zeros([1]), Float32Array.of(1) as never), ForeignTensorError, 'target');
    });
  }
});

describeOut(
  Object.fromEntries(
    all.map(([name, , gradient]) => [
      `${name}Grad`,
      (options, dtype) =>
        gradient(made(random([2, 3, 5, 7], 1, dtype), dtype), made(targets([2, 3, 5, 7], 2, dtype), dtype), options),
    ]),
  ),
);
