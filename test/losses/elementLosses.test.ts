import { describe, expect, it } from 'vitest';
import { BCEWithLogits, DisposedError, MSE, ShapeError, StateError, scope, tensor, zeros } from '../../src/index.ts';
import { expectNumber, expectWithin } from '../helpers/compare.ts';
import { expectArgumentError, expectError } from '../helpers/errors.ts';
import { made, read } from '../helpers/tensors.ts';
import { dtypes, epsilon, magnitude, random, scaled } from '../helpers/values.ts';
import * as reference from '../reference/elementLosses.ts';

const all = [
  ['MSE', () => new MSE(), reference.losses.mse],
  ['BCEWithLogits', () => new BCEWithLogits(), reference.losses.bceWithLogits],
] as const;

describe.each(all)('%s', (name, make, losses) => {
  it.each(dtypes)('is the mean over all elements, backward the gradient per sample, in %s', dtype => {
    for (const shape of [[6], [3, 5], [2, 3, 4, 5]]) {
      const [p, t] = [scaled(random(shape, 1, dtype), 4), magnitude(random(shape, 2, dtype))];
      const loss = make();
      expectNumber(
        loss.forward(made(p, dtype), made(t, dtype)),
        reference.mean(losses, p, t),
        16 * epsilon[dtype],
        `[${shape}]`,
      );
      expectWithin(loss.backward(), reference.gradient(losses, p, t), () => 16 * epsilon[dtype], `gradient [${shape}]`);
    }
  });

  it('gradients belong to the last forward, and can be asked for twice', () => {
    const [first, second] = [made(random([2, 3], 1)), made(random([2, 3], 2))];
    const target = zeros([2, 3]);
    const loss = make();
    loss.forward(second, target);
    const wanted = read(loss.backward());
    loss.forward(first, target);
    expect(read(loss.backward())).not.toEqual(wanted);
    loss.forward(second, target);
    for (let i = 0; i < 2; i++) expect(read(loss.backward())).toEqual(wanted);
  });

  it('keeps what the last forward was given when it refuses another', () => {
    const loss = make();
    loss.forward(made(random([2, 3], 1)), zeros([2, 3]));
    const before = read(loss.backward());
    expectArgumentError(() => loss.forward(zeros([2, 3]), zeros([3, 2])), ShapeError, 'target', '[3, 2]', '[2, 3]');
    expect(read(loss.backward())).toEqual(before);
  });

  it('backward before forward, and after dispose, is a StateError; with operands that are gone a DisposedError', () => {
    const loss = make();
    expectError(() => loss.backward(), StateError, name, 'backward', 'forward');
    scope(() => loss.forward(zeros([2]), zeros([2])));
    expectError(() => loss.backward(), DisposedError);
    loss.dispose();
    expectError(() => loss.backward(), StateError, name, 'backward', 'forward');
  });
});

describe("PyTorch's examples", () => {
  // torch 2: MSELoss()(tensor([[1., 2.], [3., 5.]]), tensor([[1., 0.], [0., 4.]])) = (0 + 4 + 9 + 1) / 4
  it('MSE of four numbers, by hand', () => {
    const loss = new MSE();
    expect(
      loss.forward(
        tensor([
          [1, 2],
          [3, 5],
        ]),
        tensor([
          [1, 0],
          [0, 4],
        ]),
      ),
    ).toBe(3.5);
    expect([...loss.backward().data]).toEqual([0, 2, 3, 1]);
  });

  // BCEWithLogitsLoss()(zeros, t) = ln 2 for any t; its documentation's full([10, 64], 1.5) and ones is 0.20141.
  it('BCEWithLogits of 1.5 and 1 is 0.2014', () => {
    expectNumber(new BCEWithLogits().forward(tensor([1.5]), tensor([1])), 0.20141, 1e-4);
    expectNumber(new BCEWithLogits().forward(zeros([3, 4]), made(random([3, 4], 1))), Math.log(2), 1e-6);
  });
});
