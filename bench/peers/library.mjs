// What a library under test looks like to the benchmark, and how its calls are timed.
import { readFileSync } from 'node:fs';

/** @typedef {import('./cases.mjs').Case} Case */

/**
 * Which language the arithmetic is in: WebAssembly, plain JavaScript, or machine code for this processor.
 *
 * @typedef {'convasm' | 'wasm' | 'js' | 'native'} Kind
 */

/**
 * @typedef {object} Library
 * @property {string} key
 * @property {string} name
 * @property {string} version
 * @property {Kind} kind
 * @property {number} [rest] milliseconds that its own threads go on spinning after a call
 * @property {(task: Case) => Promise<Task>} prepare throws LeftOutError where it has no such operation
 * @property {() => void} [close]
 */

/**
 * One operation on one shape, with its operands inside the library.
 *
 * @typedef {object} Task
 * @property {(milliseconds: number, least: number) => Promise<number[]>} time calls it for so long, at least so often; the
 *   milliseconds of each call
 * @property {() => Promise<ArrayLike<number>>} result of one call, in NCHW order
 */

/** A library, or an operation of it, can't take part; the message says why. */
export class LeftOutError extends Error {
  /** @override */
  name = 'LeftOutError';
}

/** @param {string} name of a package that is installed here */
export function versionOf(name) {
  const path = new URL(`node_modules/${name}/package.json`, import.meta.url);
  return String(JSON.parse(readFileSync(path, 'utf8')).version);
}

/**
 * A task of a library whose functions return when they are done.
 *
 * @param {() => void} run
 * @param {() => ArrayLike<number>} result
 * @returns {Task}
 */
export function synchronous(run, result) {
  return {
    time: async (milliseconds, least) => {
      const calls = new Calls(milliseconds, least);
      while (calls.more()) {
        calls.begin();
        run();
        calls.end();
      }
      return calls.times();
    },
    result: async () => result(),
  };
}

/**
 * A task of a library whose functions return promises.
 *
 * @param {() => Promise<unknown>} run
 * @param {() => Promise<ArrayLike<number>>} result
 * @returns {Task}
 */
export function asynchronous(run, result) {
  return {
    time: async (milliseconds, least) => {
      const calls = new Calls(milliseconds, least);
      while (calls.more()) {
        calls.begin();
        await run();
        calls.end();
      }
      return calls.times();
    },
    result,
  };
}

/** The times of calls in a row. Those during which the operating system gave the processor to others are left out. */
class Calls {
  /** @type {number[]} */
  #undisturbed = [];
  /** @type {number[]} */
  #disturbed = [];
  #least;
  #end;
  #switches = 0;
  #start = 0;

  /** @param {number} milliseconds @param {number} least */
  constructor(milliseconds, least) {
    this.#least = least;
    this.#end = performance.now() + milliseconds;
  }

  more() {
    return this.#undisturbed.length + this.#disturbed.length < this.#least || performance.now() < this.#end;
  }

  begin() {
    this.#switches = involuntarySwitches();
    this.#start = performance.now();
  }

  end() {
    const time = performance.now() - this.#start;
    (involuntarySwitches() === this.#switches ? this.#undisturbed : this.#disturbed).push(time);
  }

  times() {
    return this.#undisturbed.length > 0 ? this.#undisturbed : this.#disturbed;
  }
}

function involuntarySwitches() {
  return process.resourceUsage().involuntaryContextSwitches;
}
