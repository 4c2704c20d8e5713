import { ArgumentError } from './errors.ts';

/** Numbers from 0 (included) to 1 (excluded). */
export type Random = () => number;

/**
 * xoshiro128** (Blackman and Vigna, 2018) with 32 random bits a call, its state filled from the seed by SplitMix32. The same seed
 * gives the same numbers on every engine.
 *
 * @param seed default: one drawn from Math.random
 */
export function randomFrom(seed = Math.floor(Math.random() * 2 ** 32)): Random {
  let state = seed | 0;
  const next = () => {
    const word = mix(state);
    state = (state + 0x9e3779b9) | 0;
    return word;
  };
  let [a, b, c, d] = [next(), next(), next(), next()];
  return () => {
    const product = Math.imul(b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return (result >>> 0) / 2 ** 32;
  };
}

/** Numbers from the standard normal distribution, by Box and Muller's transform. */
export function normalFrom(random: Random): () => number {
  let spare: number | null = null;
  return () => {
    if (spare !== null) {
      const value = spare;
      spare = null;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}

/** 32 bits that follow from all bits of some whole numbers and from their order, each half of one mixed in by `mix`. */
export function hash(...values: number[]): number {
  let state = 0;
  for (const value of values) state = mix(mix(state ^ value) ^ Math.floor(value / 2 ** 32));
  return state;
}

/** SplitMix32: a step on from `value`, mixed so that about half of the bits change with any bit of it. */
export function mix(value: number): number {
  let z = (value + 0x9e3779b9) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return z ^ (z >>> 15);
}

/** @throws ArgumentError */
export function checkSeed(name: string, seed: unknown): number {
  if (!Number.isSafeInteger(seed)) throw new ArgumentError(name, seed, 'a whole number');
  return seed as number;
}
