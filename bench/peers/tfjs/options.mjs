import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { UsageError } from '../options.mjs';

/**
 * @typedef {object} Options
 * @property {Part} part
 * @property {string} filter
 * @property {number} rounds
 * @property {number} time milliseconds of a turn
 * @property {readonly number[]} threads of convasm, a participant for each
 * @property {string} dist
 * @property {boolean} cpu
 * @property {boolean} kernels
 * @property {string | undefined} json
 * @property {string | undefined} markdown
 */

/** @typedef {'ops' | 'inference' | 'training'} Part */

/** What is not given. @type {Readonly<Record<Part, { rounds: string, time: string, threads: string }>>} */
const DEFAULTS = {
  ops: { rounds: '5', time: '8', threads: '1' },
  inference: { rounds: '10', time: '300', threads: '1,2' },
  training: { rounds: '10', time: '200', threads: '1,2' },
};
const PARTS = /** @type {readonly Part[]} */ (Object.keys(DEFAULTS));

export const HELP = `Times convasm's TensorFlow.js backend beside tfjs-backend-wasm (one thread: in Node it has no more) and tfjs-backend-cpu, each in a
process of its own, in turns. Before it is timed, what they compute is compared.

Usage: npm run bench:tfjs -- PART [OPTION...]

  inference        MobileNets and ResNet-50, random weights, as converted graph models and as tf.layers models run them
  training         a training step of CNNs, batch 32; stock wasm can't
  ops              every kernel of tfjs-backend-wasm on its own, the slowest against it first

  --filter TEXT    only what has all words of TEXT in its name; commas between alternatives. A kernel's name means just that kernel:
                   'Add 1M', 'matmul', 'Sum,Mean'
  --rounds N       turns of each participant (default ${PARTS.map(part => `${part} ${DEFAULTS[part].rounds}`).join(', ')})
  --time MS        milliseconds of a turn (default ${PARTS.map(part => `${part} ${DEFAULTS[part].time}`).join(', ')}; at least one call)
  --threads LIST   of convasm (default ${PARTS.map(part => `${part} ${DEFAULTS[part].threads}`).join(', ')})
  --cpu            tfjs-backend-cpu, too, which is always there for training
  --kernels        inference, training: where the time of a call goes, by kernel and shapes
  --dist FOLDER    another build of convasm than this checkout's
  --json FILE      write all times to FILE
  --markdown FILE  write the tables to FILE, too
  --help           show this text

A ratio is the median over the rounds of (the other's median / convasm's median): 2 is twice as fast as the other.`;

/**
 * @param {readonly string[]} args
 * @returns {Options | null} null: help is wanted
 */
export function parseOptions(args) {
  const { values, positionals } = parse(args);
  if (values.help) return null;
  const part = PARTS.find(one => one === positionals[0]);
  if (!part || positionals.length > 1) throw new UsageError(`one part of ${PARTS.join(', ')} is wanted; see --help`);
  const { rounds, time, threads } = { ...DEFAULTS[part], ...values };
  return {
    part,
    filter: values.filter,
    rounds: number('rounds', rounds),
    time: number('time', time),
    threads: threads.split(',').map(one => number('threads', one)),
    dist: values.dist,
    cpu: values.cpu,
    kernels: values.kernels,
    json: values.json,
    markdown: values.markdown,
  };
}

/** @param {readonly string[]} args */
function parse(args) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        filter: { type: 'string', default: '' },
        rounds: { type: 'string' },
        time: { type: 'string' },
        threads: { type: 'string' },
        cpu: { type: 'boolean', default: false },
        kernels: { type: 'boolean', default: false },
        dist: { type: 'string', default: fileURLToPath(new URL('../../../dist', import.meta.url)) },
        json: { type: 'string' },
        markdown: { type: 'string' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UsageError(/** @type {Error} */ (error).message);
  }
}

/** @param {string} name @param {string} value */
function number(name, value) {
  const parsed = /^[0-9]+$/.test(value) ? Number(value) : Number.NaN;
  if (parsed >= 1) return parsed;
  throw new UsageError(`--${name} is '${value}'; allowed: a whole number from 1 on`);
}
