import { describe, expect, it } from 'vitest';
import { ArgumentError, cosine, SGD, stepDecay, warmUp } from '../../src/index.ts';
import { expectNumber } from '../helpers/compare.ts';
import { expectArgumentError, shown } from '../helpers/errors.ts';
import { smallNet, train } from '../helpers/training.ts';

describe('stepDecay', () => {
  it('multiplies by the factor each few steps', () => {
    const schedule = stepDecay({ learningRate: 0.8, every: 3, factor: 0.5 });
    const rates = [0, 1, 2, 3, 4, 5, 6, 8.9, 9].map(schedule);
    expect(rates).toEqual([0.8, 0.8, 0.8, 0.4, 0.4, 0.4, 0.2, 0.2, 0.1]);
  });

  it('by a tenth unless told otherwise', () => {
    expectNumber(stepDecay({ learningRate: 5, every: 1 })(2), 0.05, 1e-15);
  });
});

describe('cosine', () => {
  it('falls along half a wave to the minimum, and stays there', () => {
    const schedule = cosine({ learningRate: 0.5, steps: 12, minimum: 0.1 });
    // (1 + cos(pi part)) / 2 at 0, 1/4, 1/3, 1/2, 2/3, 3/4, 1.
    const root = Math.SQRT1_2;
    const parts = [1, (1 + root) / 2, 0.75, 0.5, 0.25, (1 - root) / 2, 0];
    [0, 3, 4, 6, 8, 9, 12].forEach((step, i) => {
      expectNumber(schedule(step), 0.1 + 0.4 * (parts[i] as number), 1e-15, `step ${step}`);
    });
    expect([schedule(13), schedule(1e9)]).toEqual([0.1, 0.1]);
  });

  it('falls to exactly 0 unless told otherwise', () => {
    const schedule = cosine({ learningRate: 0.5, steps: 10 });
    expect([schedule(10), schedule(11)]).toEqual([0, 0]);
    expect(schedule(9.999)).toBeGreaterThan(0);
  });
});

describe('warmUp', () => {
  it('rises in equal parts to where the other schedule begins, and goes on with it', () => {
    const then = stepDecay({ learningRate: 1, every: 2, factor: 0.5 });
    const rates = [0, 1, 2, 3, 4, 5, 6].map(warmUp(then, { steps: 3 }));
    expect(rates).toEqual([0.25, 0.5, 0.75, 1, 1, 0.5, 0.5]);
  });
});

describe('every schedule', () => {
  const schedules = [
    stepDecay({ learningRate: 0.1, every: 3 }),
    cosine({ learningRate: 0.1, steps: 5 }),
    warmUp(() => 0.1, { steps: 3 }),
  ];

  it('keeps nothing: the same step, the same rate, in any order', () => {
    for (const schedule of schedules) {
      const forth = [0, 1, 2, 3, 4, 5].map(schedule);
      expect([5, 4, 3, 2, 1, 0].map(schedule).reverse()).toEqual(forth);
    }
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, '1', undefined])('refuses step %s', step => {
    for (const schedule of schedules)
      expectArgumentError(() => schedule(step as number), ArgumentError, 'step', shown(step));
  });

  it('drives an optimizer to its last step and past it', () => {
    const net = smallNet();
    const optimizer = new SGD(net, { learningRate: 1 });
    const schedule = warmUp(cosine({ learningRate: 0.1, steps: 2 }), { steps: 1 });
    const rates = [0, 1, 2, 3, 4].map(() => {
      optimizer.learningRate = schedule(optimizer.steps);
      train(net, optimizer, 1, 'float32');
      return optimizer.learningRate;
    });
    [0.05, 0.1, 0.05, 0, 0].forEach((rate, i) => {
      expect(rates[i]).toBeCloseTo(rate, 15);
    });
  });
});

describe('refused are', () => {
  const bad = [0, -1, Number.NaN, Number.POSITIVE_INFINITY, '1'];

  it.each([
    ['learningRate', stepDecay, { learningRate: 0.1, every: 3 }, bad],
    ['every', stepDecay, { learningRate: 0.1, every: 3 }, bad],
    ['factor', stepDecay, { learningRate: 0.1, every: 3 }, bad],
    ['learningRate', cosine, { learningRate: 0.1, steps: 5 }, bad],
    ['steps', cosine, { learningRate: 0.1, steps: 5 }, bad],
    ['minimum', cosine, { learningRate: 0.1, steps: 5 }, [-0.1, 0.2, Number.NaN]],
    ['steps', (options: never) => warmUp(() => 1, options), { steps: 3 }, bad],
  ] as const)('%s of no meaning in %o', (argument, make, options, values) => {
    for (const value of values)
      expectArgumentError(
        () => (make as (options: object) => unknown)({ ...options, [argument]: value }),
        ArgumentError,
        argument,
        shown(value),
      );
  });

  it('no schedule to go on with', () =>
    expectArgumentError(() => warmUp(0.1 as never, { steps: 3 }), ArgumentError, 'then', '0.1'));
});
