import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import '../../../src/tfjs/index.ts';
import { seed } from '../../seed.ts';

beforeAll(async () => {
  await tf.setBackend('convasm');
});

const { ERF_P, ERF_A1, ERF_A2, ERF_A3, ERF_A4, ERF_A5, SELU_SCALE, SELU_SCALEALPHA } = tf.backend_util;

/** Each function in double precision, and by how many floats next to each other ours may differ from it. */
const FUNCTIONS: Record<string, [exact: (x: number) => number, ulps: number]> = {
  Exp: [Math.exp, 2],
  Expm1: [Math.expm1, 3],
  Log: [Math.log, 2],
  Log1p: [Math.log1p, 3],
  Sin: [Math.sin, 2],
  Cos: [Math.cos, 2],
  Tan: [Math.tan, 1],
  Sinh: [Math.sinh, 3],
  Cosh: [Math.cosh, 3],
  Asin: [Math.asin, 3],
  Acos: [Math.acos, 2],
  Atan: [Math.atan, 3],
  Asinh: [Math.asinh, 1],
  Acosh: [Math.acosh, 1],
  Atanh: [Math.atanh, 1],
  Elu: [x => (x >= 0 ? x : Math.expm1(x)), 3],
  Selu: [x => (x >= 0 ? SELU_SCALE * x : SELU_SCALEALPHA * Math.expm1(x)), 4],
  Softplus: [softplus, 1],
  Erf: [erf, 4],
  Rsqrt: [x => 1 / Math.sqrt(x), 1],
  Sqrt: [Math.sqrt, 0],
  Reciprocal: [x => 1 / x, 0],
  Square: [x => x * x, 0],
  Neg: [x => -x, 0],
  Abs: [Math.abs, 0],
  Floor: [Math.floor, 0],
  Ceil: [Math.ceil, 0],
  Round: [round, 0],
  Sign: [x => (x < 0 ? -1 : x > 0 ? 1 : 0), 0],
};

/** As the cpu backend has it. */
function softplus(x: number): number {
  const edge = Math.log(1.1920928955078125e-7) + 2;
  if (x < edge) return Math.exp(x);
  return x > -edge ? x : Math.log(1 + Math.exp(x));
}

/** As the cpu backend has it: right to 1.5e-7. */
function erf(x: number): number {
  const t = 1 / (1 + ERF_P * Math.abs(x));
  const p = ((((ERF_A5 * t + ERF_A4) * t + ERF_A3) * t + ERF_A2) * t + ERF_A1) * t;
  return Math.sign(x) * (1 - p * Math.exp(-x * x));
}

/** To the even neighbour, as the cpu backend has it. */
function round(x: number): number {
  const base = Math.floor(x);
  if (x - base < 0.5) return base;
  if (x - base > 0.5) return Math.ceil(x);
  return base % 2 === 0 ? base : base + 1;
}

/** Every exponent with both signs and random mantissas, then what is special. */
function everywhere(): Float32Array {
  const perExponent = 128;
  const values = new Float32Array(512 * perExponent + 4096);
  const bits = new Uint32Array(values.buffer);
  let state = seed >>> 0;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state;
  };
  for (let i = 0; i < 512 * perExponent; i++) bits[i] = ((Math.floor(i / perExponent) << 23) | (next() >>> 9)) >>> 0;
  // Where functions have their bends and zeros.
  for (let i = 0; i < 4000; i++)
    values[512 * perExponent + i] = (next() / 2 ** 32 - 0.5) * ([2.2, 8, 60, 200][i % 4] as number);
  const special = [0, -0, 1, -1, 0.5, -0.5, 1.5, -1.5, 2.5, Infinity, -Infinity, Number.NaN];
  values.set([...special, ...special.map(Math.fround)], 512 * perExponent + 4000);
  for (let k = 1; k <= 40; k++) values[512 * perExponent + 4040 + k] = (k * Math.PI) / 2;
  return values;
}

/** Floats in order, as whole numbers: of both zeros 0. */
function placesOf(values: Float32Array): Int32Array {
  return new Int32Array(values.buffer.slice(0)).map(bits => (bits < 0 ? -(bits & 0x7fffffff) : bits));
}

describe.each(Object.entries(FUNCTIONS))('%s', (name, [exact, ulps]) => {
  it(`is right to ${ulps} ulp for floats of every size, and has the same zeros, infinities and NaN`, () => {
    const x = everywhere();
    const actual = tf.tidy(() => (tf.engine().runKernel(name, { x: tf.tensor1d(x) }, {}) as tf.Tensor).dataSync());
    const expected = Float32Array.from(x, exact);
    const [places, expectedPlaces] = [placesOf(actual as Float32Array), placesOf(expected)];
    const wrong = [...x.keys()].filter(i => {
      const [a, b] = [actual[i] as number, expected[i] as number];
      if (Number.isNaN(a) || Number.isNaN(b)) return !(Number.isNaN(a) && Number.isNaN(b));
      if (b === 0 && a === 0) return !Object.is(a, b);
      return Math.abs((places[i] as number) - (expectedPlaces[i] as number)) > ulps;
    });
    expect(wrong.slice(0, 5).map(i => ({ x: x[i], actual: actual[i], expected: expected[i] }))).toEqual([]);
  });
});

describe('pow', () => {
  it('is right to 1 ulp, and that of Math.pow where there is nothing to compute', () => {
    const special = [0, -0, 1, -1, 2, -2, 3, -3, 0.5, -0.5, 1e30, -1e30, 1e-40, Infinity, -Infinity, Number.NaN];
    const pairs = special.flatMap(a => special.map(b => [a, b] as const));
    const bases = everywhere().filter(value => value > 0 && value < Infinity);
    for (const [i, base] of bases.entries()) pairs.push([base, ((i % 41) - 20) / 3.7]);
    const [a, b] = [Float32Array.from(pairs, pair => pair[0]), Float32Array.from(pairs, pair => pair[1])];
    const actual = tf.tidy(() => tf.pow(tf.tensor1d(a), tf.tensor1d(b)).dataSync()) as Float32Array;
    expectWithin(
      1,
      actual,
      Float32Array.from(a, (base, i) => base ** (b[i] as number)),
      [a, b],
    );
  });
});

describe('atan2', () => {
  it('is right to 3 ulp in all directions, and that of Math.atan2 on the axes and at infinity', () => {
    const special = [0, -0, 1, -1, 2, -3, 1e-38, -1e38, Infinity, -Infinity, Number.NaN];
    const pairs = special.flatMap(a => special.map(b => [a, b] as const));
    const values = everywhere().filter(value => Math.abs(value) > 1e-18 && Math.abs(value) < 1e18);
    for (let i = 0; i + 7 < values.length; i++)
      pairs.push([values[i] as number, values[(i * 7919) % values.length] as number]);
    const [a, b] = [Float32Array.from(pairs, pair => pair[0]), Float32Array.from(pairs, pair => pair[1])];
    const actual = tf.tidy(() => tf.atan2(tf.tensor1d(a), tf.tensor1d(b)).dataSync()) as Float32Array;
    expectWithin(
      3,
      actual,
      Float32Array.from(a, (y, i) => Math.atan2(y, b[i] as number)),
      [a, b],
    );
  });
});

function expectWithin(
  ulps: number,
  actual: Float32Array,
  expected: Float32Array,
  [a, b]: [Float32Array, Float32Array],
) {
  const [places, expectedPlaces] = [placesOf(actual), placesOf(expected)];
  const wrong = [...a.keys()].filter(i => {
    if (Number.isNaN(expected[i])) return !Number.isNaN(actual[i]);
    if (expected[i] === 0 && actual[i] === 0) return !Object.is(actual[i], expected[i]);
    return !(Math.abs((places[i] as number) - (expectedPlaces[i] as number)) <= ulps);
  });
  expect(wrong.slice(0, 5).map(i => ({ a: a[i], b: b[i], actual: actual[i], expected: expected[i] }))).toEqual([]);
}
