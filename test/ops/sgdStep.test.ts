import { describe, it } from 'vitest';
import { ArgumentError, DisposedError, DTypeError, ForeignTensorError, ShapeError, zeros } from '../../src/index.ts';
import { sgdStep } from '../../src/ops/index.ts';
import { expectExactly, expectWithin } from '../helpers/compare.ts';
import { range } from '../helpers/convCases.ts';
import { expectArgumentError, expectError } from '../helpers/errors.ts';
import { made } from '../helpers/tensors.ts';
import { dtypes, epsilon, filled, random } from '../helpers/values.ts';
import * as reference from '../reference/sgd.ts';

describe.each(dtypes)('sgdStep in %s', dtype => {
  it.each([0, 0.5, 0.9])('three steps with momentum %d, 1 to 33 elements', momentum => {
    for (const n of range(1, 33)) {
      const options = { learningRate: 0.1, momentum };
      let state = { param: random([n], 1, dtype), velocity: filled([n], 0) };
      const [param, velocity] = [made(state.param, dtype), zeros([n], dtype)];
      for (const step of [1, 2, 3]) {
        const grad = random([n], step + 1, dtype);
        const given = made(grad, dtype);
        sgdStep(param, given, velocity, options);
        state = reference.sgdStep(state.param, grad, state.velocity, options);
        expectWithin(param, state.param, () => 8 * epsilon[dtype], `param of ${n}, step ${step}`);
        expectWithin(velocity, state.velocity, () => 8 * epsilon[dtype], `velocity of ${n}, step ${step}`);
        expectExactly(given, grad, 'the gradient afterwards');
      }
    }
  });

  it('needs no velocity without momentum', () => {
    const [param, grad] = [random([7], 1, dtype), random([7], 2, dtype)];
    const t = made(param, dtype);
    sgdStep(t, made(grad, dtype), null, { learningRate: 0.25, momentum: 0 });
    const options = { learningRate: 0.25, momentum: 0 };
    expectWithin(t, reference.sgdStep(param, grad, filled([7], 0), options).param, () => 4 * epsilon[dtype]);
  });

  it('takes tensors of any rank', () => {
    const [param, grad] = [random([3, 2, 3, 3], 1, dtype), random([3, 2, 3, 3], 2, dtype)];
    const t = made(param, dtype, 'channels-last');
    const options = { learningRate: 0.5, momentum: 0 };
    sgdStep(t, made(grad, dtype), null, options);
    expectWithin(t, reference.sgdStep(param, grad, filled(param.shape, 0), options).param, () => 4 * epsilon[dtype]);
  });
});

describe('sgdStep refuses', () => {
  const options = { learningRate: 0.1, momentum: 0.9 };
  const run = (grad: number[], velocity: number[], dtype: 'float32' | 'float64' = 'float32') =>
    sgdStep(zeros([2, 3]), zeros(grad, dtype), zeros(velocity), options);

  it('a gradient or velocity of another shape or dtype, and changes nothing', () => {
    expectArgumentError(() => run([3, 2], [2, 3]), ShapeError, 'gradient', '[3, 2]');
    expectArgumentError(() => run([2, 3], [6]), ShapeError, 'velocity', '[6]');
    expectArgumentError(() => run([2, 3], [2, 3], 'float64'), DTypeError, 'gradient', 'float64');
    const param = made(filled([2], 1));
    expectError(() => sgdStep(param, made(filled([3], 1)), null, { ...options, momentum: 0 }), ShapeError);
    expectExactly(param, filled([2], 1));
  });

  it('momentum without a velocity', () =>
    expectArgumentError(() => sgdStep(zeros([2]), zeros([2]), null, options), ArgumentError, 'velocity', 'null'));

  it.each([
    ['learningRate', [Number.NaN, '0.1', undefined]],
    ['momentum', [Number.NaN, '0.9']],
  ] as const)('%s that is no number', (argument, values) => {
    for (const value of values)
      expectArgumentError(
        () => sgdStep(zeros([2]), zeros([2]), zeros([2]), { ...options, [argument]: value } as never),
        ArgumentError,
        argument,
        String(value),
      );
  });

  it('disposed and foreign tensors', () => {
    const gone = zeros([2]);
    gone.dispose();
    expectError(() => sgdStep(gone, zeros([2]), null, { ...options, momentum: 0 }), DisposedError, 'parameter');
    expectError(
      () => sgdStep(zeros([2]), {} as never, null, { ...options, momentum: 0 }),
      ForeignTensorError,
      'gradient',
    );
  });
});
