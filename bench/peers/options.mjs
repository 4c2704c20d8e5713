import { accessSync, constants } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';

/**
 * @typedef {object} Schedule
 * @property {number} rounds
 * @property {number} warmUp milliseconds for each task before the first round
 * @property {number} time milliseconds for each task in a round
 */

/** An option is unknown or has a value that is not allowed. */
export class UsageError extends Error {
  /** @override */
  name = 'UsageError';
}

/** @type {Schedule} */
const FULL = { rounds: 10, warmUp: 80, time: 40 };
/** @type {Schedule} */
const QUICK = { rounds: 2, warmUp: 10, time: 10 };
const MOST_ROUNDS = 1000;

const LIBRARIES = ['convasm', 'convasm-layers', 'ort-web', 'tfjs-wasm', 'litert', 'tfjs-cpu', 'ort-node', 'pytorch'];

const SPECS = /** @type {const} */ ({
  filter: { type: 'string' },
  peers: { type: 'string' },
  rounds: { type: 'string' },
  quick: { type: 'boolean' },
  'own-node': { type: 'boolean' },
  json: { type: 'string' },
  markdown: { type: 'string' },
  svg: { type: 'string' },
  help: { type: 'boolean' },
});

export const HELP = `Times convolution and its gradients in convasm and in other libraries: float32, one thread, every result checked.

Usage: node bench/peers/run.mjs [OPTION...]

  --filter TEXT    only tasks whose name has all words of TEXT; a name is an operation (forward, inputGrad, filterGrad) and a
                   shape, such as 'forward 64->64 3x3 @56'
  --peers LIST     only these, with commas between: ${LIBRARIES.slice(0, 4).join(', ')},
                   ${LIBRARIES.slice(4).join(', ')}
  --rounds N       how often to time every task (default ${FULL.rounds}; ${QUICK.rounds} with --quick)
  --quick          a short run, for a first look
  --own-node       run on the Node that starts this command, not on the one of the development dependencies: Node 20 has
                   only the plain SIMD binaries
  --json FILE      write all times to FILE
  --markdown FILE  write the tables to FILE, too
  --svg FILE       draw a chart
  --help           show this text

PyTorch takes part where Python finds it (Debian: python3-torch and libopenblas0); a library that can't run is named with the reason.
Exit code: 0 done, 1 failed or a result of convasm's is wrong, 2 wrong option.`;

/**
 * Reads the command line.
 *
 * @param {readonly string[]} args the arguments without the program's name
 * @throws {UsageError} for whatever is unknown, missing or out of range
 */
export function parseOptions(args) {
  const values = read(args);
  const { filter = '', quick = false, help = false, json, markdown, svg } = values;
  for (const [name, path] of Object.entries({ json, markdown, svg })) checkFolder(name, path);
  const schedule = quick ? QUICK : FULL;
  return {
    help,
    filter,
    libraries: list('peers', values.peers ?? LIBRARIES.join(','), LIBRARIES),
    schedule: { ...schedule, rounds: values.rounds === undefined ? schedule.rounds : whole('rounds', values.rounds) },
    ownNode: values['own-node'] ?? false,
    json,
    markdown,
    svg,
  };
}

/** @param {readonly string[]} args */
function read(args) {
  try {
    return parseArgs({ args: [...args], options: SPECS }).values;
  } catch (error) {
    // parseArgs says what is wrong in its first sentence, how to quote odd values in the rest.
    const [what = ''] = /** @type {Error} */ (error).message.split(/\. |\n/);
    const allowed = Object.keys(SPECS).map(name => `--${name}`);
    throw new UsageError(`${what}; allowed: ${allowed.join(', ')}`);
  }
}

/** @param {string} name @param {string} value */
function whole(name, value) {
  const number = /^[0-9]+$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= 1 && number <= MOST_ROUNDS)) throw wrong(name, value, `a whole number from 1 to ${MOST_ROUNDS}`);
  return number;
}

/** @param {string} name @param {string} value @param {readonly string[]} allowed */
function list(name, value, allowed) {
  const items = value.split(',').map(item => item.trim());
  if (!items.every(item => allowed.includes(item))) throw wrong(name, value, allowed.join(', '));
  return allowed.filter(item => items.includes(item));
}

/** Better before a long run than after it. @param {string} name @param {string | undefined} path */
function checkFolder(name, path) {
  if (path === undefined) return;
  try {
    accessSync(dirname(path), constants.W_OK);
  } catch {
    throw wrong(name, path, 'a file in a folder that exists and is writable');
  }
}

/** @param {string} name @param {string} value @param {string} allowed */
function wrong(name, value, allowed) {
  return new UsageError(`--${name} is '${value}'; allowed: ${allowed}`);
}
