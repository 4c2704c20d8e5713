import { describe, it } from 'vitest';
import { DisposedError, ShapeError, zeros } from '../../src/index.ts';
import { globalAvgPool2d, globalAvgPool2dGrad } from '../../src/ops/index.ts';
import { expectSums, expectWithin } from '../helpers/compare.ts';
import { range } from '../helpers/convCases.ts';
import { expectArgumentError, expectError } from '../helpers/errors.ts';
import { describeOut } from '../helpers/out.ts';
import { formats, made } from '../helpers/tensors.ts';
import { add, at, dtypes, epsilon, filled, magnitude, map, random, type Values } from '../helpers/values.ts';

function means(x: Values): Values {
  const pixels = at(x.shape, 2) * at(x.shape, 3);
  const y = filled([at(x.shape, 0), at(x.shape, 1)], 0);
  x.data.forEach((value, i) => {
    add(y.data, Math.floor(i / pixels), value);
  });
  return map(y, value => value / pixels);
}

describe.each(dtypes)('globalAvgPool2d in %s', dtype => {
  it('is the mean over the pixels, and its gradient an equal share, for 1 to 17 channels and 1 to 40 pixels', () => {
    for (const channels of range(1, 17))
      for (const [height, width] of [
        [1, 1],
        [1, 3],
        [2, 2],
        [3, 3],
        [5, 7],
        [5, 8],
      ] as const) {
        const shape = [3, channels, height, width];
        const [x, dy] = [random(shape, 1, dtype), random([3, channels], 2, dtype)];
        const pixels = height * width;
        const dx = filled(shape, i => at(dy.data, Math.floor(i / pixels)) / pixels);
        for (const format of formats) {
          const scale = means(magnitude(x));
          expectSums(globalAvgPool2d(made(x, dtype, format)), means(x), { scale, terms: pixels + 1, dtype });
          expectWithin(globalAvgPool2dGrad(made(dy, dtype), shape), dx, () => epsilon[dtype]);
        }
      }
  });
});

describe('globalAvgPool2d refuses', () => {
  it('shapes that do not fit, and disposed tensors', () => {
    expectArgumentError(() => globalAvgPool2d(zeros([2, 3])), ShapeError, 'x', '[2, 3]');
    expectArgumentError(() => globalAvgPool2dGrad(zeros([2, 3]), [2, 4, 5, 5]), ShapeError, 'dy', '[2, 3]', '[2, 4]');
    expectArgumentError(() => globalAvgPool2dGrad(zeros([2, 3]), [2, 3]), ShapeError, 'inputShape', '[2, 3]');
    const gone = zeros([1, 1, 1, 1]);
    gone.dispose();
    expectError(() => globalAvgPool2d(gone), DisposedError, 'x');
  });
});

describeOut({
  globalAvgPool2d: (options, dtype) => globalAvgPool2d(made(random([2, 3, 5, 7], 1, dtype), dtype), options),
  globalAvgPool2dGrad: (options, dtype) =>
    globalAvgPool2dGrad(made(random([2, 3], 1, dtype), dtype), [2, 3, 5, 7], options),
});
