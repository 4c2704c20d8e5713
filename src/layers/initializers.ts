import { ArgumentError } from '../errors.ts';
import { checkSeed, normalFrom, type Random, randomFrom } from '../random.ts';

/** How many values an output of the layer is the sum of, and how many outputs a value goes into. */
export interface Fans {
  readonly in: number;
  readonly out: number;
}

/** Draws the first values of a layer's weights. One with a seed goes on in its sequence from call to call. */
export type Initializer = (size: number, fans: Fans) => Float64Array;

export interface SeedOption {
  /**
   * A whole number; the same seed gives the same values, of normal distributions on each engine (their logarithms and sines differ in
   * the last bits). Default: another one each time.
   */
  seed?: number | undefined;
}

/** N(mean, std^2). Defaults: mean 0, std 1. */
export function normal(options: SeedOption & { mean?: number; std?: number } = {}): Initializer {
  const { mean = 0, std = 1 } = options;
  const draw = normalFrom(randomOf(options));
  return size => Float64Array.from({ length: size }, () => mean + std * draw());
}

/** U(low, high). Defaults: -1 to 1. */
export function uniform(options: SeedOption & { low?: number; high?: number } = {}): Initializer {
  const { low = -1, high = 1 } = options;
  return scaledUniform(options, () => [low, high]);
}

/** `value` everywhere. */
export function constant(value: number): Initializer {
  if (!Number.isFinite(value)) throw new ArgumentError('value', value, 'a finite number');
  return size => new Float64Array(size).fill(value);
}

export interface FanOption {
  /** Which side keeps its spread: 'in' what passes forward, 'out' the gradients that pass back. Default 'in'. */
  fan?: 'in' | 'out' | undefined;
}

/** N(0, 2 / fan), for layers that a ReLU follows (He et al., 2015; torch's kaiming_normal_). */
export function heNormal(options: SeedOption & FanOption = {}): Initializer {
  const fan = checkFan(options.fan);
  return scaledNormal(options, fans => Math.sqrt(2 / fans[fan]));
}

/** U(-a, a), a = sqrt(6 / fan) (He et al., 2015; torch's kaiming_uniform_ for ReLU). */
export function heUniform(options: SeedOption & FanOption = {}): Initializer {
  const fan = checkFan(options.fan);
  return scaledUniform(options, fans => symmetric(Math.sqrt(6 / fans[fan])));
}

/** N(0, 2 / (fan in + fan out)) (Glorot and Bengio, 2010; torch's xavier_normal_). */
export function glorotNormal(options: SeedOption = {}): Initializer {
  return scaledNormal(options, fans => Math.sqrt(2 / (fans.in + fans.out)));
}

/** U(-a, a), a = sqrt(6 / (fan in + fan out)) (Glorot and Bengio, 2010). */
export function glorotUniform(options: SeedOption = {}): Initializer {
  return scaledUniform(options, fans => symmetric(Math.sqrt(6 / (fans.in + fans.out))));
}

/** U(-a, a), a = 1 / sqrt(fan in): what PyTorch's layers start from, weights and bias. */
export function fanInUniform(options: SeedOption = {}): Initializer {
  return scaledUniform(options, fans => symmetric(1 / Math.sqrt(fans.in)));
}

function scaledNormal(options: SeedOption, spread: (fans: Fans) => number): Initializer {
  const draw = normalFrom(randomOf(options));
  return (size, fans) => {
    const std = spread(fans);
    return Float64Array.from({ length: size }, () => std * draw());
  };
}

function scaledUniform(options: SeedOption, limits: (fans: Fans) => readonly [number, number]): Initializer {
  const random = randomOf(options);
  return (size, fans) => {
    const [low, high] = limits(fans);
    return Float64Array.from({ length: size }, () => low + (high - low) * random());
  };
}

function symmetric(limit: number): readonly [number, number] {
  return [-limit, limit];
}

function randomOf({ seed }: SeedOption): Random {
  return randomFrom(seed === undefined ? undefined : checkSeed('seed', seed));
}

function checkFan(fan: unknown = 'in'): 'in' | 'out' {
  if (fan !== 'in' && fan !== 'out') throw new ArgumentError('fan', fan, "'in' or 'out'");
  return fan;
}
