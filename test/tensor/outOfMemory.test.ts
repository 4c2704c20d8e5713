import { describe, expect, it } from 'vitest';
import { OutOfMemoryError, runtimeInfo, tensor, zeros } from '../../src/index.ts';
import { avgPool2dGrad, conv2d, relu } from '../../src/ops/index.ts';
import { expectExactly } from '../helpers/compare.ts';
import { expectError } from '../helpers/errors.ts';
import { made } from '../helpers/tensors.ts';
import { filled, random } from '../helpers/values.ts';

describe('what does not fit into the memory is an OutOfMemoryError, and nothing changes', () => {
  const numbers = random([1, 2, 3, 3], 1, 'float32');

  it.each<[string, () => unknown]>([
    ['a tensor', () => zeros([2 ** 31])],
    ['a tensor of more bytes than a number counts exactly', () => zeros([2 ** 30, 2 ** 30])],
    ['the result of an op', () => conv2d(zeros([1, 1, 3, 3]), zeros([1, 1, 1, 1]), null, { padding: 40_000 })],
    ['a gradient', () => avgPool2dGrad(zeros([1, 1, 1, 1]), [1, 1, 50_000, 50_000], { kernelSize: 50_000 })],
    [
      'the working memory of an op',
      () => conv2d(zeros([1, 1, 3, 3]), zeros([1, 1, 3, 3]), null, { padding: 30_000, dilation: 30_000 }),
    ],
  ])('%s', (_, run) => {
    const kept = made(numbers, 'float32', 'channels-last');
    relu(kept).dispose();
    const { used, reserved, max } = runtimeInfo().memory;
    const error = expectError(run, OutOfMemoryError, 'bytes', 'scope()', 'maxMemory');
    expect(error.requested).toBeGreaterThan(max - used);
    expect(error.allowed).toBe(max);
    expect(error.used).toBeGreaterThan(0);
    expect(runtimeInfo().memory.reserved).toBe(reserved);
    expectExactly(kept, numbers);
    expectExactly(
      relu(tensor([-1, 2])),
      filled([2], i => 2 * i),
    );
  });

  it('gives back what the op had taken before', () => {
    const [x, w] = [zeros([1, 1, 3, 3]), zeros([1, 1, 3, 3])];
    const options = { padding: 30_000, dilation: 30_000 };
    const run = () => expectError(() => conv2d(x, w, null, options), OutOfMemoryError);
    run();
    const { used } = runtimeInfo().memory;
    run();
    expect(runtimeInfo().memory.used).toBe(used);
  });
});
