import { describe, it } from 'vitest';
import { ArgumentError, DisposedError, DTypeError, ForeignTensorError, ShapeError, zeros } from '../../src/index.ts';
import { sgdStep } from '../../src/ops/index.ts';
import { ELEMENTWISE_BLOCK } from '../../src/runtime/abi.ts';
import { expectExactly, expectWithin } from '../helpers/compare.ts';
import { range } from '../helpers/convCases.ts';
import { expectArgumentError, expectError } from '../helpers/errors.ts';
import { made } from '../helpers/tensors.ts';
import { dtypes, epsilon, filled, random } from '../helpers/values.ts';
import * as reference from '../reference/sgd.ts';

/** Below, at and above a block. */
const aroundBlock = [ELEMENTWISE_BLOCK - 1, ELEMENTWISE_BLOCK, ELEMENTWISE_BLOCK + 1, 2 * ELEMENTWISE_BLOCK + 3];

describe.each(dtypes)('sgdStep in %s', dtype => {
  it.each([
    { momentum: 0 },
    { momentum: 0.5 },
    { momentum: 0.9 },
    { momentum: 0.9, nesterov: true },
    { momentum: 0.9, dampening: 0.3 },
    { momentum: 0.9, dampening: 1 },
    { momentum: 0.9, weightDecay: 0.2 },
    { momentum: 0.9, weightDecay: 0.2, nesterov: true },
  ])('three steps with %j, of 1 to 33 elements and around a block', given => {
    for (const n of [...range(1, 33), ...aroundBlock]) {
      const options = { learningRate: 0.1, ...given };
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

  it('decays weights without a velocity too', () => {
    const [param, grad] = [random([7], 1, dtype), random([7], 2, dtype)];
    const t = made(param, dtype);
    const options = { learningRate: 0.25, momentum: 0, weightDecay: 0.5 };
    sgdStep(t, made(grad, dtype), null, options);
    expectWithin(t, reference.sgdStep(param, grad, filled([7], 0), options).param, () => 4 * epsilon[dtype]);
  });

  it('sends NaN and infinities where IEEE arithmetic sends them', () => {
    const [inf, nan] = [Number.POSITIVE_INFINITY, Number.NaN];
    const param = { shape: [6], data: Float64Array.of(1, nan, inf, 1, -inf, 1) };
    const grad = { shape: [6], data: Float64Array.of(nan, 1, 1, inf, 1, 1) };
    for (const weightDecay of [0, 0.5]) {
      const t = made(param, dtype);
      const options = { learningRate: 0.5, momentum: 0.5, weightDecay };
      sgdStep(t, made(grad, dtype), zeros([6], dtype), options);
      // Without decay an infinite parameter has no part in the step (0 * infinity would be NaN).
      const decayed = weightDecay > 0;
      const wanted = [nan, nan, decayed ? nan : inf, -inf, decayed ? nan : -inf, decayed ? 0.25 : 0.5];
      expectExactly(t, { shape: [6], data: Float64Array.from(wanted) }, `weight decay ${weightDecay}`);
    }
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

  it('momentum without a velocity, and nesterov without one', () => {
    const run = (more: object) => sgdStep(zeros([2]), zeros([2]), null, { ...options, ...more });
    expectArgumentError(() => run({}), ArgumentError, 'velocity', 'null', 'momentum');
    expectArgumentError(() => run({ momentum: 0, nesterov: true }), ArgumentError, 'velocity', 'null', 'nesterov');
  });

  it.each([
    ['learningRate', [Number.NaN, '0.1', undefined]],
    ['momentum', [Number.NaN, '0.9']],
    ['dampening', [Number.NaN, '0.9']],
    ['weightDecay', [Number.POSITIVE_INFINITY, '0.9']],
    ['nesterov', [1, null]],
  ] as const)('%s of another kind', (argument, values) => {
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
