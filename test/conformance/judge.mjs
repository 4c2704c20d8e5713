// What is wrong with a run, in words.
import { availableParallelism } from 'node:os';

/** Milliseconds that a page may stand still while a worker of it computes; the suite takes a second and more. */
const FROZEN = 500;

/** Most threads that 'auto' takes. */
const MOST = 16;

/**
 * Compares reports with what was wanted of them, and the bits of all runs with each other: of the plain binary on all engines, of
 * the relaxed one (whose planar sums depend on the engine's tile) on each engine by itself.
 */
export class Judge {
  /** The first report whose bits others are compared with, by binary (and engine). @type {Map<string, { where: string, report: object }>} */
  #first = new Map();

  /**
   * @param {import('./engines/engine.mjs').Engine} engine
   * @param {import('./engines/engine.mjs').Run} run
   * @param {object} report
   * @returns {string[]} nothing, where all is well
   */
  problems({ name }, { options, ownWorkers, wanted }, report) {
    if (wanted.error) return error(report.error, wanted.error);
    if (report.error) return [`init failed: ${report.error.name}: ${report.error.message}`];
    const { failed, passed, info, frozen, computed } = report;
    const problems = failed.map(({ name: of, message }) => `${of}: ${message}`);
    if (passed === 0) problems.push('no case passed');
    if (info.variant !== wanted.variant) problems.push(`ran the ${info.variant} binary, expected ${wanted.variant}`);
    problems.push(...threads(info, wanted));
    if (ownWorkers && computed !== info.threads - 1) problems.push(`${computed} workers have computed`);
    if (info.threadsLost) problems.push(`threads were lost: ${info.threadsLost}`);
    if (frozen > FROZEN) problems.push(`the page stood still for ${frozen} ms`);
    return [...problems, ...this.#bits(`${name}, ${options.threads} threads`, name, report)];
  }

  #bits(where, engine, report) {
    const { variant } = report.info;
    const key = variant === 'simd' ? variant : `${variant} ${engine}`;
    const first = this.#first.get(key);
    if (!first) {
      this.#first.set(key, { where, report });
      return [];
    }
    if (first.report.hash === report.hash) return [];
    const names = Object.keys({ ...first.report.digests, ...report.digests });
    return names
      .filter(name => first.report.digests[name] !== report.digests[name])
      .map(name => `other bits than ${first.where}: ${name}`);
  }
}

function error(got, wanted) {
  if (!got) return [`init went through, expected ${wanted.name}`];
  const right = got.name === wanted.name && wanted.message.test(got.message);
  return right ? [] : [`init failed with ${got.name}: ${got.message}; expected ${wanted.name}, ${wanted.message}`];
}

function threads(info, wanted) {
  const problems = [];
  const cores = Math.min(MOST, availableParallelism());
  const right = wanted.threads === 'many' ? info.threads === cores : info.threads === wanted.threads;
  const reason = info.threadsOff ? `(${info.threadsOff})` : '';
  if (!right) {
    const count = wanted.threads === 'many' ? `${cores}, one for each core` : wanted.threads;
    problems.push(`ran on ${info.threads} threads ${reason}, expected ${count}`);
  }
  if (wanted.threadsOff && !wanted.threadsOff.test(info.threadsOff ?? '')) {
    problems.push(`threadsOff is ${JSON.stringify(info.threadsOff)}, expected ${wanted.threadsOff}`);
  }
  if (info.threads > 1 && info.threadsOff !== undefined) problems.push(`threadsOff with threads: ${info.threadsOff}`);
  return problems;
}
