import { describe, expect, it } from 'vitest';
import { ArgumentError, AvgPool2D, MaxPool2D, ShapeError, zeros } from '../../src/index.ts';
import { expectRelative } from '../helpers/compare.ts';
import { expectArgumentError, shown } from '../helpers/errors.ts';
import { formats, made } from '../helpers/tensors.ts';
import { dtypes, epsilon, random } from '../helpers/values.ts';
import * as reference from '../reference/pooling.ts';

const options = [
  { kernelSize: 2 },
  { kernelSize: [2, 3] as const },
  { kernelSize: 3, stride: 2, padding: 1 },
  { kernelSize: 3, stride: [1, 2] as const, padding: [1, 0, 0, 1] as const },
  { kernelSize: 2, stride: 2, padding: 'same' as const },
  { kernelSize: 3, stride: 1, padding: 'valid' as const },
];

describe.each(dtypes)('pools in %s', dtype => {
  const x = random([2, 5, 7, 9], 1, dtype);

  it.each(options)('MaxPool2D %j', option => {
    for (const format of formats) {
      const layer = new MaxPool2D(option);
      const expected = reference.maxPool2d(x, option);
      expectRelative(layer.forward(made(x, dtype, format)), expected, 0);
      const dy = random(expected.shape, 2, dtype);
      const dx = layer.backward(made(dy, dtype, format));
      expectRelative(dx, reference.maxPool2dGrad(dy, x, option), 8 * epsilon[dtype]);
    }
  });

  it.each(options.flatMap(option => [option, { ...option, countIncludePad: false }]))('AvgPool2D %j', option => {
    for (const format of formats) {
      const layer = new AvgPool2D(option);
      const expected = reference.avgPool2d(x, option);
      expectRelative(layer.forward(made(x, dtype, format)), expected, 8 * epsilon[dtype]);
      const dy = random(expected.shape, 2, dtype);
      const dx = layer.backward(made(dy, dtype, format));
      expectRelative(dx, reference.avgPool2dGrad(dy, x.shape, option), 8 * epsilon[dtype]);
    }
  });
});

describe.each([
  ['MaxPool2D', MaxPool2D],
  ['AvgPool2D', AvgPool2D],
])('%s', (_, Pool) => {
  it('has no parameters', () => {
    const layer = new Pool({ kernelSize: 2 });
    expect([layer.params, layer.grads]).toEqual([{}, {}]);
  });

  it.each([
    ['kernelSize', [0, [2], undefined, 1.5]],
    ['stride', [0, [1, 2, 3]]],
    ['padding', [-1, 'full']],
  ] as const)('refuses %s of no meaning when it is made', (argument, values) => {
    for (const value of values)
      expectArgumentError(
        () => new Pool({ kernelSize: 2, [argument]: value } as never),
        ArgumentError,
        argument,
        shown(value),
      );
  });

  it('refuses an input that is not 4-D', () =>
    expectArgumentError(() => new Pool({ kernelSize: 2 }).forward(zeros([4, 4])), ShapeError, 'x', '[4, 4]'));
});
