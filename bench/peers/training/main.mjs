// Training steps of whole networks beside PyTorch and TensorFlow.js: `npm run bench:training`, or with -- --help. run.mjs of the folder above
// starts it.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Child } from '../child.mjs';
import { findPython } from '../libraries/pytorch.mjs';
import { median, progressLine, randomValues } from '../own.mjs';
import { LEARNING_RATE, MOMENTUM, NETS, parametersOf } from './nets.mjs';
import { product } from './side.mjs';

const HELP = `Times training steps (a batch copied together, forward, backward, SGD with momentum) of two networks in convasm, PyTorch and
TensorFlow.js' backend in plain JavaScript, each in a process of its own, in turns. All begin with the same parameters, and their
losses of the first steps have to agree.

Usage: npm run bench:training [-- OPTION...]

  --filter TEXT    only networks whose name has TEXT
  --rounds N       turns of each participant (default 10)
  --time MS        milliseconds of a turn (default 400; at least one step)
  --no-tfjs        without TensorFlow.js, whose steps take a second
  --json FILE      write all times to FILE
  --help           show this text`;

/** Steps before the times, whose losses are compared. */
const COMPARED_STEPS = 10;
/** Largest relative difference of a loss from convasm's on one thread. */
const TOLERANCE = 1e-3;
const SAMPLES = 2048;

const file = name => fileURLToPath(new URL(name, import.meta.url));

/** @param {string} folder where the bundle goes */
function bundleTfjs(folder) {
  const bundle = join(folder, 'tfjs.mjs');
  const require = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
  const options = ['--bundle', '--platform=node', '--format=esm', '--main-fields=module,main', `--banner:js=${require}`];
  execFileSync(file('../../../node_modules/.bin/esbuild'), [file('tfjs.mjs'), ...options, '--log-level=error', `--outfile=${bundle}`], { stdio: 'inherit' });
  return bundle;
}

async function participants(withTfjs, folder) {
  const node = process.execPath;
  const python = await findPython();
  const pytorch = (threads, channelsLast) => ({
    name: `PyTorch${channelsLast ? ' channels-last' : ''}, ${threads}T`,
    child: new Child('PyTorch', python, [file('pytorch.py'), String(threads)], {
      OMP_NUM_THREADS: String(threads),
      OPENBLAS_NUM_THREADS: String(threads),
      // Threads that spin after their work take the processor from whoever comes next.
      OMP_WAIT_POLICY: 'PASSIVE',
    }),
    channelsLast,
  });
  const convasm = threads => ({
    name: `convasm, ${threads}T`,
    child: new Child('convasm', node, [file('convasm.mjs'), String(threads)]),
  });
  const all = [convasm(1), convasm(2), pytorch(1, false), pytorch(2, false), pytorch(1, true), pytorch(2, true)];
  if (withTfjs) all.push({ name: 'tfjs-cpu', child: new Child('tfjs', node, [bundleTfjs(folder)]) });
  for (const { name, child } of all) console.log(`${name}: ${(await child.answer()).version}`);
  return all;
}

/** Makes a network in all participants, and compares the losses of the first steps. */
async function enter(all, net, index, folder) {
  const [parameters, samples] = [join(folder, `parameters${index}`), join(folder, `samples${index}`)];
  const values = parametersOf(net.layers).flatMap(({ shape, kind, fan }, i) => {
    if (kind === 'zeros') return Array(product(shape)).fill(0);
    if (kind === 'ones') return Array(product(shape)).fill(1);
    return Array.from(randomValues(shape, i + 1), value => value * Math.sqrt(3 / fan));
  });
  writeFileSync(parameters, Float32Array.from(values));
  writeFileSync(samples, randomValues([SAMPLES, ...net.input], 99));
  const entries = [];
  for (const { name, child, channelsLast = false } of all) {
    if (name === 'tfjs-cpu' && index > 0) continue;
    const files = { parameters, samples };
    const options = { learningRate: LEARNING_RATE, momentum: MOMENTUM, channelsLast };
    await child.ask({ command: 'prepare', index, net, ...files, ...options });
    const { losses } = await child.ask({ command: 'losses', index, steps: COMPARED_STEPS });
    const wanted = entries[0]?.losses ?? losses;
    const error = Math.max(...losses.map((loss, i) => Math.abs(loss / wanted[i] - 1)));
    if (!(error < TOLERANCE)) throw new Error(`${net.name}: losses of ${name} are ${losses}, not ${wanted}`);
    entries.push({ name, child, losses, error, rounds: [] });
  }
  return { net, index, entries };
}

function show({ net, entries }) {
  const base = prefix => entries.filter(({ name }) => name.startsWith(prefix));
  const line = ({ name, rounds, error }) => {
    const medians = rounds.map(median);
    const step = median(medians);
    const least = Math.min(...rounds.flat());
    const epoch = (step * net.samples) / net.batch / 1000;
    // Ratios of neighbours in time: the median over the rounds.
    const ratios = base('convasm').map(own => median(medians.map((value, i) => value / median(own.rounds[i]))).toFixed(2));
    const cells = [name.padEnd(26), step.toFixed(2).padStart(9), `(${least.toFixed(2)})`.padStart(10), epoch.toFixed(1).padStart(8)];
    return `${cells.join(' ')}   ${ratios.map(ratio => ratio.padStart(7)).join(' ')}   ${error.toExponential(1)}`;
  };
  console.log(`\n${net.name}, batch ${net.batch}`);
  console.log(`${' '.repeat(26)}   ms/step  (minimum)  s/epoch   x convasm 1T, 2T   losses differ by`);
  for (const entry of entries) console.log(line(entry));
}

async function main() {
  const { values } = parseArgs({
    options: {
      filter: { type: 'string', default: '' },
      rounds: { type: 'string', default: '10' },
      time: { type: 'string', default: '400' },
      'no-tfjs': { type: 'boolean' },
      json: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return console.log(HELP);
  const nets = NETS.filter(({ name }) => name.toLowerCase().includes(values.filter.toLowerCase()));
  const folder = mkdtempSync(join(tmpdir(), 'convasm-training-'));
  const all = await participants(!values['no-tfjs'], folder);
  const progress = progressLine(process.stderr);
  try {
    const table = [];
    for (const [index, net] of nets.entries()) table.push(await enter(all, net, index, folder));
    const rounds = Number(values.rounds);
    for (let round = 0; round <= rounds; round++) {
      for (const { net, index, entries } of table) {
        for (const { name, child, rounds: times } of entries) {
          progress.show(`round ${round} of ${rounds}: ${net.name}, ${name}`);
          const answer = await child.ask({ command: 'time', index, milliseconds: Number(values.time), least: 1 });
          if (round > 0) times.push(answer.times);
        }
      }
    }
    progress.clear();
    for (const row of table) show(row);
    if (values.json) {
      const report = table.map(({ net, entries }) => ({ net: net.name, entries: entries.map(({ child, ...rest }) => rest) }));
      writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
    }
  } finally {
    for (const { child } of all) child.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
