import { describe, expect, it } from 'vitest';
import { ArgumentError, DisposedError, tensor } from '../../src/index.ts';
import { dropout } from '../../src/ops/index.ts';
import { expectExactly } from '../helpers/compare.ts';
import { range } from '../helpers/convCases.ts';
import { expectArgumentError, expectError, shown } from '../helpers/errors.ts';
import { describeOut } from '../helpers/out.ts';
import { formats, made, read } from '../helpers/tensors.ts';
import { at, dtypes, filled, map, random, rounded, type Values } from '../helpers/values.ts';

/** Which of n elements are kept. */
const kept = (n: number, options: { p: number; seed: number; draw?: number }): boolean[] =>
  [...dropout(made(filled([n], 1)), options).data].map(value => value !== 0);

const share = (flags: readonly boolean[]): number => flags.filter(Boolean).length / flags.length;

describe.each(dtypes)('dropout in %s', dtype => {
  it('makes elements 0 or divides them by 1 - p; those that a longer tensor drops at the same places', () => {
    const flags = kept(40_000, { p: 0.3, seed: 5 });
    const expected = (x: Values) =>
      map(x, (value, i) => (flags[i] ? rounded(rounded(1 / 0.7, dtype) * value, dtype) : 0));
    for (const n of [...range(1, 18), 16383, 16385, 33000]) {
      const x = random([n], n, dtype);
      expectExactly(dropout(made(x, dtype), { p: 0.3, seed: 5 }), expected(x), `${n} elements`);
    }
  });

  it('drops the same in either memory format', () => {
    for (const shape of [...range(1, 9).map(channels => [3, channels, 2, 3]), [2, 19, 17, 20]]) {
      const x = random(shape, 1, dtype);
      const wanted = read(dropout(made(x, dtype), { p: 0.5, seed: 1 }));
      expectExactly(dropout(made(x, dtype, 'channels-last'), { p: 0.5, seed: 1 }), wanted, `[${shape}]`);
    }
  });

  it('leaves x as it was, or overwrites it', () => {
    const numbers = random([2, 3, 5, 7], 1, dtype);
    for (const format of formats) {
      const x = made(numbers, dtype, format);
      const y = read(dropout(x, { p: 0.5, seed: 3 }));
      expectExactly(x, numbers);
      expect(dropout(x, { p: 0.5, seed: 3, out: x })).toBe(x);
      expectExactly(x, y);
    }
  });

  it('with p = 0 is x; a NaN that is kept stays, one that is dropped is 0', () => {
    const x = random([37], 1, dtype);
    expectExactly(dropout(made(x, dtype), { p: 0, seed: 1 }), x);
    const flags = kept(37, { p: 0.5, seed: 1 });
    const nan = dropout(made(filled([37], Number.NaN), dtype), { p: 0.5, seed: 1 });
    expectExactly(nan, { shape: [37], data: Float64Array.from(flags, flag => (flag ? Number.NaN : 0)) });
  });
});

describe('what is dropped', () => {
  it('is a share of p, whatever the seed and the draw', () => {
    for (const p of [0.01, 0.1, 0.5, 0.9])
      for (const seed of [0, 1, -1, 2 ** 40 + 1])
        for (const draw of [0, 1, 1000]) {
          const n = 30_000;
          const sigma = Math.sqrt((p * (1 - p)) / n);
          // Fixed seeds: this is no matter of luck.
          expect(Math.abs(share(kept(n, { p, seed, draw })) - (1 - p)), `${p} ${seed} ${draw}`).toBeLessThan(4 * sigma);
        }
  });

  it('is not told by neighbours, by other places, draws or seeds', () => {
    const n = 30_000;
    const first = kept(n, { p: 0.5, seed: 1 });
    const others: [string, boolean[]][] = [
      ...[1, 2, 3, 4, 8, 16, 64, 1024].map(
        step => [`${step} on`, first.map((_, i) => first[(i + step) % n] === true)] as [string, boolean[]],
      ),
      ['next draw', kept(n, { p: 0.5, seed: 1, draw: 1 })],
      ['next seed', kept(n, { p: 0.5, seed: 2 })],
      ['seed + 2^32', kept(n, { p: 0.5, seed: 1 + 2 ** 32 })],
      ['draw 2^32', kept(n, { p: 0.5, seed: 1, draw: 2 ** 32 })],
    ];
    for (const [name, flags] of others)
      expect(Math.abs(share(flags.map((flag, i) => flag === first[i])) - 0.5), name).toBeLessThan(4 * 0.5 * n ** -0.5);
  });

  it('stays what it is from version to version', () => {
    const bits = kept(32, { p: 0.5, seed: 42, draw: 7 }).map(Number).join('');
    expect(bits).toBe('10101100111100101110001010100000');
  });

  it('does not depend on which elements there are', () => {
    const flags = kept(100, { p: 0.5, seed: 9 });
    const y = dropout(tensor(Float32Array.from({ length: 100 }, (_, i) => i + 1)), { p: 0.5, seed: 9 });
    expect([...y.data].map(value => value !== 0)).toEqual(flags);
    expect(at(y.data, flags.indexOf(true))).toBe(2 * (flags.indexOf(true) + 1));
  });
});

describe('dropout refuses', () => {
  it.each([
    ['p', [-0.1, 1, Number.NaN, undefined, '0.5']],
    ['seed', [0.5, Number.NaN, undefined]],
    ['draw', [-1, 0.5]],
  ] as const)('%s of no meaning', (argument, values) => {
    for (const value of values)
      expectArgumentError(
        () => dropout(tensor([1]), { p: 0.5, seed: 1, [argument]: value } as never),
        ArgumentError,
        argument,
        shown(value),
      );
  });

  it('a disposed tensor', () => {
    const gone = tensor([1]);
    gone.dispose();
    expectError(() => dropout(gone, { p: 0.5, seed: 1 }), DisposedError, 'x');
  });
});

describeOut({
  dropout: (options, dtype) => dropout(made(random([2, 3, 5, 7], 1, dtype), dtype), { p: 0.5, seed: 1, ...options }),
});
