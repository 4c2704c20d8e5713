import { randomValues } from '../own.mjs';
import { parametersOf } from './nets.mjs';
import { product } from './side.mjs';

const SAMPLES = 2048;

/** @param {import('./nets.mjs').Net} net @returns {Float32Array[]} with the deviation that a uniform distribution needs behind a ReLU */
export function firstParameters({ layers }) {
  return parametersOf(layers).map(({ shape, kind, fan }, i) =>
    kind === 'weight'
      ? randomValues(shape, i + 1).map(value => value * Math.sqrt(3 / fan))
      : new Float32Array(product(shape)).fill(kind === 'ones' ? 1 : 0),
  );
}

/** @param {import('./nets.mjs').Net} net @returns {Float32Array} [samples, ...input] */
export const randomSamples = ({ input }) => randomValues([SAMPLES, ...input], 99);
