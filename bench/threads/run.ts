// What threads bring: `npm run bench:threads`, or `npm run bench:threads -- --help`.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { progressLine } from '../progress.ts';
import { median } from '../statistics.ts';
import { formatTable, significant } from '../table.ts';
import type { Answer, Order, Ready } from './side.ts';
import { WORKLOADS, type Workload } from './workloads.ts';

const HELP = `Times the same work on one thread and on several: two workers of this process, each with a convasm of its own, take turns.

Usage: npm run bench:threads [-- OPTION...]

  --threads N      of the second side (default 2)
  --filter TEXT    only workloads whose kind and name have all words of TEXT ('training', 'forward 3x3', 'small inputGrad')
  --rounds N       turns for each side (default 10)
  --time MS        milliseconds of a turn (default 20)
  --json FILE      also write the figures to FILE
  --help           show this text

A ratio is the median over the rounds of (one thread's median / several threads' median).`;

interface Row {
  readonly kind: Workload['kind'];
  readonly name: string;
  /** Median and minimum of all rounds, milliseconds. */
  readonly one: Answer;
  readonly several: Answer;
  readonly ratio: number;
  /** The same of the minima. */
  readonly bestRatio: number;
}

class Side {
  readonly #worker: Worker;
  private constructor(worker: Worker) {
    this.#worker = worker;
  }

  static async start(threads: number): Promise<Side> {
    const side = new Side(new Worker(new URL('./side.js', import.meta.url), { workerData: { threads } }));
    const ready = (await side.#answer()) as Ready;
    if (ready.threads !== threads) throw new Error(`there are not ${threads} threads: ${ready.threadsOff}`);
    return side;
  }

  async time(order: Order): Promise<Answer> {
    this.#worker.postMessage(order);
    return (await this.#answer()) as Answer;
  }

  end(): Promise<number> {
    return this.#worker.terminate();
  }

  #answer(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const done = () => this.#worker.off('error', reject).off('message', resolve);
      this.#worker.once('message', done).once('message', resolve).once('error', reject);
    });
  }
}

const { values } = parseArgs({
  options: {
    threads: { type: 'string', default: '2' },
    filter: { type: 'string', default: '' },
    rounds: { type: 'string', default: '10' },
    time: { type: 'string', default: '20' },
    json: { type: 'string' },
    help: { type: 'boolean' },
  },
});
if (values.help) console.log(HELP);
else await run();

async function run(): Promise<void> {
  const words = values.filter.toLowerCase().split(/\s+/);
  const chosen = WORKLOADS.flatMap(({ kind, name }, workload) =>
    words.every(word => `${kind} ${name}`.toLowerCase().includes(word)) ? [workload] : [],
  );
  if (chosen.length === 0) throw new Error(`--filter is '${values.filter}'; no workload has that in its name`);
  const [threads, rounds, time] = [Number(values.threads), Number(values.rounds), Number(values.time)];
  const one = await Side.start(1);
  const several = await Side.start(threads);
  const progress = progressLine(process.stderr);
  const times = chosen.map(() => ({ one: [] as Answer[], several: [] as Answer[] }));
  for (let round = 0; round <= rounds; round++) {
    for (const [i, workload] of chosen.entries()) {
      progress.show(`round ${round} of ${rounds}, ${i + 1} of ${chosen.length}: ${WORKLOADS[workload]?.name}`);
      const answers = { one: await one.time({ workload, time }), several: await several.time({ workload, time }) };
      if (round === 0) continue; // V8 optimises.
      times[i]?.one.push(answers.one);
      times[i]?.several.push(answers.several);
    }
  }
  progress.clear();
  await Promise.all([one.end(), several.end()]);
  const rows = chosen.map((workload, i): Row => {
    const { kind, name } = WORKLOADS[workload] as Workload;
    const { one, several } = times[i] as { one: Answer[]; several: Answer[] };
    const ratio = median(one.map((answer, k) => answer.median / (several[k] as Answer).median));
    const [a, b] = [summary(one), summary(several)];
    return { kind, name, one: a, several: b, ratio, bestRatio: a.minimum / b.minimum };
  });
  console.log(`Node ${process.versions.node}, 1 thread and ${threads}, ${rounds} rounds, median (minimum) ms`);
  for (const kind of new Set(rows.map(row => row.kind))) {
    const some = rows.filter(row => row.kind === kind);
    console.log(`\n${formatTable([columns(kind, some, threads)])}`);
    const worst = some.reduce((a, b) => (b.ratio < a.ratio ? b : a));
    console.log(`least ${worst.ratio.toFixed(2)} (${worst.name})`);
  }
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`);
}

function summary(answers: readonly Answer[]): Answer {
  return { median: median(answers.map(a => a.median)), minimum: Math.min(...answers.map(a => a.minimum)) };
}

function columns(title: string, rows: readonly Row[], threads: number) {
  const cell = ({ median, minimum }: Answer) => `${significant(median)} (${significant(minimum)})`;
  return {
    title,
    columns: ['', '1 thread', `${threads} threads`, 'ratio', 'of minima'],
    rows: rows.map(row => [row.name, cell(row.one), cell(row.several), row.ratio.toFixed(2), row.bestRatio.toFixed(2)]),
  };
}
