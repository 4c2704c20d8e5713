// The conformance suite: plain ES modules that import nothing of any engine. It takes the library as it is given, starts it, and
// says which cases passed and what the bits of all results were.
import { activations } from './cases/activations.mjs';
import { convolutions } from './cases/convolutions.mjs';
import { ending } from './cases/ending.mjs';
import { errors } from './cases/errors.mjs';
import { layers } from './cases/layers.mjs';
import { losses } from './cases/losses.mjs';
import { normalisation } from './cases/normalisation.mjs';
import { operations } from './cases/operations.mjs';
import { optimizers } from './cases/optimizers.mjs';
import { after, before } from './cases/starting.mjs';
import { tensors } from './cases/tensors.mjs';
import { training } from './cases/training.mjs';
import { digestOf, Results } from './digest.mjs';

/**
 * @typedef {object} Report
 * @property {number} passed
 * @property {{ name: string, message: string }[]} failed
 * @property {string} hash  of the bits of all results
 * @property {Record<string, string>} digests  the same of each case, to find the one that differs
 * @property {{ variant: string, threads: number, threadsOff?: string, threadsLost?: string[] }} info
 * @property {number} milliseconds
 */

/**
 * @param {typeof import('convasm')} convasm  not initialised yet
 * @param {typeof import('convasm/ops')} ops
 * @param {import('convasm').InitOptions} options  for init
 * @param {{ shutdown?: boolean }} [end]  shutdown: whether the threads are ended by the suite; else they are left to the engine.
 *   Default true
 * @returns {Promise<Report>}
 * @throws what init throws
 */
export async function runSuite(convasm, ops, options, { shutdown = true } = {}) {
  const start = performance.now();
  const report = { passed: 0, failed: [], digests: {} };
  const run = async cases => {
    for (const { name, run } of cases) {
      const results = new Results();
      try {
        await run({ convasm, ops, record: values => results.add(values) });
        report.passed++;
      } catch (error) {
        report.failed.push({ name, message: error instanceof Error ? error.message : String(error) });
      }
      report.digests[name] = await results.digest();
    }
  };
  await run(before);
  await convasm.init(options);
  const { variant, threads, threadsOff } = convasm.runtimeInfo();
  const parts = [after, tensors, errors, convolutions, operations];
  parts.push(activations, normalisation, losses, layers, optimizers, training);
  for (const cases of parts) await run(cases);
  const hash = await digestOf(report.digests);
  const { threadsLost } = convasm.runtimeInfo();
  if (shutdown) await run(ending);
  return {
    ...report,
    hash,
    info: { variant, threads, threadsOff, threadsLost },
    milliseconds: Math.round(performance.now() - start),
  };
}
