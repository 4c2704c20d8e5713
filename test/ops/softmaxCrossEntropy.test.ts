import { describe, expect, it } from 'vitest';
import { ArgumentError, DisposedError, ForeignTensorError, ShapeError, scope, tensor, zeros } from '../../src/index.ts';
import { softmaxCrossEntropy, softmaxCrossEntropyGrad } from '../../src/ops/index.ts';
import { expectExactly, expectNumber, expectWithin } from '../helpers/compare.ts';
import { range } from '../helpers/convCases.ts';
import { expectArgumentError, expectError } from '../helpers/errors.ts';
import { describeOut } from '../helpers/out.ts';
import { made, read } from '../helpers/tensors.ts';
import { at, type DType, dtypes, epsilon, filled, generator, random, scaled, valuesOf } from '../helpers/values.ts';
import * as reference from '../reference/softmaxCrossEntropy.ts';

const labelsFor = (batch: number, classes: number): Int32Array => {
  const next = generator(batch * 31 + classes);
  return Int32Array.from({ length: batch }, () => Math.floor(next() * classes));
};

function check(batch: number, classes: number, dtype: DType, spread: number, labelSmoothing?: number): void {
  const logits = scaled(random([batch, classes], batch + classes, dtype), spread);
  const labels = labelsFor(batch, classes);
  const expected = reference.softmax(logits);
  scope(() => {
    const { loss, probabilities } = softmaxCrossEntropy(made(logits, dtype), labels, { labelSmoothing });
    // exp of z: a rounding of z of half an ulp changes exp(z) by spread * eps at most.
    const bound = (8 + 2 * spread) * epsilon[dtype];
    expectWithin(
      probabilities,
      expected,
      i => bound * at(expected.data, i) + 1e-45,
      `probabilities [${batch}, ${classes}]`,
    );
    expectNumber(
      loss + 1,
      reference.softmaxCrossEntropy(logits, labels, labelSmoothing) + 1,
      bound,
      `loss [${batch}, ${classes}]`,
    );
    const dLogits = softmaxCrossEntropyGrad(probabilities, labels, { labelSmoothing });
    const wanted = reference.softmaxCrossEntropyGrad(read(probabilities), labels, labelSmoothing);
    // Without smoothing one subtraction, rounded once; with it at most two, of numbers up to 1.
    if (labelSmoothing) expectWithin(dLogits, wanted, () => 2 * epsilon[dtype], 'gradient');
    else expectExactly(dLogits, roundedTo(dtype, wanted), 'gradient');
  });
}

const roundedTo = (dtype: DType, values: ReturnType<typeof random>) =>
  dtype === 'float64' ? values : valuesOf(values.shape, Float32Array.from(values.data));

describe.each(dtypes)('softmaxCrossEntropy in %s', dtype => {
  it.each([1, 10])('probabilities, mean loss and gradient, 1 to 17 classes, logits to +-%i', spread => {
    for (const classes of range(1, 17)) for (const batch of [1, 2, 3, 4, 5, 8]) check(batch, classes, dtype, spread);
    check(3, 1000, dtype, spread);
  });

  it.each([0.05, 0.1, 0.7, 1])('with label smoothing %d', smoothing => {
    for (const classes of range(1, 17)) for (const batch of [1, 3, 33]) check(batch, classes, dtype, 3, smoothing);
  });

  it('with label smoothing: an impossible class costs infinity, and nothing where the weight is 0', () => {
    const logits = tensor([Number.NEGATIVE_INFINITY, 0, 0], [1, 3], dtype);
    const loss = (label: number, labelSmoothing: number) =>
      softmaxCrossEntropy(logits, Int32Array.of(label), { labelSmoothing }).loss;
    expectNumber(loss(1, 0), Math.log(2), 4 * epsilon[dtype]);
    expect([loss(0, 0), loss(1, 0.1), loss(0, 1)]).toEqual(Array(3).fill(Number.POSITIVE_INFINITY));
  });

  it('does not overflow, nor lose small losses, for large logits', () => {
    const logits = tensor([1e4, 0, -1e4, -1e4, 1e4, 0, 700, 700, 700], [3, 3], dtype);
    const { loss, probabilities } = softmaxCrossEntropy(logits, Int32Array.of(0, 0, 2));
    const third = at(Float32Array.of(1 / 3), 0);
    expectWithin(probabilities, valuesOf([3, 3], [1, 0, 0, 0, 1, 0, third, third, third]), () => 1e-7);
    expectNumber(loss, (0 + 2e4 + Math.log(3)) / 3, 1e-6);
  });

  it('does not change when all logits of a row move together', () => {
    const [logits, labels] = [random([4, 7], 1), labelsFor(4, 7)];
    const quarter = valuesOf(
      [4, 7],
      logits.data.map(v => Math.round(v * 64) / 64),
    );
    const plain = softmaxCrossEntropy(made(quarter, dtype), labels);
    const moved = softmaxCrossEntropy(
      made(
        valuesOf(
          [4, 7],
          quarter.data.map(v => v + 1024),
        ),
        dtype,
      ),
      labels,
    );
    expect(moved.loss).toBe(plain.loss);
    expectExactly(moved.probabilities, read(plain.probabilities));
  });

  it('gives log(classes) for equal logits', () => {
    expectNumber(softmaxCrossEntropy(zeros([5, 10], dtype), labelsFor(5, 10)).loss, Math.log(10), 4 * epsilon[dtype]);
  });

  it('a NaN among the logits makes the loss NaN, and the probabilities of its row only', () => {
    const logits = made(
      filled([2, 5], i => (i === 3 ? Number.NaN : 0)),
      dtype,
    );
    const { loss, probabilities } = softmaxCrossEntropy(logits, Int32Array.of(0, 0));
    expect(loss).toBeNaN();
    expect([...probabilities.data].map(Number.isNaN)).toEqual([...Array(5).fill(true), ...Array(5).fill(false)]);
  });
});

describe('softmaxCrossEntropy refuses', () => {
  it.each([-1, 10, 2 ** 31 - 1, -(2 ** 31)])('label %i of 10 classes', label => {
    const labels = Int32Array.of(0, label, 9);
    expectArgumentError(() => softmaxCrossEntropy(zeros([3, 10]), labels), ArgumentError, 'labels', String(label));
    expectArgumentError(() => softmaxCrossEntropyGrad(zeros([3, 10]), labels), ArgumentError, 'labels', String(label));
  });

  it.each([-0.1, 1.1, Number.NaN, '0.1'])('label smoothing %s', value => {
    const options = { labelSmoothing: value as number };
    const refused = typeof value === 'string' ? /0 to 1/ : String(value);
    for (const op of [softmaxCrossEntropy, softmaxCrossEntropyGrad])
      expectArgumentError(() => op(zeros([1, 2]), Int32Array.of(0), options), ArgumentError, 'labelSmoothing', refused);
  });

  it('another number of labels than rows', () => {
    for (const n of [0, 2, 4]) {
      expectError(() => softmaxCrossEntropy(zeros([3, 10]), new Int32Array(n)), ShapeError, 'labels', String(n), '3');
      expectError(
        () => softmaxCrossEntropyGrad(zeros([3, 10]), new Int32Array(n)),
        ShapeError,
        'labels',
        String(n),
        '3',
      );
    }
  });

  it('labels that are no Int32Array', () => {
    expectArgumentError(() => softmaxCrossEntropy(zeros([1, 2]), [0] as never), ArgumentError, 'labels', 'Int32Array');
    expectArgumentError(
      () => softmaxCrossEntropy(zeros([1, 2]), Float32Array.of(0) as never),
      ArgumentError,
      'labels',
      'Int32Array',
    );
  });

  it('logits that are not 2-D, disposed or foreign', () => {
    expectArgumentError(() => softmaxCrossEntropy(zeros([3]), Int32Array.of(0)), ShapeError, 'logits', '[3]');
    const gone = zeros([1, 2]);
    gone.dispose();
    expectError(() => softmaxCrossEntropy(gone, Int32Array.of(0)), DisposedError, 'logits');
    expectError(() => softmaxCrossEntropy({} as never, Int32Array.of(0)), ForeignTensorError, 'logits');
  });
});

describeOut({
  softmaxCrossEntropy: (options, dtype) =>
    softmaxCrossEntropy(made(random([3, 7], 1, dtype), dtype), labelsFor(3, 7), options).probabilities,
  softmaxCrossEntropyGrad: (options, dtype) =>
    softmaxCrossEntropyGrad(made(random([3, 7], 1, dtype), dtype), labelsFor(3, 7), options),
});
