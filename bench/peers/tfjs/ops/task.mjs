import * as tf from '@tensorflow/tfjs-core';
import { generator } from '../shared.mjs';
import { trafficOf } from '../traffic.mjs';

/** @typedef {import('./cases.mjs').Operand} Operand */

/**
 * A kernel on operands in the backend's own memory. Called by its name, as tfjs-core's functions do after their checks.
 *
 * @param {import('./cases.mjs').Case} spec
 * @returns {import('../side.mjs').Task}
 */
export function prepareOp({ kernel, inputs, attrs }) {
  if (!tf.getKernel(kernel, tf.getBackend())) throw new Error(`has no ${kernel}`);
  /** @type {tf.Tensor[]} */
  const operands = [];
  const named = /** @type {tf.NamedTensorMap} */ (
    mapValues(inputs, operand => {
      const made = resident(operand, operands.length + 1);
      operands.push(made);
      return made;
    })
  );
  const compute = () => /** @type {tf.Tensor[]} */ ([tf.engine().runKernel(kernel, named, attrs)].flat());
  const run = () => {
    for (const output of compute()) output.dispose();
  };
  const first = compute();
  const cpu = tf.getBackend() === 'convasm' && first.some(isOutside);
  for (const output of first) output.dispose();
  return {
    run,
    result: () => {
      const outputs = compute();
      const values = outputs.map(output => Float32Array.from(output.dataSync()));
      for (const output of outputs) output.dispose();
      return values;
    },
    drop: () => {
      for (const operand of operands) operand.dispose();
    },
    about: { cpu },
  };
}

/**
 * A tensor that a kernel of the backend has written, so that it is where the backend has its results.
 *
 * @param {Operand} operand
 * @param {number} seed
 */
function resident({ shape, dtype = 'float32', from = -3, to = 3 }, seed) {
  const next = generator(seed);
  const size = shape.reduce((product, n) => product * n, 1);
  const values = Float32Array.from({ length: size }, () => from + (to - from) * next());
  if (dtype === 'bool') {
    const raw = tf.tensor(
      Uint8Array.from(values, value => Number(value > 0)),
      [...shape],
      'bool',
    );
    return again('LogicalAnd', raw);
  }
  const raw = tf.tensor(dtype === 'int32' ? Int32Array.from(values, Math.floor) : values, [...shape], dtype);
  return again('Maximum', raw);
}

/** x of x and x, both. @param {string} kernel @param {tf.Tensor} x */
function again(kernel, x) {
  const y = /** @type {tf.Tensor} */ (tf.engine().runKernel(kernel, { a: x, b: x }));
  x.dispose();
  return y;
}

/** Whether a kernel of cpu's has left a result in JavaScript's memory: the backend counts what is read from linear memory. @param {tf.Tensor} output */
function isOutside(output) {
  return trafficOf(() => output.dataSync()).reads === 0;
}

/**
 * @param {Readonly<Record<string, Operand>> | readonly Operand[]} operands
 * @param {(operand: Operand) => tf.Tensor} make
 */
function mapValues(operands, make) {
  if (Array.isArray(operands)) return operands.map(make);
  return Object.fromEntries(Object.entries(operands).map(([name, operand]) => [name, make(operand)]));
}
