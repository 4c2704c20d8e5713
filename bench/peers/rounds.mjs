import { setTimeout as sleep } from 'node:timers/promises';
import { synchronous } from './library.mjs';
import { median } from './own.mjs';

/** @typedef {import('./participants.mjs').Entry} Entry */

/**
 * A row of a table, and what was measured of it.
 *
 * @typedef {object} Measured
 * @property {import('./cases.mjs').Case} case
 * @property {Entry[]} entries
 * @property {number[]} ceilings GFLOP/s of the engine, in each round
 */

/** Milliseconds that the ceiling gets each time. */
const CEILING_TIME = 5;

/**
 * Times all libraries on one case after the other, then on the next, and that several times: a machine's speed may jump for a
 * second at a time, and what is compared should meet the same weather. Who comes first changes from round to round.
 *
 * @param {readonly Measured[]} table
 * @param {import('../ceiling.ts').Ceiling} ceiling
 * @param {import('./options.mjs').Schedule} schedule
 * @param {(round: number, row: number) => void} progress called before each case; round 0 warms up
 */
export async function runRounds(table, ceiling, { rounds, warmUp, time }, progress) {
  for (const [i, { entries }] of table.entries()) {
    progress(0, i);
    for (const entry of entries) await slice(entry, warmUp);
  }
  for (let round = 1; round <= rounds; round++) {
    for (const [i, { entries, ceilings }] of table.entries()) {
      progress(round, i);
      const before = await ceilingRate(ceiling);
      for (let k = 0; k < entries.length; k++) {
        const entry = entries[(k + round) % entries.length];
        const times = await slice(entry, time);
        if (times) entry.rounds.push(times);
      }
      ceilings.push((before + (await ceilingRate(ceiling))) / 2);
    }
  }
}

/** @param {Entry} entry @param {number} milliseconds */
async function slice({ task, library }, milliseconds) {
  if (!task) return null;
  const times = await task.time(milliseconds, 1);
  if (library.rest) await sleep(library.rest);
  return times;
}

/** @param {import('../ceiling.ts').Ceiling} ceiling */
async function ceilingRate({ run, flops }) {
  const times = await synchronous(run, () => []).time(CEILING_TIME, 3);
  return flops / median(times) / 1e6;
}
