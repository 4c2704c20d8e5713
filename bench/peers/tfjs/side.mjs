// What each backend's process does: it answers the requests of the main process, a line of JSON for a line. Each part of the benchmark
// has a maker of tasks; a task is known by the number that main gives it.
//
// prepare  part, task, spec             -> what the part says of it
// result   task, file                   -> writes the numbers that it computes
// call     task, ...                    -> what the part answers
// time     task, milliseconds, least    -> times, milliseconds of calls
// drop     task
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { synchronous } from '../library.mjs';
import { prepareOp } from './ops/task.mjs';

/**
 * @typedef {object} Task
 * @property {() => void} run
 * @property {() => ArrayLike<number>} result
 * @property {() => void} drop
 * @property {object} [about] answer to 'prepare'
 * @property {(request: any) => object} [call]
 */

/** @type {Readonly<Record<string, (spec: any) => Task>>} */
const PARTS = { op: prepareOp };

/** Calls shorter than this many milliseconds are timed several at once. */
const LEAST_TIMED = 0.05;

/**
 * @param {string} backend
 * @param {string} version
 */
export async function serve(backend, version) {
  tf.enableProdMode();
  if (!(await tf.setBackend(backend))) throw new Error(`no backend '${backend}'`);
  /** @type {Map<number, Task & { calls: number }>} */
  const tasks = new Map();
  const task = (/** @type {number} */ id) => /** @type {Task & { calls: number }} */ (tasks.get(id));
  /** @type {Record<string, (request: any) => object | Promise<object>>} */
  const commands = {
    prepare: ({ part, task: id, spec }) => {
      const made = PARTS[part](spec);
      tasks.set(id, { ...made, calls: 0 });
      return made.about ?? {};
    },
    result: ({ task: id, file }) => {
      writeFileSync(file, Float32Array.from(task(id).result()));
      return {};
    },
    call: ({ task: id, ...request }) => task(id).call?.(request) ?? {},
    time: async ({ task: id, milliseconds, least }) => ({ times: await time(task(id), milliseconds, least) }),
    drop: ({ task: id }) => {
      task(id).drop();
      tasks.delete(id);
      return {};
    },
    kernels: () => ({ names: tf.getKernelsForBackend(backend).map(({ kernelName }) => kernelName) }),
  };
  const say = (/** @type {object} */ reply) => process.stdout.write(`${JSON.stringify(reply)}\n`);
  say({ version });
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    try {
      say(await commands[request.command](request));
    } catch (error) {
      say({ error: String(error instanceof Error ? error.message : error).split('\n')[0] });
    }
  }
}

/**
 * @param {Task & { calls: number }} task
 * @param {number} milliseconds
 * @param {number} least
 */
async function time(task, milliseconds, least) {
  task.calls ||= callsAtOnce(task.run);
  const { run, calls } = task;
  const several = () => {
    for (let i = 0; i < calls; i++) run();
  };
  const times = await synchronous(several, () => []).time(milliseconds, least);
  return times.map(value => value / calls);
}

/** How many calls make a time that a clock can tell. @param {() => void} run */
function callsAtOnce(run) {
  for (let calls = 1; ; calls *= 2) {
    const start = performance.now();
    for (let i = 0; i < calls; i++) run();
    if (performance.now() - start > LEAST_TIMED) return calls;
  }
}
