// Jasmine, on which TensorFlow.js's specs are written, in whatever runs this: a Node, a page.
import jasmineRequire from 'jasmine-core/lib/jasmine-core/jasmine.js';

const jasmine = jasmineRequire.core(jasmineRequire);
const env = jasmine.getEnv();
Object.assign(globalThis, jasmineRequire.interface(jasmine, env));

/**
 * Runs every spec that has been declared.
 *
 * @param {string} filter only specs whose full names contain it
 * @returns what became of them by their full names: passed, pending, and failed with their messages
 */
export async function execute(filter) {
  env.configure({ random: false, specFilter: spec => spec.getFullName().includes(filter) });
  const names = { passed: [], pending: [] };
  const failures = [];
  const fail = (name, expectations) => failures.push({ name, messages: expectations.map(({ message }) => message) });
  env.addReporter({
    specDone({ status, fullName, failedExpectations }) {
      if (status === 'failed') fail(fullName, failedExpectations);
      else names[status]?.push(fullName); // Else 'excluded', by the filter.
    },
    /** What fails in beforeAll or afterAll. */
    suiteDone({ fullName, failedExpectations }) {
      if (failedExpectations.length > 0) fail(`${fullName} (suite)`, failedExpectations);
    },
  });
  // Specs of the profiler and the debug mode print tables.
  const print = Object.fromEntries(['log', 'warn', 'table'].map(name => [name, console[name]]));
  for (const name in print) console[name] = () => {};
  const start = performance.now();
  const { overallStatus, failedExpectations } = await env.execute();
  const seconds = (performance.now() - start) / 1000;
  Object.assign(console, print);
  // What is thrown outside of all specs.
  if (failedExpectations.length > 0) fail('(no spec)', failedExpectations);
  return { status: overallStatus, ...names, failures, seconds };
}
