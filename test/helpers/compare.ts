import { expect } from 'vitest';
import { at, type DType, epsilon, largest, type Values } from './values.ts';

/** A tensor, or numbers of the host: anything with a shape and its elements in row-major order. */
export interface Numbers {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

function coordinates(shape: readonly number[], index: number): string {
  const position: number[] = [];
  for (let axis = shape.length - 1, rest = index; axis >= 0; axis--) {
    const n = at(shape, axis);
    position.unshift(rest % n);
    rest = Math.floor(rest / n);
  }
  return `[${position.join(', ')}]`;
}

const same = (a: number, b: number): boolean => a === b || (Number.isNaN(a) && Number.isNaN(b));

/**
 * Each element of `actual` is that of `expected` within its own absolute bound; NaN and infinities must be met exactly.
 * Returns the largest |actual - expected|.
 */
export function expectWithin(
  actual: Numbers,
  expected: Values,
  bound: (index: number) => number,
  label = 'result',
): number {
  if (String(actual.shape) !== String(expected.shape))
    expect.fail(`${label}: shape [${actual.shape}], expected [${expected.shape}]`);
  const data = actual.data;
  if (data.length !== expected.data.length)
    expect.fail(`${label}: ${data.length} elements, expected ${expected.data.length}`);
  let worst = 0;
  let wrong = 0;
  let first = '';
  for (let i = 0; i < data.length; i++) {
    const got = at(data, i);
    const want = at(expected.data, i);
    if (same(got, want)) continue;
    const error = Math.abs(got - want);
    if (error <= bound(i)) {
      worst = Math.max(worst, error);
      continue;
    }
    if (wrong++ === 0)
      first = `at ${coordinates(expected.shape, i)} got ${got}, expected ${want}, off by ${error}, allowed ${bound(i)}`;
  }
  if (wrong > 0)
    expect.fail(`${label} of shape [${expected.shape}]: ${wrong} of ${data.length} elements wrong; ${first}`);
  return worst;
}

/** Same numbers, bit for bit, but for the sign of zero. */
export const expectExactly = (actual: Numbers, expected: Values, label?: string): void => {
  expectWithin(actual, expected, () => 0, label);
};

/** Same numbers, and the same signs of zero. */
export const expectBits = (actual: Numbers, expected: Numbers, label?: string): void => {
  expect([...actual.shape], label).toEqual([...expected.shape]);
  expect(Array.from(actual.data), label).toEqual(Array.from(expected.data));
};

/**
 * The bound of a sum of products by a direct algorithm: c * sqrt(terms) * eps * scale, where scale[i] is the same sum over
 * magnitudes. c = 2 cannot fail for up to four terms (K eps / 2 each for the result and, in float64, for the reference), and random
 * signs leave it far behind for more. An element that is the sum of nothing must be exactly zero.
 * Returns the largest |actual - expected|.
 */
export function expectSums(
  actual: Numbers,
  expected: Values,
  { scale, terms, dtype, c = 2, label }: { scale: Values; terms: number; dtype: DType; c?: number; label?: string },
): number {
  const factor = c * Math.sqrt(Math.max(1, terms)) * epsilon[dtype];
  return expectWithin(actual, expected, i => factor * at(scale.data, i), label);
}

/** max|actual - expected| / max|expected| <= tolerance; returns the left side. */
export function expectRelative(actual: Numbers, expected: Values, tolerance: number, label?: string): number {
  const scale = largest(expected);
  const worst = expectWithin(actual, expected, () => tolerance * scale, label);
  return worst === 0 ? 0 : worst / scale;
}

/** A number within a relative tolerance. */
export function expectNumber(actual: number, expected: number, tolerance: number, label?: string): void {
  expectRelative({ shape: [1], data: [actual] }, { shape: [1], data: Float64Array.of(expected) }, tolerance, label);
}

/** Remembers the worst relative error of each kind, to print it in one line. */
export class Ledger {
  readonly #worst = new Map<string, { error: number; name: string }>();
  readonly #title: string;

  constructor(title: string) {
    this.#title = title;
  }

  record(kind: string, error: number, name: string): void {
    const known = this.#worst.get(kind);
    if (known === undefined || error > known.error) this.#worst.set(kind, { error, name });
  }

  summary(): string {
    const parts = [...this.#worst].map(([kind, { error, name }]) => `${kind} ${error.toExponential(2)} (${name})`);
    return `${this.#title}: worst relative error: ${parts.join('; ')}`;
  }
}

/** c of winogradBound. The worst of 80,000 random small cases, of normal, uniform, positive and large-range data, came to 0.8 and 2.3. */
const WINOGRAD_C = { winograd2: 2, winograd4: 6 } as const;

/**
 * What any result of Winograd's algorithms may be off by: c * sqrt(K) * eps * (K * max |a| * max |b| + max |added|), with `terms` = K
 * the length of the sum, at least 9. K * max |a| * max |b| stands for the sum of |a| |b|: the transforms mix neighbouring sums, and
 * products that fall into the padding.
 */
export function winogradBound(
  algorithm: keyof typeof WINOGRAD_C,
  dtype: DType,
  terms: number,
  a: Values,
  b: Values,
  added?: Values,
): number {
  const K = Math.max(9, terms);
  const sum = K * largest(a) * largest(b) + (added ? largest(added) : 0);
  return WINOGRAD_C[algorithm] * Math.sqrt(K) * epsilon[dtype] * sum;
}
