// The benchmark itself; run.mjs installs what it needs and starts it.
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { selectCases } from './cases.mjs';
import { drawChart } from './chart.mjs';
import { formatMarkdown } from './markdown.mjs';
import { parseOptions, UsageError } from './options.mjs';
import { init, prepareCeiling, progressLine, runtimeInfo } from './own.mjs';
import { enter, startLibraries } from './participants.mjs';
import { toJson, writeWhole } from './results.mjs';
import { runRounds } from './rounds.mjs';

/** @param {ReturnType<typeof parseOptions>} options */
async function run({ filter, libraries: keys, schedule, json, markdown, svg }) {
  const cases = selectCases(filter);
  if (cases.length === 0) throw new UsageError(`--filter is '${filter}'; no task has that in its name`);
  const progress = progressLine(process.stderr);
  progress.show('loading the libraries ...');
  await init({ threads: 1 });
  const machine = describeMachine();
  const ceiling = await prepareCeiling(machine.variant);
  const { libraries, leftOut } = await startLibraries(keys, machine.convasm);
  try {
    /** @type {import('./rounds.mjs').Measured[]} */
    const table = [];
    for (const task of cases) {
      progress.show(`checking ${task.name} ...`);
      const entries = [];
      for (const library of libraries) entries.push(await enter(library, task));
      table.push({ case: task, entries, ceilings: [] });
    }
    await runRounds(table, ceiling, schedule, (round, i) => {
      const which = round === 0 ? 'warming up' : `round ${round} of ${schedule.rounds}`;
      progress.show(`${which}, ${i + 1} of ${table.length}: ${cases[i]?.name}`);
    });
    progress.clear();
    const result = { machine, libraries, leftOut, rounds: schedule.rounds, table };
    const text = formatMarkdown(result);
    console.log(text);
    if (markdown) writeWhole(markdown, text);
    if (json) writeWhole(json, toJson(result));
    if (svg) writeWhole(svg, drawChart(result));
    const wrong = table.some(({ entries }) => entries.some(entry => entry.wrong && entry.library.kind === 'convasm'));
    if (wrong) process.exitCode = 1;
  } finally {
    for (const library of libraries) library.close?.();
  }
}

function describeMachine() {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return {
    convasm: String(version),
    variant: runtimeInfo().variant,
    node: process.versions.node,
    v8: process.versions.v8,
    cpu: cpus()[0]?.model.trim() ?? 'unknown CPU',
    cpus: cpus().length,
    platform: `${process.platform} ${process.arch}`,
  };
}

try {
  await run(parseOptions(process.argv.slice(2)));
} catch (error) {
  console.error(error instanceof UsageError ? `bench/peers: ${error.message}` : error);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
