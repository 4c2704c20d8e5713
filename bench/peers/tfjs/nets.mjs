// Whole networks: inference, and steps of training.
import { FORMS, NETS } from './inference/nets.mjs';
import { digits, duration, table } from './markdown.mjs';
import { isOurs } from './participants.mjs';
import { figures, leastRatio, measure, ratio } from './rounds.mjs';
import { BATCH, COMPARED_STEPS, TRAININGS } from './training/nets.mjs';

/** @typedef {import('./rounds.mjs').Entry} Entry */
/** @typedef {{ name: string, spec: object }} Work */

/** Calls that are profiled with --kernels, and how many lines are shown. */
const PROFILED = 20;
const KERNELS_SHOWN = 25;

/** @typedef {typeof import('./ops/main.mjs').benchOps} Bench */

/** @type {Bench} */
export function benchNets(participants, options, folder, progress) {
  const works = NETS.flatMap(net => FORMS.map(form => ({ name: `${net.name} ${form}`, spec: { net, form } })));
  const head = 'Batch 1, an image of 224x224 from JavaScript, probabilities to JavaScript; random weights.';
  return bench('inference', works, head, { warmUp: 1000, tolerance: 1e-3 }, participants, options, folder, progress);
}

/** @type {Bench} */
export function benchTraining(participants, options, folder, progress) {
  const works = TRAININGS.map(spec => ({ name: spec.name, spec }));
  const head = `A step on a batch of ${BATCH} from JavaScript, the loss to JavaScript; "differs": largest difference of the first ${COMPARED_STEPS} losses, in units of the largest.`;
  return bench('training', works, head, { warmUp: 1000, tolerance: 1e-4 }, participants, options, folder, progress);
}

/**
 * @param {string} part
 * @param {readonly Work[]} works
 * @param {string} head
 * @param {{ warmUp: number, tolerance: number }} schedule
 * @param {readonly import('./participants.mjs').Participant[]} participants
 * @param {import('./options.mjs').Options} options
 * @param {string} folder
 * @param {(text: string) => void} progress
 */
async function bench(part, works, head, schedule, participants, options, folder, progress) {
  const { filter, rounds, time, kernels } = options;
  const chosen = works.filter(({ name }) => fits(name, filter));
  if (chosen.length === 0)
    throw new Error(`--filter is '${filter}'; allowed: ${works.map(({ name }) => name).join('; ')}`);
  const rows = [];
  for (const { name, spec } of chosen) {
    progress(name);
    const full = { ...schedule, rounds, time, folder, kernels: kernels ? PROFILED : 0 };
    rows.push({ name, entries: await measure(participants, { part, spec }, full) });
  }
  const sections = rows.map(({ name, entries }) => `## ${name}\n\n${format(entries)}`);
  return { markdown: [head, ...sections].join('\n\n'), json: rows.map(plain) };
}

/** Whether one of the alternatives of a filter has all its words in a name. @param {string} name @param {string} filter */
function fits(name, filter) {
  const alternatives = filter.toLowerCase().split(',');
  return alternatives.some(words =>
    words
      .trim()
      .split(/\s+/)
      .every(word => name.toLowerCase().includes(word)),
  );
}

/** @param {readonly Entry[]} entries */
function format(entries) {
  const ours = entries.filter(({ participant }) => isOurs(participant));
  const heads = [
    '',
    'median (minimum)',
    ...ours.map(({ participant }) => `/ ${participant.name}`),
    'differs',
    'traffic of a call',
  ];
  const lines = entries.map(entry => {
    const { participant, reason, error, traffic } = entry;
    if (reason !== null) return [participant.name, ...heads.slice(2).map(() => '-'), reason];
    const { median, least } = figures(entry);
    return [
      participant.name,
      `${duration(median)} (${duration(least)})`,
      ...ours.map(one => `${digits(ratio(entry, one))} (${digits(leastRatio(entry, one))})`),
      error.toExponential(0),
      Object.entries(traffic)
        .map(([name, value]) => `${name} ${value}`)
        .join(', ') || '-',
    ];
  });
  const profiled = entries.filter(({ profile }) => profile !== null);
  return [table(heads, lines), ...(profiled.length > 0 ? [kernelTable(profiled)] : [])].join('\n\n');
}

/** Milliseconds of a call by kernel, what takes the first participant longest first. @param {readonly Entry[]} entries */
function kernelTable(entries) {
  const profiles = entries.map(({ participant, profile }) => {
    const { whole, kernels, rest } = /** @type {NonNullable<Entry['profile']>} */ (profile);
    return { name: participant.name, whole, kernels, rest };
  });
  const timeOf = (/** @type {typeof profiles[0]} */ { kernels }, /** @type {string} */ name) =>
    kernels.find(one => one.name === name)?.time ?? Number.NaN;
  const all = new Map(profiles.flatMap(({ kernels }) => kernels.map(({ name, calls }) => [name, calls])));
  const order = [...all].sort(([a], [b]) => (timeOf(profiles[0], b) || 0) - (timeOf(profiles[0], a) || 0));
  const row = (
    /** @type {string} */ name,
    /** @type {string} */ calls,
    /** @type {(one: typeof profiles[0]) => number} */ of,
  ) => [name, calls, ...profiles.map(one => digits(of(one) * 1000))];
  const kinds = new Map();
  for (const [name, calls] of all) kinds.set(kindOf(name), (kinds.get(kindOf(name)) ?? 0) + calls);
  const ofKind = (/** @type {typeof profiles[0]} */ { kernels }, /** @type {string} */ kind) =>
    kernels.reduce((sum, { name, time }) => sum + (kindOf(name) === kind ? time : 0), 0);
  const byKind = [...kinds].sort(([a], [b]) => ofKind(profiles[0], b) - ofKind(profiles[0], a));
  const heads = ['µs of a call', 'calls', ...profiles.map(({ name }) => name)];
  return [
    table(heads, [
      ...byKind.map(([kind, calls]) => row(kind, String(calls), one => ofKind(one, kind))),
      row('outside of kernels', '', ({ rest }) => rest),
      row('all', '', ({ whole }) => whole),
    ]),
    table(
      heads,
      order.slice(0, KERNELS_SHOWN).map(([name, calls]) => row(name, String(calls), one => timeOf(one, name))),
    ),
  ].join('\n\n');
}

const kindOf = (/** @type {string} */ name) => name.split(' ')[0];

/** @param {{ name: string, entries: readonly Entry[] }} row */
function plain({ name, entries }) {
  const participants = entries.map(entry => {
    const { participant, reason, error, traffic, profile, rounds } = entry;
    return [participant.name, reason === null ? { ...figures(entry), error, traffic, profile, rounds } : { reason }];
  });
  return { name, participants: Object.fromEntries(participants) };
}
