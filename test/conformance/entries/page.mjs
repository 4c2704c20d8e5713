// The suite in a page, or in a Web Worker of the page (?place=worker), with the options for init in ?options=. The report, or the
// error that kept the suite from running, is left in globalThis.result.
import * as convasm from '/node_modules/convasm/dist/index.js';
import * as ops from '/node_modules/convasm/dist/ops/index.js';
import { runSuite } from '../suite/suite.mjs';

const query = new URLSearchParams(location.search);
const options = JSON.parse(query.get('options'));

/** What a page under Trusted Types does to have threads all the same. */
function ownWorker() {
  const url = '/node_modules/convasm/dist/worker.js';
  const policy = globalThis.trustedTypes?.createPolicy('convasm-worker', { createScriptURL: () => url });
  return new Worker(policy?.createScriptURL('') ?? url, { type: 'module' });
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

try {
  globalThis.result =
    query.get('place') === 'worker'
      ? await inWorker()
      : await runSuite(convasm, ops, query.has('own-worker') ? { ...options, worker: ownWorker } : options);
} catch (error) {
  globalThis.result = { error: { name: error.name, message: error.message } };
}
