// convasm's TensorFlow.js backend beside TensorFlow.js's own: `npm run bench:tfjs`, or with -- --help. The run.mjs of the folder above
// starts it.
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../options.mjs';
import { progressLine } from '../own.mjs';
import { writeWhole } from '../results.mjs';
import { benchNets, benchTraining } from './nets.mjs';
import { benchOps } from './ops/main.mjs';
import { HELP, parseOptions } from './options.mjs';
import { startParticipants } from './participants.mjs';

/** @typedef {import('./options.mjs').Options} Options */
/** @typedef {import('./participants.mjs').Wanted} Wanted */

/** @type {Readonly<Record<import('./options.mjs').Part, typeof benchOps>>} */
const PARTS = { ops: benchOps, inference: benchNets, training: benchTraining };

/** Ours first: others are compared with it. @param {Options} options @returns {Wanted[]} */
function wanted({ part, threads, cpu }) {
  /** @type {Wanted[]} */
  const all = threads.map(count => ({ backend: 'convasm', threads: count }));
  all.push({ backend: 'wasm', threads: 1 });
  if (cpu || part === 'training') all.push({ backend: 'cpu', threads: 1 });
  return all;
}

/** @param {Options} options */
async function bench(options) {
  const folder = mkdtempSync(join(tmpdir(), 'convasm-tfjs-'));
  const progress = progressLine(process.stderr);
  /** @type {import('./participants.mjs').Participant[]} */
  let participants = [];
  try {
    participants = await startParticipants(wanted(options), options.dist, folder);
    const { markdown, json } = await PARTS[options.part](participants, options, folder, text => progress.show(text));
    progress.clear();
    const versions = participants.map(({ name, version }) => `${name} (${version})`).join('; ');
    const machine = `Node ${process.versions.node}, ${cpus()[0]?.model}, ${process.platform} ${process.arch}`;
    const text = `# TensorFlow.js ${options.part}\n\n${machine}. ${versions}. ${options.rounds} rounds, in turns.\n\n${markdown}\n`;
    console.log(text);
    if (options.markdown) writeWhole(options.markdown, text);
    if (options.json) writeWhole(options.json, `${JSON.stringify({ machine, versions, results: json })}\n`);
  } finally {
    progress.clear();
    for (const { child } of participants) child.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options) await bench(options);
  else console.log(HELP);
} catch (error) {
  console.error(`bench:tfjs: ${error instanceof Error ? error.message : error}`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
