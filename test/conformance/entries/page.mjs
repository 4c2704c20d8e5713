// The suite in a page, or in a Web Worker of the page (?place=worker), with the options for init in ?options=. The report, or the
// error that kept the suite from running, is left in globalThis.result.
import * as convasm from '/node_modules/convasm/dist/index.js';
import * as ops from '/node_modules/convasm/dist/ops/index.js';
import { runSuite } from '../suite/suite.mjs';

const query = new URLSearchParams(location.search);
const options = JSON.parse(query.get('options'));

/** The report where init is given workers of the page's own, with how many of them have computed. */
async function withOwnWorkers() {
  const url = '/entries/counting-worker.mjs';
  // Under Trusted Types a page may start what a policy of its own lets through.
  const policy = globalThis.trustedTypes?.createPolicy('own-worker', { createScriptURL: () => url });
  let computed = 0;
  const worker = () => {
    const made = new Worker(policy?.createScriptURL('') ?? url, { type: 'module' });
    made.addEventListener('message', ({ data }) => {
      if (data.computed) computed++;
    });
    return made;
  };
  const report = await runSuite(convasm, ops, { ...options, worker });
  return { ...report, computed };
}

/** The report of a worker, with the longest time that the page could not do anything meanwhile. */
function inWorker() {
  const worker = new Worker('/entries/page-worker.mjs', { type: 'module' });
  let [last, longest] = [performance.now(), 0];
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }, 5);
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => {
      clearInterval(timer);
      resolve({ ...data, frozen: Math.round(longest) });
    };
    worker.onerror = event => reject(new Error(event.message ?? 'the worker did not start'));
    worker.postMessage(options);
  });
}

function run() {
  if (query.get('place') === 'worker') return inWorker();
  return query.get('workers') === 'own' ? withOwnWorkers() : runSuite(convasm, ops, options);
}

try {
  globalThis.result = await run();
} catch (error) {
  globalThis.result = { error: { name: error.name, message: error.message } };
}
