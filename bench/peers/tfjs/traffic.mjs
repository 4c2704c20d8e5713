import * as tf from '@tensorflow/tfjs-core';

/**
 * What a call moves between JavaScript and linear memory, where the backend counts it.
 *
 * @param {() => void} run
 * @returns {Record<string, number>}
 */
export function trafficOf(run) {
  const backend = tf.backend();
  if (!('traffic' in backend)) return {};
  const before = /** @type {Record<string, number>} */ ({ .../** @type {object} */ (backend.traffic) });
  run();
  const after = /** @type {Record<string, number>} */ (backend.traffic);
  return Object.fromEntries(Object.keys(before).map(name => [name, after[name] - before[name]]));
}
