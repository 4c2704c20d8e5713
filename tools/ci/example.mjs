// Trains the TensorFlow.js example with few digits, in Node and in a page in Chromium, and fails where it learns nothing or complains.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { install } from '../../test/browsers/install.mjs';

/** A network that guesses has 10 %; one that learns is above 80 % by then. */
const ENOUGH = 60;
const root = fileURLToPath(new URL('../../', import.meta.url));

execFileSync(process.execPath, ['tools/ensure.mjs'], { cwd: root, stdio: 'inherit' });
await inNode();
await inPage();

async function inNode() {
  const few = ['--train-images', '2000', '--test-images', '300', '--epochs', '4'];
  const { stdout, finished } = start(few);
  await finished;
  const found = pattern => Number(pattern.exec(stdout())?.[1] ?? Number.NaN);
  const accuracy = found(/Test accuracy ([\d.]+) %/);
  const apart = found(/losses at most (\S+) apart/);
  const left = found(/tf\.memory\(\) counts (\d+) tensors/);
  console.log(`Node: accuracy ${accuracy} %, losses ${apart} from cpu's, ${left} tensors left`);
  if (!(accuracy > ENOUGH && apart < 1e-4 && left === 0)) throw new Error(`the example in Node is wrong:\n${stdout()}`);
}

async function inPage() {
  install(`${root}test/browsers/`);
  const { openBrowser } = await import('../../test/browsers/browser.mjs');
  const browser = openBrowser('chromium');
  const server = start(['--page']);
  try {
    const url = await server.said(/http:\S+/);
    const { accuracy, threads, status } = await browser.result(url, { seconds: 180, silent: true, run: trainInPage });
    console.log(`Chromium ${browser.version}: accuracy ${accuracy} %, ${threads} threads`);
    if (!(accuracy > ENOUGH)) throw new Error(`the example in a page learns nothing: ${accuracy} % (${status})`);
    if (threads < Math.min(availableParallelism(), 2)) throw new Error('the page of the example has no threads');
  } finally {
    await browser.close();
    server.interrupt();
    await server.finished;
  }
}

/** Starts the training, and stops it after the fourth epoch. Runs in the page. */
async function trainInPage() {
  const text = id => document.getElementById(id).textContent;
  const until = async condition => {
    while (!condition()) await new Promise(resolve => setTimeout(resolve, 20));
  };
  const button = document.getElementById('start');
  await until(() => !button.disabled);
  button.click();
  await until(() => Number.parseFloat(text('epoch')) > 4 || document.querySelector('.problem'));
  const seen = { accuracy: Number.parseFloat(text('accuracy')), threads: Number(text('threads')) };
  button.click();
  await until(() => button.textContent === 'Start');
  return { ...seen, status: text('status') };
}

/** The example with its options. */
function start(options) {
  const child = spawn(process.execPath, ['build/examples/tfjs/main.js', ...options], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let stdout = '';
  const ended = once(child, 'exit');
  child.stdout.setEncoding('utf8').on('data', chunk => {
    stdout += chunk;
  });
  return {
    stdout: () => stdout,
    interrupt: () => child.kill('SIGINT'),
    finished: ended.then(([code, signal]) => {
      if (code !== 0) throw new Error(`the example ended with ${signal ?? code}:\n${stdout}`);
    }),
    /** Waits for a text, and gives it. */
    async said(pattern) {
      while (!pattern.test(stdout)) {
        if (child.exitCode !== null) throw new Error(`the example ended with ${child.exitCode}`);
        await new Promise(resolve => setTimeout(resolve, 20));
      }
      return pattern.exec(stdout)[0];
    },
  };
}
