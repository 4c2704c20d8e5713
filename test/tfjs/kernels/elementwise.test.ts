import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import '../../../src/tfjs/index.ts';
import { runs } from '../../helpers/property.ts';

beforeAll(async () => {
  await tf.setBackend('convasm');
});

const size = fc.integer({ min: 1, max: 7 });
/** Two shapes that broadcast: the same sizes, some of them 1, some leading ones missing. */
const shapes = fc
  .array(fc.tuple(size, fc.constantFrom('both', 'a', 'b')), { maxLength: 4 })
  .chain(dimensions =>
    fc.record({
      a: fc.constant(dimensions.map(([n, who]) => (who === 'b' ? 1 : n))),
      b: fc.constant(dimensions.map(([n, who]) => (who === 'a' ? 1 : n))),
      drop: fc.integer({ min: 0, max: dimensions.findIndex(([, who]) => who !== 'a') < 0 ? dimensions.length : 0 }),
    }),
  )
  .map(({ a, b, drop }) => ({ a, b: b.slice(drop) }));

const count = (shape: readonly number[]) => shape.reduce((product, n) => product * n, 1);
/** Of one number all of them, too, which then need not cross to linear memory. */
const values = (shape: readonly number[]) =>
  fc.oneof(
    { weight: 2, arbitrary: fc.array(fc.float(), { minLength: count(shape), maxLength: count(shape) }) },
    { weight: 1, arbitrary: fc.float().map(value => new Array<number>(count(shape)).fill(value)) },
  );

const BINARY: Record<string, [(a: tf.Tensor, b: tf.Tensor) => tf.Tensor, (a: number, b: number) => number]> = {
  add: [tf.add, (a, b) => a + b],
  sub: [tf.sub, (a, b) => a - b],
  mul: [tf.mul, (a, b) => a * b],
  div: [tf.div, (a, b) => a / b],
  maximum: [tf.maximum, Math.max],
  minimum: [tf.minimum, Math.min],
};

const UNARY: Record<string, [(x: tf.Tensor) => tf.Tensor, (x: number) => number]> = {
  square: [tf.square, x => x * x],
  sqrt: [tf.sqrt, Math.sqrt],
  neg: [tf.neg, x => -x],
  abs: [tf.abs, Math.abs],
  step: [x => tf.step(x, 0.25), x => (Number.isNaN(x) ? x : x > 0 ? 1 : 0.25)],
};

describe.each(Object.entries(BINARY))('%s', (_name, [op, plain]) => {
  it('is the rounded result of every pair, whatever is broadcast', () => {
    const cases = shapes.chain(({ a, b }) =>
      fc.record({ a: fc.constant(a), b: fc.constant(b), x: values(a), y: values(b) }),
    );
    fc.assert(
      fc.property(cases, ({ a, b, x, y }) =>
        tf.tidy(() => {
          const result = op(tf.tensor(x, a), tf.tensor(y, b));
          const { shape } = result;
          const actual = result.dataSync();
          const expected = Float32Array.from(actual, (_, i) =>
            plain(x[indexIn(a, shape, i)] as number, y[indexIn(b, shape, i)] as number),
          );
          expect(actual).toEqual(expected);
        }),
      ),
      runs(200),
    );
  });

  it('across blocks', () => {
    const constant = (shape: readonly number[], value: number) => new Float32Array(count(shape)).fill(value);
    for (const [a, b] of [
      [[40001], [40001]],
      [[40001], []],
      [[300, 130], [130]],
      [[1801, 3], [3]],
      [[40, 9, 16], [16]],
      [[3], [1801, 3]],
      [[7], [3, 301, 7]],
      [
        [300, 130],
        [300, 1],
      ],
    ] as const) {
      const manyX = Float32Array.from({ length: count(a) }, (_, i) => (i % 19) - 7.5);
      const manyY = Float32Array.from({ length: count(b) }, (_, i) => (i % 23) + 0.5);
      const [oneX, oneY] = [constant(a, -2.5), constant(b, 0.75)];
      for (const [x, y] of [
        [manyX, manyY],
        [oneX, manyY],
        [manyX, oneY],
        [oneX, oneY],
      ] as const) {
        const result = op(tf.tensor(x, [...a]), tf.tensor(y, [...b])).dataSync();
        const shape = a.length < b.length ? b : a;
        const expected = result.map((_, i) =>
          plain(x[indexIn(a, shape, i)] as number, y[indexIn(b, shape, i)] as number),
        );
        expect(result).toEqual(expected);
      }
    }
  });
});

describe.each(Object.entries(UNARY))('%s', (_name, [op, plain]) => {
  it('is the rounded result of every element', () => {
    const cases = size.chain(n => values([n]));
    fc.assert(
      fc.property(cases, x => {
        const result = tf.tidy(() => op(tf.tensor1d(x)).dataSync());
        expect(result).toEqual(Float32Array.from(x, plain));
      }),
      runs(200),
    );
  });
});

/** Where element `i` of `shape` is in an operand that is broadcast to it. */
function indexIn(operand: readonly number[], shape: readonly number[], i: number): number {
  let [index, step, rest] = [0, 1, i];
  for (let d = 1; d <= operand.length; d++) {
    const outer = shape[shape.length - d] as number;
    const inner = operand[operand.length - d] as number;
    if (inner > 1) index += (rest % outer) * step;
    step *= inner;
    rest = Math.floor(rest / outer);
  }
  return index;
}
