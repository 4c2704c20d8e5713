// What each backend's process does: it answers the requests of the main process, a line of JSON for a line. Each part of the benchmark
// has a maker of tasks; a task is known by the number that main gives it.
//
// prepare  part, task, spec             -> what the part says of it
// result   task, file                   -> writes the numbers that it computes
// time     task, milliseconds, least    -> times, milliseconds of calls
// traffic  task                         -> what one call moves between JavaScript and linear memory
// profile  task, calls                  -> milliseconds of a call, by kernel
// kernels                               -> names of the backend's kernels
// drop     task
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import * as tf from '@tensorflow/tfjs-core';
// @ts-expect-error It has no types, and only bundlers resolve it; see bundle.mjs.
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { synchronous } from '../library.mjs';
import { prepareNet } from './inference/task.mjs';
import { prepareOp } from './ops/task.mjs';
import { profile } from './profile.mjs';
import { trafficOf } from './traffic.mjs';
import { prepareTraining } from './training/task.mjs';

/**
 * @typedef {object} Task
 * @property {() => void} run
 * @property {() => readonly Float32Array[]} result what is compared, and not timed
 * @property {() => void} drop
 * @property {object} [about] answer to 'prepare'
 */

/** @type {Readonly<Record<string, (spec: any) => Task>>} */
const PARTS = { op: prepareOp, inference: prepareNet, training: prepareTraining };

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
      writeFileSync(
        file,
        Buffer.concat(
          task(id)
            .result()
            .map(({ buffer }) => new Uint8Array(buffer)),
        ),
      );
      return {};
    },
    time: async ({ task: id, milliseconds, least }) => ({ times: await time(task(id), milliseconds, least) }),
    drop: ({ task: id }) => {
      task(id).drop();
      tasks.delete(id);
      return {};
    },
    traffic: ({ task: id }) => trafficOf(task(id).run),
    profile: ({ task: id, calls }) => profile(task(id).run, calls),
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
