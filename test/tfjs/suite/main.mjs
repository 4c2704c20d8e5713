// One bundle: Jasmine, the backend, TensorFlow.js's specs and ours of models, and one copy of tfjs-core between them. Whoever loads it sets
// globalThis.suiteOptions before ({ backend, filter, stressed, threads, variant }) and waits for globalThis.result.

import { prepare } from './environment.mjs';
import { execute } from './jasmine.mjs';

async function main() {
  const circumstances = await prepare(globalThis.suiteOptions);
  // They are declared for the environments that are set when they load.
  await import('@tensorflow/tfjs-core/dist/tests.js');
  if (globalThis.suiteOptions.backend === 'convasm') {
    await import('./models/layers.mjs');
    await import('./models/graph.mjs');
  }
  const report = await execute(globalThis.suiteOptions.filter);
  globalThis.result = { ...report, ...circumstances() };
}

// No top-level await: pages load a script that is no module.
globalThis.finished = main();
