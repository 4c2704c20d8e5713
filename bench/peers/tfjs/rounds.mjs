// One piece of work in several participants, in turns.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { median, range } from '../own.mjs';

/**
 * @typedef {object} Entry
 * @property {import('./participants.mjs').Participant} participant
 * @property {string | null} reason why it has no part in it
 * @property {any} about what it answered when it was made ready
 * @property {Record<string, number>} traffic of a call
 * @property {{ whole: number, rest: number, kernels: readonly { name: string, calls: number, time: number }[] } | null} profile
 * @property {number} error largest difference from the first participant's numbers, in units of the largest of these
 * @property {number[][]} rounds milliseconds
 */

let tasks = 0;

/**
 * Makes a piece of work ready in all participants, compares what comes out, times it, and drops it.
 *
 * @param {readonly import('./participants.mjs').Participant[]} participants
 * @param {{ part: string, spec: object }} work
 * @param {{ rounds: number, time: number, warmUp: number, folder: string, tolerance?: number, kernels?: number }} schedule
 *   with a tolerance, larger differences are errors; with `kernels`, so many calls are profiled
 * @returns {Promise<Entry[]>}
 */
export async function measure(participants, { part, spec }, { rounds, time, warmUp, folder, tolerance, kernels = 0 }) {
  const task = ++tasks;
  /** @type {Entry[]} */
  const entries = [];
  const active = () => entries.filter(({ reason }) => reason === null);
  /** @type {Float32Array | null} */
  let wanted = null;
  for (const participant of participants) {
    /** @type {Entry} */
    const entry = { participant, reason: null, about: {}, traffic: {}, profile: null, error: 0, rounds: [] };
    entries.push(entry);
    try {
      entry.about = await participant.child.ask({ command: 'prepare', part, task, spec });
      const file = join(folder, 'result');
      await participant.child.ask({ command: 'result', task, file });
      const values = new Float32Array(Uint8Array.from(readFileSync(file)).buffer);
      wanted ??= values;
      entry.error = difference(values, wanted);
    } catch (error) {
      entry.reason = /** @type {Error} */ (error).message;
    }
    if (tolerance !== undefined && !(entry.error <= tolerance)) {
      throw new Error(`${participant.name}: differs by ${entry.error} from ${entries[0].participant.name}`);
    }
  }
  // A comparison needs two.
  if (active().length > 1) {
    for (let round = 0; round <= rounds; round++) {
      for (const { participant, rounds: all } of active()) {
        const milliseconds = round === 0 ? warmUp : time;
        const { times } = await participant.child.ask({
          command: 'time',
          task,
          milliseconds,
          least: round === 0 ? 3 : 1,
        });
        if (round > 0) all.push(times);
      }
    }
  }
  for (const entry of active()) {
    const { child } = entry.participant;
    entry.traffic = await child.ask({ command: 'traffic', task });
    // Comes last: from then on kernels are slower.
    if (kernels > 0) entry.profile = await child.ask({ command: 'profile', task, calls: kernels });
    await child.ask({ command: 'drop', task });
  }
  return entries;
}

/** @param {Float32Array} values @param {Float32Array} wanted */
function difference(values, wanted) {
  if (values.length !== wanted.length) return Number.POSITIVE_INFINITY;
  let [largest, most] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const [a, b] = [values[i], wanted[i]];
    if (a === b || (Number.isNaN(a) && Number.isNaN(b))) continue;
    most = Math.max(most, Number.isNaN(a - b) ? Number.POSITIVE_INFINITY : Math.abs(a - b));
  }
  for (const value of wanted) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  return most === 0 ? 0 : most / largest;
}

/** Milliseconds of a call over all rounds. @param {Entry} entry */
export function figures({ rounds }) {
  return { median: median(rounds.map(median)), least: range(rounds.flat()).least };
}

/** How many times as long `other` takes as `entry`: the median of the rounds' ratios. @param {Entry} other @param {Entry} entry */
export function ratio(other, entry) {
  return median(entry.rounds.map((times, round) => median(other.rounds[round] ?? []) / median(times)));
}

/** The same of the shortest times, which other programs disturb less. @param {Entry} other @param {Entry} entry */
export function leastRatio(other, entry) {
  return figures(other).least / figures(entry).least;
}
