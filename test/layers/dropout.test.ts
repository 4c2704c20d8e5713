import { describe, expect, it } from 'vitest';
import { ArgumentError, Dropout, ShapeError, scope, zeros } from '../../src/index.ts';
import { dropout } from '../../src/ops/index.ts';
import { expectExactly, expectRelative } from '../helpers/compare.ts';
import { expectArgumentError, shown } from '../helpers/errors.ts';
import { formats, made, read } from '../helpers/tensors.ts';
import { dtypes, filled, inner, random } from '../helpers/values.ts';
import { numericalGradient } from '../reference/gradientCheck.ts';

describe.each(dtypes)('Dropout in %s', dtype => {
  it('draws anew in each forward, and backward drops what the last one dropped', () => {
    const [x, dy] = [random([2, 3, 5, 7], 1, dtype), random([2, 3, 5, 7], 2, dtype)];
    for (const format of formats)
      for (const other of formats) {
        const layer = new Dropout({ p: 0.4, seed: 11 });
        for (const draw of [0, 1, 2]) {
          const options = { p: 0.4, seed: 11, draw };
          expectExactly(layer.forward(made(x, dtype, format)), read(dropout(made(x, dtype), options)));
          expectExactly(layer.backward(made(dy, dtype, other)), read(dropout(made(dy, dtype), options)));
        }
      }
  });
});

describe('Dropout', () => {
  const x = random([200], 1, 'float32');

  it('drops half by default, other elements in each forward and from each seed', () => {
    const draw = (layer: Dropout) => read(layer.forward(made(filled([200], 1)))).data;
    const layer = new Dropout();
    expect(layer.p).toBe(0.5);
    const [first, second] = [draw(layer), draw(layer)];
    expect(new Set(first)).toEqual(new Set([0, 2]));
    expect(second).not.toEqual(first);
    expect(draw(new Dropout())).not.toEqual(draw(new Dropout()));
    expect(draw(new Dropout({ seed: 3 }))).toEqual(draw(new Dropout({ seed: 3 })));
  });

  it('is the identity in eval, which draws nothing', () => {
    const layer = new Dropout({ seed: 1 }).eval();
    const input = made(x);
    expect(layer.forward(input)).toBe(input);
    expect(layer.state).toEqual({ seed: 1, draws: 0 });
  });

  it('goes on from a state that was saved', () => {
    const layer = new Dropout({ p: 0.3, seed: 5 });
    layer.forward(made(x));
    const { state } = layer;
    expect(JSON.parse(JSON.stringify(state))).toEqual({ seed: 5, draws: 1 });
    const next = read(layer.forward(made(x)));
    const other = new Dropout({ p: 0.3 });
    other.state = JSON.parse(JSON.stringify(state));
    expectExactly(other.forward(made(x)), next);
    expect(other.state).toEqual({ seed: 5, draws: 2 });
  });

  it('a state set between forward and backward counts from the next forward on', () => {
    const layer = new Dropout({ seed: 5 });
    const y = read(layer.forward(made(x)));
    layer.state = { seed: 6, draws: 9 };
    expectExactly(layer.backward(made(x)), y);
  });

  it('has gradients as finite differences say', () => {
    const [input, dy] = [random([2, 3, 4, 5], 1), random([2, 3, 4, 5], 2)];
    const layer = new Dropout({ p: 0.3, seed: 1 });
    const wanted = numericalGradient(v => {
      layer.state = { seed: 1, draws: 0 };
      return scope(() => inner(read(layer.forward(made(v, 'float64'))), dy));
    }, input);
    expectRelative(layer.backward(made(dy, 'float64')), wanted, 1e-8);
  });

  it.each([
    ['p', [-0.1, 1, Number.NaN, '0.5']],
    ['seed', [0.5, '1']],
  ] as const)('refuses %s of no meaning', (argument, values) => {
    for (const value of values)
      expectArgumentError(() => new Dropout({ [argument]: value } as never), ArgumentError, argument, shown(value));
  });

  it('refuses a state of no meaning, and keeps the one it has', () => {
    const layer = new Dropout({ seed: 1 });
    const set = (state: unknown) => () => {
      layer.state = state as never;
    };
    expectArgumentError(set(null), ArgumentError, 'state');
    expectArgumentError(set({ seed: 0.5, draws: 0 }), ArgumentError, 'state.seed', '0.5');
    expectArgumentError(set({ seed: 2, draws: -1 }), ArgumentError, 'state.draws', '-1');
    expect(layer.state).toEqual({ seed: 1, draws: 0 });
  });

  it('refuses an output gradient of another shape', () => {
    const layer = new Dropout();
    layer.forward(zeros([2, 3]));
    expectArgumentError(() => layer.backward(zeros([3, 2])), ShapeError, 'dy', '[3, 2]', '[2, 3]');
  });
});
