// Numbers for the cases. Whole-number arithmetic alone: engines differ in the last bits of Math.sin, log and the like.

/**
 * `count` numbers from -1 (included) to 1 (excluded), each a whole number over 2^15, so that float32 holds it exactly.
 *
 * @param {number} count
 * @param {number} seed  a whole number
 */
export function numbers(count, seed) {
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995) >>> 0;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 16) / 2 ** 15 - 1;
  });
}

/** @param {readonly number[]} shape */
export const sizeOf = shape => shape.reduce((product, size) => product * size, 1);

/** A copy of a 4-D tensor in channels-last memory: pools write that. @param {typeof import('convasm/ops')} ops */
export const channelsLast = ops => x => ops.maxPool2d(x, { kernelSize: 1 });
