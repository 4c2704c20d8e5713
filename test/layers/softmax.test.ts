import { describe, expect, it } from 'vitest';
import { ShapeError, Softmax, zeros } from '../../src/index.ts';
import { expectWithin } from '../helpers/compare.ts';
import { expectArgumentError } from '../helpers/errors.ts';
import { made, read } from '../helpers/tensors.ts';
import { dtypes, epsilon, random, scaled } from '../helpers/values.ts';
import * as reference from '../reference/softmaxCrossEntropy.ts';

describe.each(dtypes)('Softmax in %s', dtype => {
  it('is that of each row, and its gradient by the last forward', () => {
    const layer = new Softmax();
    for (const [batch, classes] of [
      [4, 10],
      [3, 7],
    ] as const) {
      const [x, dy] = [scaled(random([batch, classes], 1, dtype), 4), random([batch, classes], 2, dtype)];
      const [input, y] = [made(x, dtype), reference.softmax(x)];
      expectWithin(layer.forward(input), y, () => 16 * epsilon[dtype]);
      expectWithin(
        layer.backward(made(dy, dtype)),
        reference.softmaxGrad(dy, y),
        () => 16 * epsilon[dtype],
        'gradient',
      );
      expect(read(input), 'the input afterwards').toEqual(x);
    }
  });
});

it('Softmax refuses images', () =>
  expectArgumentError(() => new Softmax().forward(zeros([1, 2, 3, 3])), ShapeError, 'x', '[1, 2, 3, 3]'));
