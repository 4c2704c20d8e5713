import { describe, expect, it } from 'vitest';
import {
  ArgumentError,
  runtimeInfo,
  ShapeError,
  SoftmaxCrossEntropy,
  StateError,
  scope,
  type Tensor,
  tensor,
  zeros,
} from '../../src/index.ts';
import { expectNumber, expectWithin } from '../helpers/compare.ts';
import { expectArgumentError, expectError } from '../helpers/errors.ts';
import { made } from '../helpers/tensors.ts';
import { dtypes, epsilon, random, scaled } from '../helpers/values.ts';
import * as reference from '../reference/softmaxCrossEntropy.ts';

const labels = Int32Array.of(6, 0, 3);

describe.each(dtypes)('SoftmaxCrossEntropy in %s', dtype => {
  const logits = scaled(random([3, 7], 1, dtype), 2);
  const probabilities = reference.softmax(logits);
  const tolerance = 16 * epsilon[dtype];

  it('is the mean over the batch of -log of the probability of the label', () => {
    const loss = new SoftmaxCrossEntropy();
    const value = loss.forward(made(logits, dtype), labels);
    expectNumber(value, reference.softmaxCrossEntropy(logits, labels), tolerance);
    expectWithin(loss.probabilities as Tensor, probabilities, () => tolerance);
  });

  it('backward is the gradient per sample, not divided by the batch', () => {
    const loss = new SoftmaxCrossEntropy();
    loss.forward(made(logits, dtype), labels);
    expectWithin(loss.backward(), reference.softmaxCrossEntropyGrad(probabilities, labels), () => tolerance);
  });

  it('smooths the labels, forward and backward', () => {
    const loss = new SoftmaxCrossEntropy({ labelSmoothing: 0.1 });
    expect(loss.labelSmoothing).toBe(0.1);
    const value = loss.forward(made(logits, dtype), labels);
    expectNumber(value, reference.softmaxCrossEntropy(logits, labels, 0.1), tolerance);
    expectWithin(loss.probabilities as Tensor, probabilities, () => tolerance);
    expectWithin(loss.backward(), reference.softmaxCrossEntropyGrad(probabilities, labels, 0.1), () => tolerance);
  });

  it('backward is that of the labels at forward, also when the array was written to since', () => {
    const loss = new SoftmaxCrossEntropy();
    const mine = labels.slice();
    loss.forward(made(logits, dtype), mine);
    mine.fill(1);
    expectWithin(loss.backward(), reference.softmaxCrossEntropyGrad(probabilities, labels), () => tolerance);
  });

  it('large logits do not overflow', () => {
    const loss = new SoftmaxCrossEntropy();
    expectNumber(
      loss.forward(tensor([1e30, -1e30, 500, 501], [2, 2], dtype), Int32Array.of(0, 0)),
      Math.log(1 + Math.E) / 2,
      1e-6,
    );
    expect([...loss.backward().data].every(Number.isFinite)).toBe(true);
  });

  it('its probabilities live until the next forward, whatever scope they were made in', () => {
    const loss = new SoftmaxCrossEntropy();
    scope(() => {
      loss.forward(made(logits, dtype), labels);
    });
    expectWithin(loss.probabilities as Tensor, probabilities, () => tolerance);
  });
});

describe('SoftmaxCrossEntropy refuses', () => {
  it('backward before forward, when there are no probabilities yet', () => {
    expectError(() => new SoftmaxCrossEntropy().backward(), StateError, 'backward', 'forward');
    expect(new SoftmaxCrossEntropy().probabilities).toBeNull();
  });

  it('labels out of range, another number of them, or another type', () => {
    const loss = new SoftmaxCrossEntropy();
    for (const label of [-1, 7])
      expectArgumentError(
        () => loss.forward(zeros([1, 7]), Int32Array.of(label)),
        ArgumentError,
        'labels',
        String(label),
      );
    expectError(() => loss.forward(zeros([3, 7]), Int32Array.of(1, 2)), ShapeError, 'labels', '2', '3');
    expectArgumentError(() => loss.forward(zeros([1, 7]), [1] as never), ArgumentError, 'labels', 'Int32Array');
  });

  it('a smoothing that is no number from 0 to 1', () => {
    for (const labelSmoothing of [-0.1, 1.5, Number.NaN])
      expectArgumentError(
        () => new SoftmaxCrossEntropy({ labelSmoothing }),
        ArgumentError,
        'labelSmoothing',
        String(labelSmoothing),
      );
  });

  it('logits that are not 2-D', () =>
    expectArgumentError(
      () => new SoftmaxCrossEntropy().forward(zeros([1, 7, 1, 1]), Int32Array.of(0)),
      ShapeError,
      'logits',
      '[1, 7, 1, 1]',
    ));

  it('keeps the last result when it refuses, and no memory', () => {
    const loss = new SoftmaxCrossEntropy();
    loss.forward(made(random([3, 7], 1)), labels);
    const before = [...loss.backward().data];
    for (const rows of [3, 4]) {
      const logits = zeros([rows, 7]);
      const { used } = runtimeInfo().memory;
      expectError(() => loss.forward(logits, new Int32Array(rows).fill(7)), ArgumentError);
      expect(runtimeInfo().memory.used).toBe(used);
      expect([...loss.backward().data]).toEqual(before);
    }
  });
});
