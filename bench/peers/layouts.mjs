// Orders of a tensor's values. Each library is measured in its own.

/**
 * Reorders the four dimensions of a tensor.
 *
 * @param {ArrayLike<number>} values
 * @param {readonly number[]} shape
 * @param {readonly [number, number, number, number]} order the old dimension of each new one
 */
export function permute(values, shape, order) {
  const steps = [0, 1, 2, 3].map(dimension => shape.slice(dimension + 1).reduce((product, n) => product * n, 1));
  const [a, b, c, d] = permuteShape(shape, order);
  const [stepA, stepB, stepC, stepD] = permuteShape(steps, order);
  const result = new Float32Array(a * b * c * d);
  let at = 0;
  for (let i = 0; i < a; i++) {
    for (let j = 0; j < b; j++) {
      for (let k = 0; k < c; k++) {
        for (let l = 0; l < d; l++) result[at++] = values[i * stepA + j * stepB + k * stepC + l * stepD];
      }
    }
  }
  return result;
}

/**
 * @param {readonly number[]} shape
 * @param {readonly [number, number, number, number]} order
 * @returns {[number, number, number, number]}
 */
export function permuteShape(shape, order) {
  return /** @type {[number, number, number, number]} */ (order.map(dimension => shape[dimension]));
}

/** [batch, channels, height, width] to [batch, height, width, channels]; [out, in, height, width] to [out, height, width, in] */
export const CHANNELS_LAST = /** @type {const} */ ([0, 2, 3, 1]);

/** [batch, height, width, channels] to [batch, channels, height, width] */
export const CHANNELS_FIRST = /** @type {const} */ ([0, 3, 1, 2]);

/** Filters [out, in, height, width] to [height, width, in, out]; its own way back is FILTERS_BACK. */
export const TAPS_FIRST = /** @type {const} */ ([2, 3, 1, 0]);

/** Filters [height, width, in, out] to [out, in, height, width] */
export const FILTERS_BACK = /** @type {const} */ ([3, 2, 0, 1]);

/** Filters of a depthwise convolution, [channels, 1, height, width] to [height, width, channels, 1] or [1, height, width, channels] */
export const DEPTHWISE_TAPS_FIRST = /** @type {const} */ ([2, 3, 0, 1]);
export const DEPTHWISE_CHANNELS_LAST = /** @type {const} */ ([1, 2, 3, 0]);

/** Filters of a depthwise convolution, [height, width, channels, 1] to [channels, 1, height, width] */
export const DEPTHWISE_FILTERS_BACK = /** @type {const} */ ([2, 3, 0, 1]);
