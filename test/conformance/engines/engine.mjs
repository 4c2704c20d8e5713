// What every engine offers to the runner.

/**
 * @typedef {object} Options  for init; JSON
 * @property {'simd' | 'relaxed' | 'auto'} variant
 * @property {number | 'auto'} threads
 */

/**
 * @typedef {object} Wanted  what the runner expects of a run
 * @property {string} [variant]  what runtimeInfo says
 * @property {number | 'many'} [threads]  'many': as many as the machine has, by 'auto'
 * @property {RegExp} [threadsOff]  what the reason for one thread names
 * @property {{ name: string, message: RegExp }} [error]  of init, where it has to fail
 */

/**
 * @typedef {object} Run
 * @property {Options} options
 * @property {boolean} [ownWorkers]  whether init is given workers of the user's own, which count those that compute
 * @property {Wanted} wanted
 */

/**
 * @typedef {object} Engine
 * @property {string} name  such as 'firefox-isolated'
 * @property {readonly Run[]} runs
 * @property {(site: string) => Promise<Session>} open  makes it ready
 */

/**
 * @typedef {object} Session
 * @property {() => string} version  known after the first run at the latest
 * @property {(run: Run) => Promise<object>} run  the suite's report, or { error: { name, message } } of init
 * @property {() => Promise<void>} close
 */

/** How long the suite may take in an engine: it takes some 2 seconds. */
export const SECONDS = 120;

/**
 * Runs where there are threads: bits have to be those of one thread, whatever their number.
 *
 * @param {'simd' | 'relaxed'} best  the binary that suits the engine, on a CPU with fused multiply-add
 * @returns {Run[]}
 */
export function runsWithThreads(best) {
  return [
    { options: { variant: 'simd', threads: 1 }, wanted: { variant: 'simd', threads: 1 } },
    { options: { variant: 'simd', threads: 2 }, wanted: { variant: 'simd', threads: 2 } },
    { options: { variant: 'simd', threads: 3 }, wanted: { variant: 'simd', threads: 3 } },
    { options: { variant: 'simd', threads: 2 }, ownWorkers: true, wanted: { variant: 'simd', threads: 2 } },
    { options: { variant: 'auto', threads: 1 }, wanted: { variant: best, threads: 1 } },
    { options: { variant: 'auto', threads: 'auto' }, wanted: { variant: best, threads: 'many' } },
  ];
}

/**
 * Runs where threads are asked for and there are none.
 *
 * @param {'simd' | 'relaxed'} best
 * @param {RegExp} threadsOff  what the reason has to name
 * @returns {Run[]}
 */
export function runsWithoutThreads(best, threadsOff) {
  return [
    { options: { variant: 'simd', threads: 2 }, wanted: { variant: 'simd', threads: 1, threadsOff } },
    { options: { variant: 'auto', threads: 'auto' }, wanted: { variant: best, threads: 1, threadsOff } },
  ];
}
