// Every kernel of tfjs-backend-wasm on its own.
import { geometricMean } from '../../own.mjs';
import { digits, duration, table } from '../markdown.mjs';
import { isOurs, isStock } from '../participants.mjs';
import { figures, leastRatio, measure, ratio } from '../rounds.mjs';
import { selectCases } from './cases.mjs';

/** @typedef {import('../rounds.mjs').Entry} Entry */
/** @typedef {{ spec: import('./cases.mjs').Case, entries: Entry[] }} Row */

/** Milliseconds; V8 compiles WebAssembly anew while it runs. */
const WARM_UP = 30;
/** A difference beyond is marked, and no more: kernels that round may stand on either side of a step. */
const TOLERANCE = 1e-4;

/**
 * @param {readonly import('../participants.mjs').Participant[]} participants convasm's first, then stock's
 * @param {import('../options.mjs').Options} options
 * @param {string} folder
 * @param {(text: string) => void} progress
 * @returns {Promise<{ markdown: string, json: readonly object[] }>}
 */
export async function benchOps(participants, { filter, rounds, time }, folder, progress) {
  const cases = selectCases(filter);
  if (cases.length === 0) throw new Error(`--filter is '${filter}'; no case fits`);
  /** @type {Row[]} */
  const rows = [];
  for (const [i, spec] of cases.entries()) {
    progress(`${i + 1} of ${cases.length}: ${spec.name}`);
    const schedule = { rounds, time, warmUp: WARM_UP, folder };
    rows.push({ spec, entries: await measure(participants, { part: 'op', spec }, schedule) });
  }
  const missing = filter === '' ? await withoutCase(participants) : [];
  return { markdown: format(rows, participants, missing), json: rows.map(plain) };
}

/** Kernels of stock's that no case is for. @param {readonly import('../participants.mjs').Participant[]} participants */
async function withoutCase(participants) {
  const stock = participants.find(isStock);
  const { names } = await /** @type {typeof participants[0]} */ (stock).child.ask({ command: 'kernels' });
  const timed = new Set(selectCases('').map(({ kernel }) => kernel));
  return /** @type {string[]} */ (names).filter(name => !timed.has(name)).sort();
}

/** The lowest ratio of stock's time to ours. @param {Row} row */
function worst({ entries }) {
  const stock = entries.find(({ participant }) => isStock(participant));
  const ours = entries.filter(({ participant }) => isOurs(participant));
  return stock ? Math.min(...ours.map(entry => ratio(stock, entry))) : Number.NaN;
}

/**
 * @param {readonly Row[]} rows
 * @param {readonly import('../participants.mjs').Participant[]} participants
 * @param {readonly string[]} missing
 */
function format(rows, participants, missing) {
  const timed = rows.filter(row => Number.isFinite(worst(row))).sort((a, b) => worst(a) - worst(b));
  const others = participants.filter(one => !isOurs(one));
  const heads = [
    'operation',
    ...participants.map(({ name }) => name),
    ...participants.filter(isOurs).flatMap(({ name }) => others.map(other => `${other.name} / ${name}`)),
    '',
  ];
  const lines = timed.map(({ spec, entries }) => {
    const ours = entries.filter(({ participant }) => isOurs(participant));
    const rest = entries.filter(({ participant }) => !isOurs(participant));
    return [
      spec.name,
      ...entries.map(entry => `${duration(figures(entry).median)} (${duration(figures(entry).least)})`),
      ...ours.flatMap(entry =>
        rest.map(other => `${digits(ratio(other, entry))} (${digits(leastRatio(other, entry))})`),
      ),
      marks(entries),
    ];
  });
  const notes = rows.flatMap(({ spec, entries }) =>
    entries.filter(({ reason }) => reason !== null).map(({ reason }) => `- ${spec.name}: ${reason}`),
  );
  return [
    `A call: median (minimum); ratios: median of the rounds' (of the minima). "cpu": the cpu backend's kernel ran in convasm. "differs": by more than ${TOLERANCE} of the largest number from convasm's.`,
    table(heads, lines),
    summary(
      'elementwise',
      timed.filter(({ spec }) => spec.elementwise),
    ),
    summary('all', timed),
    ...(notes.length > 0 ? [`Not compared:\n\n${notes.join('\n')}`] : []),
    ...(missing.length > 0 ? [`Kernels of tfjs-backend-wasm without a case: ${missing.join(', ')}.`] : []),
  ].join('\n\n');
}

/** @param {readonly Entry[]} entries */
function marks(entries) {
  const cpu = entries.some(({ about }) => about.cpu) ? ['cpu'] : [];
  const different = entries
    .filter(({ reason, error }) => reason === null && !(error <= TOLERANCE))
    .map(({ participant, error }) => `${participant.name} differs by ${error.toExponential(0)}`);
  return [...cpu, ...different].join(', ');
}

/** @param {string} title @param {readonly Row[]} rows */
function summary(title, rows) {
  const ratios = rows.map(worst);
  const slower = ratios.filter(value => value < 1).length;
  return `${title}: ${rows.length} cases, geometric mean of the ratios ${digits(geometricMean(ratios))}, ${slower} below 1`;
}

/** @param {Row} row */
function plain({ spec: { name, kernel, elementwise }, entries }) {
  const participants = entries.map(entry => {
    const { participant, reason, about, error, rounds } = entry;
    return [participant.name, reason === null ? { ...figures(entry), cpu: about.cpu, error, rounds } : { reason }];
  });
  return {
    name,
    kernel,
    elementwise,
    ratio: worst({ spec: /** @type {any} */ ({}), entries }),
    participants: Object.fromEntries(participants),
  };
}
