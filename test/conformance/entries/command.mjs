// The suite in an engine with a command line: `node entries/command.mjs '{"variant":"simd"}'` prints the report. It does not end the
// process, and with `threads: 'auto'` not the threads: an engine that stays because of them is found by the runner's time limit.
// With `own` after the options, init is given workers of our own, and the report says how many of them have computed.
import * as convasm from 'convasm';
import * as ops from 'convasm/ops';
import { runSuite } from '../suite/suite.mjs';

const [, , json, workers] = process.argv;
const options = JSON.parse(json);
let computed = 0;

async function ownWorker() {
  const { Worker } = await import('node:worker_threads');
  return () => {
    const made = new Worker(new URL('./counting-worker.mjs', import.meta.url));
    made.on('message', message => {
      if (message.computed) computed++;
    });
    return made;
  };
}

const own = workers === 'own' && { worker: await ownWorker() };
const report = await runSuite(convasm, ops, { ...options, ...own }, { shutdown: options.threads !== 'auto' });
console.log(JSON.stringify(own ? { ...report, computed } : report));
