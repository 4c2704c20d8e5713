// Who trains: processes that answer as side.mjs says.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Child } from '../child.mjs';
import { findPython } from '../libraries/pytorch.mjs';
import { LeftOutError } from '../library.mjs';

/**
 * @typedef {object} Participant
 * @property {string} name
 * @property {Child} child
 * @property {boolean} channelsLast PyTorch's memory format
 * @property {string | null} only the one network that it trains; null: all
 */

/** @param {string} name */
const file = name => fileURLToPath(new URL(name, import.meta.url));

/** @param {number} threads @returns {Participant} */
function convasm(threads) {
  const child = new Child('convasm', process.execPath, [file('convasm.mjs'), String(threads)]);
  return { name: `convasm, ${threads}T`, child, channelsLast: false, only: null };
}

/** @param {string} python @param {number} threads @param {boolean} channelsLast @returns {Participant} */
function pytorch(python, threads, channelsLast) {
  const env = {
    OMP_NUM_THREADS: String(threads),
    OPENBLAS_NUM_THREADS: String(threads),
    // Threads that spin after their work would take the processor from whoever comes next.
    OMP_WAIT_POLICY: 'PASSIVE',
  };
  const child = new Child('PyTorch', python, [file('pytorch.py'), String(threads)], env);
  return { name: `PyTorch${channelsLast ? ' channels-last' : ''}, ${threads}T`, child, channelsLast, only: null };
}

/** @param {string} folder for its bundle @returns {Participant} */
function tfjs(folder) {
  const bundle = join(folder, 'tfjs.mjs');
  const require = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
  const options = [
    '--bundle',
    '--platform=node',
    '--format=esm',
    '--main-fields=module,main',
    `--banner:js=${require}`,
  ];
  const args = [file('tfjs.mjs'), ...options, '--log-level=error', `--outfile=${bundle}`];
  execFileSync(file('../../../node_modules/.bin/esbuild'), args, { stdio: 'inherit' });
  const child = new Child('tfjs', process.execPath, [bundle]);
  return { name: 'tfjs-cpu, 1T', child, channelsLast: false, only: 'LeNet-like' };
}

/**
 * Starts all; PyTorch only where it is installed.
 *
 * @param {boolean} withTfjs
 * @param {string} folder for files
 */
export async function startParticipants(withTfjs, folder) {
  const all = [convasm(1), convasm(2)];
  try {
    const python = await findPython();
    for (const channelsLast of [false, true])
      for (const threads of [1, 2]) all.push(pytorch(python, threads, channelsLast));
  } catch (error) {
    if (!(error instanceof LeftOutError)) throw error;
    console.log(`PyTorch: ${error.message}`);
  }
  if (withTfjs) all.push(tfjs(folder));
  for (const { name, child } of all) console.log(`${name}: ${(await child.answer()).version}`);
  return all;
}
