// Training steps of whole networks beside PyTorch and TensorFlow.js: `npm run bench:training`, or with -- --help. The run.mjs of the
// folder above starts it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { progressLine } from '../own.mjs';
import { LEARNING_RATE, MOMENTUM, NETS } from './nets.mjs';
import { startParticipants } from './participants.mjs';
import { format, toJson } from './results.mjs';
import { firstParameters, randomSamples } from './values.mjs';

/** @typedef {import('./results.mjs').Row} Row */

const HELP = `Times training steps (a batch copied together, forward, backward, SGD with momentum) of two networks in convasm, PyTorch and
TensorFlow.js' backend in plain JavaScript, each in a process of its own, in turns. All begin with the same parameters, and their
losses of the first steps have to agree.

Usage: npm run bench:training [-- OPTION...]

  --filter TEXT    only networks whose name has TEXT (${NETS.map(({ name }) => name).join(', ')})
  --rounds N       turns of each participant (default 10)
  --time MS        milliseconds of a turn (default 400; at least one step)
  --kernels        instead: where the time of a step goes, by kind of kernel, on one thread of convasm's
  --no-tfjs        without TensorFlow.js, whose steps take half a second
  --json FILE      write all times to FILE
  --help           show this text

A ratio is the median over the rounds of (this one's median / convasm's median).`;

/** Steps before the times, whose losses are compared. */
const COMPARED_STEPS = 10;
/** Largest relative difference of a loss from convasm's on one thread. */
const TOLERANCE = 1e-3;

/**
 * Makes a network in all participants, and compares the losses of the first steps.
 *
 * @param {readonly import('./participants.mjs').Participant[]} participants
 * @param {import('./nets.mjs').Net} net
 * @param {number} index
 * @param {string} folder
 * @returns {Promise<Row>}
 */
async function enter(participants, net, index, folder) {
  const files = { parameters: join(folder, `${net.name}-parameters`), samples: join(folder, `${net.name}-samples`) };
  writeFileSync(files.parameters, Float32Array.from(firstParameters(net).flatMap(values => [...values])));
  writeFileSync(files.samples, randomSamples(net));
  /** @type {Row['entries']} */
  const entries = [];
  for (const { name, child, channelsLast, only } of participants) {
    if (only !== null && only !== net.name) continue;
    const options = { learningRate: LEARNING_RATE, momentum: MOMENTUM, channelsLast };
    await child.ask({ command: 'prepare', index, net, ...files, ...options });
    /** @type {{ losses: number[] }} */
    const { losses } = await child.ask({ command: 'losses', index, steps: COMPARED_STEPS });
    const wanted = entries[0]?.losses ?? losses;
    const error = Math.max(...losses.map((loss, i) => Math.abs(loss / /** @type {number} */ (wanted[i]) - 1)));
    if (!(error < TOLERANCE)) throw new Error(`${net.name}: losses of ${name} are ${losses}, not ${wanted}`);
    entries.push({ name, child, losses, error, rounds: [], memory: null });
  }
  return { net, index, entries };
}

/** @param {{ filter: string, rounds: number, time: number, json?: string | undefined, tfjs: boolean }} options */
async function bench({ filter, rounds, time, json, tfjs }) {
  const nets = NETS.filter(({ name }) => name.toLowerCase().includes(filter.toLowerCase()));
  if (nets.length === 0) throw new Error(`--filter is '${filter}'; no network has that in its name`);
  const folder = mkdtempSync(join(tmpdir(), 'convasm-training-'));
  const participants = await startParticipants(tfjs, folder);
  const progress = progressLine(process.stderr);
  try {
    const rows = [];
    for (const [index, net] of nets.entries()) rows.push(await enter(participants, net, index, folder));
    for (let round = 0; round <= rounds; round++) {
      for (const { net, index, entries } of rows) {
        for (const entry of entries) {
          progress.show(`round ${round} of ${rounds}: ${net.name}, ${entry.name}`);
          const { times, memory } = await entry.child.ask({ command: 'time', index, milliseconds: time, least: 1 });
          entry.memory = memory ?? null;
          if (round > 0) entry.rounds.push(times); // Round 0 warms up.
        }
      }
    }
    progress.clear();
    for (const row of rows) console.log(`\n${format(row)}`);
    if (json) writeFileSync(json, toJson(rows));
  } finally {
    progress.clear();
    for (const { child } of participants) child.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const { values } = parseArgs({
  options: {
    filter: { type: 'string', default: '' },
    rounds: { type: 'string', default: '10' },
    time: { type: 'string', default: '400' },
    kernels: { type: 'boolean' },
    'no-tfjs': { type: 'boolean', default: false },
    json: { type: 'string' },
    help: { type: 'boolean' },
  },
});
if (values.help) console.log(HELP);
else if (values.kernels) await import('./kernels.mjs');
else {
  const { filter, json } = values;
  await bench({ filter, json, rounds: Number(values.rounds), time: Number(values.time), tfjs: !values['no-tfjs'] });
}
