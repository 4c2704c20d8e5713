// Who takes part: processes that answer as side.mjs says.
import { join } from 'node:path';
import { Child } from '../child.mjs';
import { bundle, WASM_FOLDER } from './bundle.mjs';

/**
 * @typedef {object} Participant
 * @property {string} name for tables
 * @property {string} version
 * @property {Child} child
 */

/** @typedef {{ backend: 'convasm' | 'wasm' | 'cpu', threads: number }} Wanted */

const TITLES = { convasm: 'convasm', wasm: 'tfjs-wasm', cpu: 'tfjs-cpu' };

export const isOurs = (/** @type {{ name: string }} */ { name }) => name.startsWith(TITLES.convasm);
export const isStock = (/** @type {{ name: string }} */ { name }) => name === TITLES.wasm;

/**
 * Starts a process for each.
 *
 * @param {readonly Wanted[]} wanted
 * @param {string} dist convasm's
 * @param {string} folder for bundles
 * @returns {Promise<Participant[]>}
 */
export async function startParticipants(wanted, dist, folder) {
  await bundle([...new Set(wanted.map(({ backend }) => backend))], dist, folder);
  const started = wanted.map(({ backend, threads }) => {
    const name = backend === 'convasm' ? `${TITLES[backend]}, ${threads}T` : TITLES[backend];
    const args = [join(folder, `${backend}.mjs`), String(threads), WASM_FOLDER];
    return { name, child: new Child(name, process.execPath, args) };
  });
  const participants = [];
  for (const { name, child } of started) {
    const { version } = await child.answer();
    participants.push({ name, child, version });
  }
  return participants;
}
