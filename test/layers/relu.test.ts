import { describe, it } from 'vitest';
import { ReLU } from '../../src/index.ts';
import { expectExactly } from '../helpers/compare.ts';
import { formats, made } from '../helpers/tensors.ts';
import { dtypes, random } from '../helpers/values.ts';
import * as reference from '../reference/relu.ts';

describe.each(dtypes)('ReLU in %s', dtype => {
  it.each([[[2, 3, 4, 5]], [[3, 7]], [[1]]])('max(x, 0) and its gradient, for shape %j', shape => {
    const [x, dy] = [random(shape, 1, dtype), random(shape, 2, dtype)];
    for (const format of shape.length === 4 ? formats : (['contiguous'] as const)) {
      const layer = new ReLU();
      const input = made(x, dtype, format);
      expectExactly(layer.forward(input), reference.relu(x));
      expectExactly(layer.backward(made(dy, dtype)), reference.reluGrad(dy, x));
      expectExactly(input, x, 'the input afterwards');
    }
  });

  it('gradients belong to the last forward', () => {
    const layer = new ReLU();
    const [first, second, dy] = [random([9], 1, dtype), random([9], 2, dtype), random([9], 3, dtype)];
    layer.forward(made(first, dtype));
    layer.forward(made(second, dtype));
    expectExactly(layer.backward(made(dy, dtype)), reference.reluGrad(dy, second));
  });
});
