/** Plain numbers on the host: what the references compute with, and what a tensor is compared with. Order: row-major. */
export interface Values {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export type DType = 'float32' | 'float64';
export type Pair = readonly [number, number];
export type Quad = readonly [number, number, number, number];

export const dtypes: readonly DType[] = ['float32', 'float64'];

/** Distance from 1 to the next number. */
export const epsilon: Readonly<Record<DType, number>> = { float32: 2 ** -23, float64: 2 ** -52 };

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** `data[index]`, which the type checker would call possibly undefined. */
export const at = (data: ArrayLike<number>, index: number): number => data[index] as number;

export const add = (data: Float64Array, index: number, value: number): void => {
  data[index] = at(data, index) + value;
};

export function filled(shape: readonly number[], value: number | ((index: number) => number)): Values {
  const data = new Float64Array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = typeof value === 'number' ? value : value(i);
  return { shape, data };
}

export const valuesOf = (shape: readonly number[], data: ArrayLike<number>): Values => filled(shape, i => at(data, i));

export const map = (a: Values, fn: (value: number, index: number) => number): Values =>
  filled(a.shape, i => fn(at(a.data, i), i));

export const magnitude = (a: Values): Values => map(a, Math.abs);

export const scaled = (a: Values, factor: number): Values => map(a, value => value * factor);

export const sum = (a: Values, b: Values): Values => map(a, (value, i) => value + at(b.data, i));

export const largest = (a: Values): number => a.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** Sum of a[i] * b[i]. */
export const inner = (a: Values, b: Values): number =>
  a.data.reduce((total, value, i) => total + value * at(b.data, i), 0);

/** A number as the dtype holds it, so that reference and kernel start from the same inputs. */
export const rounded = (value: number, dtype: DType): number => (dtype === 'float32' ? Math.fround(value) : value);

/** Seeded pseudo-random numbers in [0, 1): mulberry32. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Uniform in [-1, 1), each representable in `dtype`. */
export function random(shape: readonly number[], seed: number, dtype: DType = 'float64'): Values {
  const next = generator(seed);
  return filled(shape, () => rounded(2 * next() - 1, dtype));
}

/** Distinct numbers, at least 0.1 apart and 0.05 from zero, shuffled: no ties and no kink near by. */
export function distinct(shape: readonly number[], seed: number): Values {
  const next = generator(seed);
  const all = filled(shape, i => (i - Math.floor(sizeOf(shape) / 2) + 0.5) / 10);
  for (let i = all.data.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    const swap = at(all.data, i);
    all.data[i] = at(all.data, j);
    all.data[j] = swap;
  }
  return all;
}

/** Reorders the axes: axis i of the result is axis `order[i]` of `a`. */
export function transposed(a: Values, order: readonly number[]): Values {
  const steps = a.shape.map((_, axis) => sizeOf(a.shape.slice(axis + 1)));
  const shape = order.map(axis => at(a.shape, axis));
  return filled(shape, index => {
    let rest = index;
    let from = 0;
    for (let i = shape.length - 1; i >= 0; i--) {
      const n = at(shape, i);
      from += (rest % n) * at(steps, at(order, i));
      rest = Math.floor(rest / n);
    }
    return at(a.data, from);
  });
}
