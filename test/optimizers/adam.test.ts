import { describe, expect, it } from 'vitest';
import { Adam, type AdamOptions, AdamW, ArgumentError, SoftmaxCrossEntropy, type Tensor } from '../../src/index.ts';
import { expectWithin } from '../helpers/compare.ts';
import { expectArgumentError, shown } from '../helpers/errors.ts';
import { made, read } from '../helpers/tensors.ts';
import { gradsOf, paramsOf, pictures, smallNet, train } from '../helpers/training.ts';
import { dtypes, epsilon, filled, type Values } from '../helpers/values.ts';
import * as reference from '../reference/adam.ts';

/** The options that an optimizer is made with, and what they come to. */
const cases: [typeof Adam, AdamOptions, reference.AdamOptions][] = (
  [
    [Adam, {}],
    [Adam, { learningRate: 0.05 }],
    [Adam, { learningRate: 0.05, betas: [0.7, 0.8] }],
    [Adam, { learningRate: 0.05, eps: 0.01 }],
    [Adam, { learningRate: 0.05, weightDecay: 0.3 }],
    [AdamW, {}],
    [AdamW, { learningRate: 0.05, weightDecay: 0.3 }],
    [AdamW, { learningRate: 0.05, weightDecay: 0 }],
  ] as [typeof Adam, AdamOptions][]
).map(([Kind, options]) => {
  const decoupled = Kind === AdamW;
  const defaults = { learningRate: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: decoupled ? 0.01 : 0 } as const;
  return [Kind, options, { ...defaults, decoupled, ...options }];
});

describe.each(dtypes)('in %s', dtype => {
  it.each(cases)('%o with %j: five steps of the written-out formulas', (Kind, options, meant) => {
    const net = smallNet(dtype);
    const optimizer = new Kind(net, options);
    const zero = (p: Tensor) => filled(p.shape, 0);
    let expected = paramsOf(net).map(p => ({ param: read(p), m: zero(p), v: zero(p) }));
    const { x, labels } = pictures(6, dtype);
    const loss = new SoftmaxCrossEntropy();
    for (let step = 1; step <= 5; step++) {
      loss.forward(net.forward(made(x, dtype)), labels);
      net.backward(loss.backward());
      const grads = gradsOf(net).map(grad => read(grad as Tensor));
      optimizer.step();
      expected = expected.map((state, i) => reference.adamStep(state, grads[i] as Values, step, meant));
      paramsOf(net).forEach((param, i) => {
        const { param: wanted } = expected[i] as reference.AdamState;
        expectWithin(param, wanted, () => 32 * epsilon[dtype], `parameter ${i} after step ${step}`);
      });
    }
  });

  it.each([Adam, AdamW])('%o: a tiny network learns', Kind => {
    const net = smallNet(dtype);
    const losses = train(net, new Kind(net, { learningRate: 0.02 }), 60, dtype);
    expect(losses[0]).toBeGreaterThan(0.5);
    expect(losses.at(-1)).toBeLessThan(0.05);
  });
});

describe.each([Adam, AdamW])('%o', Kind => {
  it.each([
    ['learningRate', [Number.NaN, '0.1', -1, 0, Number.POSITIVE_INFINITY]],
    ['betas', [[0.9], [0.9, 1], [-0.1, 0.9], 0.9]],
    ['eps', [Number.NaN, -1, Number.POSITIVE_INFINITY]],
    ['weightDecay', [Number.NaN, -0.1, Number.POSITIVE_INFINITY]],
  ] as const)('refuses %s of no meaning', (argument, values) => {
    for (const value of values)
      expectArgumentError(
        () => new Kind(smallNet(), { [argument]: value } as never),
        ArgumentError,
        argument,
        shown(value),
      );
  });
});
