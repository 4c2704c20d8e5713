// The benchmark: `npm run bench`, or `npm run bench -- --help`.
import { ConvasmError, init } from 'convasm';
import { prepareCeiling } from './ceiling.ts';
import { WrongResultError } from './check.ts';
import { describeMachine } from './machine.ts';
import { OPERATIONS } from './operations.ts';
import { HELP, type Options, parseOptions, UsageError } from './options.ts';
import { progressLine } from './progress.ts';
import { formatHeader, formatTables, formatTarget } from './report.ts';
import { checkWritable, writeResults } from './results.ts';
import { type Measurements, runRounds } from './rounds.ts';
import { conditionsOf, summarise } from './summary.ts';
import { nameOf, prepareTasks, selectTasks } from './tasks.ts';

async function main(args: readonly string[]): Promise<void> {
  const options = parseOptions(args);
  if (options.help) console.log(HELP);
  else await run(options);
}

async function run({ filter, variant, schedule, json }: Options): Promise<void> {
  const selected = selectTasks(filter);
  if (selected.length === 0) throw new UsageError(`--filter is '${filter}'; no task has that in its name`);
  if (json !== undefined) checkWritable(json);
  const progress = progressLine(process.stderr);
  progress.show('compiling the ceiling, checking the results ...');
  await init({ variant, threads: 1 });
  const machine = describeMachine();
  const ceiling = await prepareCeiling(machine.variant);
  const tasks = prepareTasks(selected);
  const measurements = runRounds(tasks, ceiling, schedule, (round, i) => {
    const [shape, operation] = selected[i] ?? [];
    const name = shape && operation ? nameOf(operation, shape) : '';
    const which = round === 0 ? 'warming up' : `round ${round} of ${schedule.rounds}`;
    progress.show(`${which}, ${i + 1} of ${tasks.length}: ${name}`);
  });
  progress.clear();
  const rows = tasks.map((task, i) => summarise(task, measurements[i] as Measurements));
  console.log(`${formatHeader(machine, conditionsOf(measurements))}\n\n${formatTables(rows, OPERATIONS)}`);
  const target = formatTarget(rows);
  if (target) console.log(`\n${target}`);
  if (json === undefined) return;
  const results = rows.map((row, i) => ({ ...row, measurements: measurements[i] as Measurements }));
  writeResults(json, { date: new Date().toISOString(), machine, tasks: results });
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const expected = error instanceof UsageError || error instanceof WrongResultError || error instanceof ConvasmError;
  console.error(expected ? `bench: ${error.message}` : error);
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
