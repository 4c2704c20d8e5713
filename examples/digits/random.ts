/** A seeded source of random numbers: the same seed gives the same numbers on every machine. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform in [low, high). */
  between(low: number, high: number): number;
  /** A whole number in [0, limit). */
  below(limit: number): number;
  /** Standard normal. */
  normal(): number;
}

/**
 * The generator sfc32 ("small fast counting", 128 bits of state), seeded with one number and a stream.
 *
 * @param seed any whole number
 * @param stream keeps purposes apart: the same seed with another stream gives unrelated numbers
 */
export function seededRandom(seed: number, stream = 0): Random {
  let a = seed | 0;
  let b = Math.floor(seed / 2 ** 32) | 0;
  let c = stream | 0;
  let counter = 1;

  const bits = (): number => {
    const sum = (a + b + counter++) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  // Neighbouring seeds differ in few bits; after these rounds their states have nothing in common.
  for (let round = 0; round < 15; round++) bits();

  const next = () => bits() / 2 ** 32;
  return {
    next,
    between: (low, high) => low + (high - low) * next(),
    below: limit => Math.floor(limit * next()),
    // Box-Muller; 1 - next() is never 0, so the logarithm is finite.
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  };
}
