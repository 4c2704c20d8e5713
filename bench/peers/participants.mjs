import { convasm, convasmLayers } from './libraries/convasm.mjs';
import { litert } from './libraries/litert.mjs';
import { onnxruntimeNode, onnxruntimeWeb } from './libraries/onnxruntime.mjs';
import { pytorch } from './libraries/pytorch.mjs';
import { tfjsCpu, tfjsWasm } from './libraries/tfjs.mjs';
import { LeftOutError } from './library.mjs';
import { checkResult, WrongResultError } from './own.mjs';

/** @typedef {import('./library.mjs').Library} Library */
/** @typedef {import('./cases.mjs').Case} Case */

/**
 * A library's part in a case, with the times of its calls in each round; or the reason why it has none.
 *
 * @typedef {object} Entry
 * @property {Library} library
 * @property {import('./library.mjs').Task | null} task
 * @property {string} [reason]
 * @property {boolean} wrong
 * @property {number[][]} rounds milliseconds
 */

/** @typedef {{ key: string, reason: string }} LeftOut */

/** @type {Readonly<Record<string, (convasmVersion: string) => Library | Promise<Library>>>} */
const STARTERS = {
  convasm,
  'convasm-layers': convasmLayers,
  'ort-web': onnxruntimeWeb,
  'tfjs-wasm': tfjsWasm,
  litert,
  'tfjs-cpu': tfjsCpu,
  'ort-node': onnxruntimeNode,
  pytorch,
};

/**
 * Loads the libraries. One that can't be loaded is left out.
 *
 * @param {readonly string[]} keys
 * @param {string} convasmVersion
 */
export async function startLibraries(keys, convasmVersion) {
  /** @type {Library[]} */
  const libraries = [];
  /** @type {LeftOut[]} */
  const leftOut = [];
  for (const key of keys) {
    try {
      libraries.push(await STARTERS[key](convasmVersion));
    } catch (error) {
      leftOut.push({ key, reason: firstLine(error) });
    }
  }
  return { libraries, leftOut };
}

/**
 * Makes an operation ready in one library and compares its result with float64.
 *
 * @param {Library} library
 * @param {Case} task
 * @returns {Promise<Entry>} without a task where the library has no such operation, or fails, or is wrong
 */
export async function enter(library, task) {
  try {
    const prepared = await library.prepare(task);
    const { name, element, host, shape } = task;
    checkResult(`${library.name}: ${name}`, await prepared.result(), element, host, shape);
    return { library, task: prepared, wrong: false, rounds: [] };
  } catch (error) {
    const wrong = error instanceof WrongResultError;
    if (!wrong && !(error instanceof LeftOutError)) console.error(`${library.name}: ${task.name}: ${firstLine(error)}`);
    return { library, task: null, wrong, reason: firstLine(error), rounds: [] };
  }
}

/** @param {unknown} error */
function firstLine(error) {
  return String(error instanceof Error ? error.message : error).split('\n')[0];
}
