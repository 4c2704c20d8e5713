// What has to hold of a report.

import { OURS } from './suite/names.mjs';

/** Specs that run on the backend, by tfjs-core 4.22 in Node; pages have more. Fewer: something was silently left out. */
const LEAST = 4225;
/** Specs of models, which compare with cpu themselves. */
const MODELS = 6;

/** Specs for the backend that is called 'cpu', and for no other. */
const ABOUT_CPU = /^Switching cpu backends /;

/**
 * @param {object} options what the suite was asked for
 * @param {object} report
 * @param {object} [cpu] the report of the cpu backend in the same engine
 * @returns {string[]} what is wrong
 */
export function judge({ backend, filter, stressed, threads, variant }, report, cpu) {
  const problems = report.failures.map(({ name, messages }) => `FAILED ${name}\n    ${messages[0]}`);
  const say = problem => problems.push(problem);
  if (filter === '') {
    if (report.status !== 'passed' && report.status !== 'failed') say(`Jasmine says ${report.status}`);
    const { specs, models } = count(report);
    if (specs < LEAST) say(`${specs} specs passed, expected ${LEAST} or more`);
    if (backend === 'convasm' && models !== MODELS) say(`${models} specs of models passed, expected ${MODELS}`);
  } else if (report.passed.length === 0) say(`no spec has ${filter} in its name`);
  if (report.threads !== threads) say(`${report.threads} threads, expected ${threads}: ${report.threadsOff}`);
  if (report.threadsLost) say(`threads were lost: ${report.threadsLost.join(', ')}`);
  if (variant !== 'auto' && report.variant !== variant) say(`the binary is ${report.variant}, expected ${variant}`);
  if (stressed && backend === 'convasm') problems.push(...judgeStress(report.stress));
  if (cpu) problems.push(...missing(report, cpu).map(name => `the cpu backend passes ${name}`));
  return problems;
}

/** Specs that passed: TensorFlow.js's, and ours. */
export function count({ passed }) {
  const models = passed.filter(name => name.startsWith(OURS)).length;
  return { specs: passed.length - models, models };
}

function judgeStress({ allocations, detached }) {
  if (allocations === 0) return ['no memory was asked for'];
  return detached === allocations ? [] : [`${detached} of ${allocations} allocations had a new buffer`];
}

/** Names, as often as they are missing, of what passes on cpu and not here. */
function missing(report, cpu) {
  const here = report.passed.map(plain);
  return cpu.passed
    .filter(name => !ABOUT_CPU.test(name))
    .map(plain)
    .filter(name => {
      const place = here.indexOf(name);
      if (place >= 0) here.splice(place, 1);
      return place < 0;
    });
}

/** A spec's name without that of the backend, which stands before its flags, in nested suites more than once. */
function plain(name) {
  return name.replaceAll(/ (cpu|convasm) \{/g, ' {');
}
