// The conformance suite over engines and browsers: `node test/conformance/run.mjs`, or with --help. Installs and builds what is
// needed. Plain Node >= 20; imports nothing from node_modules before there is one.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { install } from '../browsers/install.mjs';
import { Judge } from './judge.mjs';
import { makeSite } from './site.mjs';
import { table } from './table.mjs';

const HELP = `node test/conformance/run.mjs [--only NAME,...] [--json FILE]

  --only   engines whose names start so, such as node,firefox-csp (default: all)
  --json   where the reports go (default: build/conformance/report.json)

Chromium and Firefox have to be there: apt-get install chromium firefox-esr.`;

const here = fileURLToPath(new URL('./', import.meta.url));
const root = fileURLToPath(new URL('../../', import.meta.url));

/** @param {readonly string[]} prefixes  of names; none: all */
async function engines(prefixes) {
  const { commands } = await import('./engines/commands.mjs');
  const { pages } = await import('./engines/pages.mjs');
  const { workers } = await import('./engines/workerd.mjs');
  const all = [...commands, ...workers, ...pages];
  const unknown = prefixes.filter(prefix => !all.some(({ name }) => name.startsWith(prefix)));
  if (unknown.length > 0) {
    throw new Error(`no engine is called ${unknown.join(', ')}; there are ${all.map(({ name }) => name).join(', ')}`);
  }
  return all.filter(({ name }) => prefixes.length === 0 || prefixes.some(prefix => name.startsWith(prefix)));
}

/** All runs of an engine, one after the other, each with its problems. */
async function measure(engine, site, judge) {
  const results = [];
  let session;
  try {
    session = await engine.open(site);
    for (const run of engine.runs) {
      const { options, ownWorkers = false } = run;
      const result = { engine: engine.name, version: '', options, ownWorkers, report: null, problems: [] };
      results.push(result);
      const start = performance.now();
      try {
        result.report = await session.run(run);
        result.problems = judge.problems(engine, run, result.report);
      } catch (error) {
        result.problems = [error.message];
      }
      result.version = session.version();
      result.seconds = (performance.now() - start) / 1000;
      const verdict = result.problems.length === 0 ? 'ok' : `FAILED\n  ${result.problems.join('\n  ')}`;
      console.log(
        `${engine.name} ${JSON.stringify(options)}${ownWorkers ? ' own workers' : ''} ${result.seconds.toFixed(1)} s ${verdict}`,
      );
    }
  } catch (error) {
    results.push({ engine: engine.name, version: '', options: {}, report: null, problems: [error.message] });
    console.log(`${engine.name} FAILED\n  ${error.message}`);
  } finally {
    await session?.close();
  }
  return results;
}

function summary(results) {
  const rows = results.map(({ engine, version, options, ownWorkers, report, problems }) => [
    engine,
    version,
    `${options.variant ?? ''} ${options.threads ?? ''}${ownWorkers ? ' own' : ''}`,
    report?.info?.variant,
    report?.info?.threads,
    report?.info?.threadsOff ?? report?.error?.name,
    report?.passed,
    report?.failed?.length,
    report?.hash,
    problems.length === 0 ? 'ok' : 'FAILED',
  ]);
  const head = ['engine', 'version', 'asked', 'variant', 'threads', 'why one thread', 'passed', 'failed', 'bits', ''];
  return table([head, ...rows]);
}

async function main() {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, json: { type: 'string' }, help: { type: 'boolean' } },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  execFileSync(process.execPath, ['tools/ensure.mjs'], { cwd: root, stdio: ['ignore', 2, 2] });
  install(fileURLToPath(new URL('../browsers/', import.meta.url)));
  install(here, { native: true });
  const chosen = await engines(values.only?.split(',') ?? []);
  const site = makeSite();
  const judge = new Judge();
  const results = [];
  for (const engine of chosen) results.push(...(await measure(engine, site, judge)));

  const json = resolve(values.json ?? `${root}build/conformance/report.json`);
  mkdirSync(dirname(json), { recursive: true });
  writeFileSync(json, `${JSON.stringify(results, null, 2)}\n`);
  const failed = results.filter(({ problems }) => problems.length > 0);
  console.log(`\n${summary(results)}\n`);
  console.log(`${results.length - failed.length} runs of the suite as expected, ${failed.length} not`);
  // Once more at the end, where those who look at a log look.
  for (const { engine, options, problems } of failed) {
    console.log(`\n${engine} ${JSON.stringify(options)}\n  ${problems.join('\n  ')}`);
  }
  if (failed.length > 0) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  console.error(`test/conformance: ${error.message}`);
  process.exitCode = 2;
}
