// What each participant in JavaScript does: it answers the requests of main.mjs, a line of JSON for a line.
//
// prepare  net, index, parameters, samples (files of float32) -> {}
// losses   index, steps                                       -> losses of so many steps
// time     index, milliseconds, least                         -> times, milliseconds of each step; memory, bytes
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { CLASSES, parametersOf } from './nets.mjs';

/**
 * A step on the samples `order`: copies them into a batch, forward, backward, step of the optimizer.
 *
 * @typedef {(order: readonly number[]) => number} Step returns the loss
 */

/**
 * @param {Record<string, unknown>} hello  what main.mjs is told at first
 * @param {(net: import('./nets.mjs').Net, parameters: Float32Array[], samples: Float32Array) => Step} build
 * @param {() => number} [memory] bytes in use for tensors, at most
 */
export async function serve(hello, build, memory) {
  /** @type {Map<number, { step: Step, next: () => number[] }>} */
  const tasks = new Map();
  /** @type {Record<string, (request: any) => object>} */
  const commands = {
    prepare: ({ index, net, parameters, samples }) => {
      const values = floats(samples);
      const step = build(net, split(floats(parameters), net), values);
      tasks.set(index, { step, next: orders(net.batch, values.length / product(net.input)) });
      return {};
    },
    losses: ({ index, steps }) => {
      const { step, next } = task(index);
      return { losses: Array.from({ length: steps }, () => step(next())) };
    },
    time: ({ index, milliseconds, least }) => {
      const { step, next } = task(index);
      /** @type {number[]} */
      const times = [];
      const end = performance.now() + milliseconds;
      while (times.length < least || performance.now() < end) {
        const start = performance.now();
        step(next());
        times.push(performance.now() - start);
      }
      return { times, memory: memory?.() };
    },
  };
  /** @param {number} index */
  const task = index => /** @type {{ step: Step, next: () => number[] }} */ (tasks.get(index));
  /** @param {object} reply */
  const say = reply => process.stdout.write(`${JSON.stringify(reply)}\n`);
  say(hello);
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    try {
      say(/** @type {(request: object) => object} */ (commands[request.command])(request));
    } catch (error) {
      say({ error: String(error) });
    }
  }
}

/** Class ids of samples: any will do. @param {number} sample */
export const labelOf = sample => sample % CLASSES;

/** Which samples come in which step: every 7th, so that rows are copied from all over the set. @param {number} batch @param {number} samples */
function orders(batch, samples) {
  let at = 0;
  return () => Array.from({ length: batch }, () => (at = (at + 7) % samples));
}

/** @param {Float32Array} values @param {import('./nets.mjs').Net} net */
function split(values, { layers }) {
  let at = 0;
  return parametersOf(layers).map(({ shape }) => {
    at += product(shape);
    return values.slice(at - product(shape), at);
  });
}

/** @param {readonly number[]} numbers */
export const product = numbers => numbers.reduce((a, b) => a * b, 1);

/** @param {string} path */
const floats = path => new Float32Array(Uint8Array.from(readFileSync(path)).buffer);
