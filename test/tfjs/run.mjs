// TensorFlow.js's own op suites, as its npm package has them, and models of tf.layers and of its converter, against a backend:
// `node test/tfjs/run.mjs`, or with --help. Installs and builds what is needed. Plain Node >= 20; imports nothing from node_modules
// before there is one.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { install } from '../browsers/install.mjs';
import { table } from '../conformance/table.mjs';
import { count, judge } from './judge.mjs';

const HELP = `node test/tfjs/run.mjs [--engine NAME] [--backend NAME] [--filter TEXT] [--stress] [--threads N] [--variant NAME]
       node test/tfjs/run.mjs --all [--engine NAME]

  --all      in all modes: plain, stressed, with 2 threads; in node-24, node-20, chromium and firefox, or the engine that is named;
             each engine runs the cpu backend first, and what passes there has to pass in every mode
  --engine   node (default: the one that runs this), node-24, node-20, chromium or firefox
  --backend  convasm (default), or cpu for comparison
  --filter   only specs whose full name contains TEXT
  --stress   memory grows at every allocation, freed blocks are filled with NaN
  --threads  default 1
  --variant  relaxed or simd (default: the better one that runs there)
  --json     where the reports go (default: build/tfjs/report.json)

Exit code: 0 all is well, 1 something is not, 2 wrong option.`;

const here = fileURLToPath(new URL('./', import.meta.url));
const root = fileURLToPath(new URL('../../', import.meta.url));

/** What --all runs in an engine, one after the other. */
const MODES = [
  { backend: 'cpu' },
  {},
  { stressed: true },
  { threads: 2 },
  // Plain SIMD where relaxed runs, too; an engine without relaxed SIMD has run it already.
  { variant: 'simd' },
];
const ALL_ENGINES = ['node-24', 'node-20', 'chromium', 'firefox'];
/** Problems of one run; the report has all. */
const MOST_SHOWN = 20;
const DEFAULTS = { backend: 'convasm', filter: '', stressed: false, threads: 1, variant: 'auto' };

const options = readOptions();
if (options.help) console.log(HELP);
else if (await run(options)) process.exitCode = 1;

/** @returns whether something is not as it should be */
async function run({ all, engine, json, ...one }) {
  execFileSync(process.execPath, ['tools/ensure.mjs'], { cwd: root, stdio: ['ignore', 2, 2] });
  install(here);
  const { ENGINES } = await import('./engines.mjs');
  const unknown = engine !== undefined && !Object.hasOwn(ENGINES, engine);
  if (unknown) throw new Error(`--engine: there are ${Object.keys(ENGINES).join(', ')}`);
  const engines = engine ? [engine] : all ? ALL_ENGINES : ['node'];
  const results = [];
  for (const name of engines) results.push(...(await measure(name, ENGINES[name], all ? MODES : [one])));

  mkdirSync(dirname(resolve(json)), { recursive: true });
  writeFileSync(json, JSON.stringify(results, null, 2));
  console.log(`\n${summary(results)}`);
  for (const { title, problems } of results) {
    if (problems.length === 0) continue;
    console.log(`\n${title}:\n  ${problems.slice(0, MOST_SHOWN).join('\n  ')}`);
    if (problems.length > MOST_SHOWN) console.log(`  ... ${problems.length} in all`);
  }
  return results.length === 0 || results.some(({ problems }) => problems.length > 0);
}

/** All modes in one engine. */
async function measure(engine, open, modes) {
  const results = [];
  let cpu;
  let session;
  try {
    session = await open();
    for (const mode of modes) {
      const asked = { ...DEFAULTS, ...mode };
      const result = {
        engine,
        ...asked,
        title: `${engine}, ${describe(asked)}`,
        version: '',
        report: null,
        problems: [],
      };
      results.push(result);
      console.error(`${result.title} ...`);
      try {
        result.report = await session.run(asked);
        result.problems = judge(asked, result.report, cpu);
        if (asked.backend === 'cpu') cpu = result.report;
      } catch (error) {
        result.problems = [error.message];
      }
      result.version = session.version;
    }
  } catch (error) {
    results.push({ engine, ...DEFAULTS, title: engine, version: '', report: null, problems: [error.message] });
  } finally {
    await session?.close();
  }
  return results;
}

function describe({ backend, stressed, threads, variant }) {
  const words = [backend, stressed && 'stressed', threads > 1 && `${threads} threads`, variant !== 'auto' && variant];
  return words.filter(Boolean).join(', ');
}

function summary(results) {
  const rows = results.map(({ report, problems, ...asked }) => [
    asked.engine,
    asked.version,
    describe(asked),
    asked.backend === 'cpu' ? '' : report?.variant,
    report && count(report).specs,
    report?.failures.length,
    report?.pending.length,
    report && asked.backend !== 'cpu' ? count(report).models : '',
    report?.seconds.toFixed(1),
    problems.length === 0 ? 'ok' : 'FAILED',
  ]);
  return table([
    ['engine', 'version', 'mode', 'binary', 'passed', 'failed', 'pending', 'models', 'seconds', ''],
    ...rows,
  ]);
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        all: { type: 'boolean', default: false },
        engine: { type: 'string' },
        backend: { type: 'string', default: DEFAULTS.backend },
        filter: { type: 'string', default: DEFAULTS.filter },
        stress: { type: 'boolean', default: DEFAULTS.stressed },
        threads: { type: 'string', default: String(DEFAULTS.threads) },
        variant: { type: 'string', default: DEFAULTS.variant },
        json: { type: 'string', default: `${root}build/tfjs/report.json` },
        help: { type: 'boolean', default: false },
      },
    });
    const { stress, threads, ...rest } = values;
    return { ...rest, stressed: stress, threads: Number(threads) };
  } catch (error) {
    console.error(`test/tfjs: ${error.message}\n\n${HELP}`);
    process.exit(2);
  }
}
