import { describe, it } from 'vitest';
import { ArgumentError, DisposedError, DTypeError, ForeignTensorError, ShapeError, zeros } from '../../src/index.ts';
import { adamStep } from '../../src/ops/index.ts';
import { ELEMENTWISE_BLOCK } from '../../src/runtime/abi.ts';
import { expectExactly, expectWithin } from '../helpers/compare.ts';
import { range } from '../helpers/convCases.ts';
import { expectArgumentError, expectError, shown } from '../helpers/errors.ts';
import { made } from '../helpers/tensors.ts';
import { dtypes, epsilon, filled, random } from '../helpers/values.ts';
import * as reference from '../reference/adam.ts';

/** PyTorch's defaults. */
const defaults = { betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, decoupled: false } as const;

const sizes = [...range(1, 33), ELEMENTWISE_BLOCK - 1, ELEMENTWISE_BLOCK, ELEMENTWISE_BLOCK + 1];

describe.each(dtypes)('adamStep in %s', dtype => {
  it.each<Partial<reference.AdamOptions>>([
    {},
    { betas: [0.5, 0.6] },
    { betas: [0, 0] },
    { eps: 0.1 },
    { weightDecay: 0.2 },
    { weightDecay: 0.2, decoupled: true },
    { decoupled: true },
  ])('three steps with %j, of 1 to 33 elements and around a block', given => {
    for (const n of sizes) {
      let state = { param: random([n], 1, dtype), m: filled([n], 0), v: filled([n], 0) };
      const [param, m, v] = [made(state.param, dtype), zeros([n], dtype), zeros([n], dtype)];
      for (const step of [1, 2, 3]) {
        const grad = random([n], step + 1, dtype);
        const tensor = made(grad, dtype);
        const options = { learningRate: 0.1, ...given };
        adamStep(param, tensor, m, v, { ...options, step });
        state = reference.adamStep(state, grad, step, { ...defaults, ...options });
        // A step is at most a few learning rates long.
        expectWithin(param, state.param, () => 16 * epsilon[dtype], `param of ${n}, step ${step}`);
        expectWithin(m, state.m, () => 8 * epsilon[dtype], `first moment of ${n}, step ${step}`);
        expectWithin(v, state.v, () => 8 * epsilon[dtype], `second moment of ${n}, step ${step}`);
        expectExactly(tensor, grad, 'the gradient afterwards');
      }
    }
  });

  it('corrects the bias of late steps as of early ones', () => {
    const start = { param: random([9], 1, dtype), m: random([9], 2, dtype), v: filled([9], i => 0.5 + i / 16) };
    const grad = random([9], 3, dtype);
    for (const step of [10, 1000, 1_000_000, 2 ** 50]) {
      const [param, m, v] = [made(start.param, dtype), made(start.m, dtype), made(start.v, dtype)];
      adamStep(param, made(grad, dtype), m, v, { learningRate: 0.1, step });
      const wanted = reference.adamStep(start, grad, step, { ...defaults, learningRate: 0.1 });
      expectWithin(param, wanted.param, () => 16 * epsilon[dtype], `step ${step}`);
    }
  });

  it('sends NaN and infinities where IEEE arithmetic sends them', () => {
    const [inf, nan] = [Number.POSITIVE_INFINITY, Number.NaN];
    const param = { shape: [5], data: Float64Array.of(1, nan, inf, 1, 1) };
    const grad = { shape: [5], data: Float64Array.of(nan, 1, 1, inf, 0) };
    const t = made(param, dtype);
    adamStep(t, made(grad, dtype), zeros([5], dtype), zeros([5], dtype), { learningRate: 0.5, step: 1 });
    // An infinite gradient: infinity / infinity. None at all: 0 / eps.
    const wanted = [nan, nan, inf, nan, 1];
    expectExactly(t, { shape: [5], data: Float64Array.from(wanted) });
    const still = made(param, dtype);
    adamStep(still, zeros([5], dtype), zeros([5], dtype), zeros([5], dtype), { learningRate: 0.5, step: 1, eps: 0 });
    expectExactly(still, filled([5], nan), '0 / 0 where eps is 0');
  });

  it('takes tensors of any rank and memory format', () => {
    const shape = [3, 2, 3, 3];
    const start = { param: random(shape, 1, dtype), m: filled(shape, 0), v: filled(shape, 0) };
    const grad = random(shape, 2, dtype);
    const t = made(start.param, dtype, 'channels-last');
    const [m, v] = [zeros(shape, dtype), zeros(shape, dtype)];
    adamStep(t, made(grad, dtype, 'channels-last'), m, v, { learningRate: 0.5, step: 1 });
    const wanted = reference.adamStep(start, grad, 1, { ...defaults, learningRate: 0.5 });
    expectWithin(t, wanted.param, () => 16 * epsilon[dtype]);
  });
});

describe('adamStep refuses', () => {
  const options = { learningRate: 0.1, step: 1 };
  const good = () => [zeros([2, 3]), zeros([2, 3]), zeros([2, 3]), zeros([2, 3])] as const;

  it.each([
    [1, 'gradient'],
    [2, 'firstMoment'],
    [3, 'secondMoment'],
  ] as const)('operand %i, the %s, of another shape or dtype, disposed or foreign, and changes nothing', (i, name) => {
    const run = (bad: unknown) => {
      const tensors = [made(filled([2, 3], 1)), ...good().slice(1)];
      const [param] = tensors;
      tensors[i] = bad as never;
      try {
        adamStep(...(tensors as unknown as ReturnType<typeof good>), options);
      } finally {
        expectExactly(param as never, filled([2, 3], 1));
      }
    };
    const gone = zeros([2, 3]);
    gone.dispose();
    expectArgumentError(() => run(zeros([3, 2])), ShapeError, name, '[3, 2]');
    expectArgumentError(() => run(zeros([2, 3], 'float64')), DTypeError, name, 'float64');
    expectError(() => run(gone), DisposedError, name);
    expectError(() => run({}), ForeignTensorError, name);
  });

  it.each([
    ['learningRate', [Number.NaN, '0.1', undefined]],
    ['step', [0, -1, 0.5, Number.NaN, '1', undefined]],
    ['betas', [[0.9], [0.9, 1], [-0.1, 0.9], ['0.9', 0.9], 0.9]],
    ['eps', [-1, Number.NaN, Number.POSITIVE_INFINITY, '1']],
    ['weightDecay', [Number.NaN, '0.1']],
    ['decoupled', [1, null]],
  ] as const)('%s of no meaning', (argument, values) => {
    for (const value of values)
      expectArgumentError(
        () => adamStep(...good(), { ...options, [argument]: value } as never),
        ArgumentError,
        argument,
        Array.isArray(value) ? '[' : shown(value),
      );
  });
});
