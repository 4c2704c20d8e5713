import { geometricMean, median, range } from './own.mjs';

/** @typedef {import('./rounds.mjs').Measured} Measured */
/** @typedef {import('./participants.mjs').Entry} Entry */

/** The group of a library that convasm is compared with: itself, or the fastest of its kind. @typedef {string} Against */

/** Milliseconds over all rounds. @param {Entry} entry */
export function figuresOf({ rounds }) {
  const all = rounds.flat();
  return { median: median(all), least: range(all).least };
}

/**
 * The library's entry where it was measured.
 *
 * @param {Measured} row
 * @param {string} key
 */
export function measuredEntry({ entries }, key) {
  return entries.find(({ library, rounds }) => library.key === key && rounds.length > 0);
}

/**
 * The fastest entry of a kind.
 *
 * @param {Measured} row
 * @param {import('./library.mjs').Kind} kind
 */
export function fastest({ entries }, kind) {
  const measured = entries.filter(({ library, rounds }) => library.kind === kind && rounds.length > 0);
  return measured.sort((a, b) => figuresOf(a).median - figuresOf(b).median)[0];
}

/**
 * How many times as long `other` takes as `entry`: the median of the rounds' ratios.
 *
 * @param {Entry | undefined} other
 * @param {Entry | undefined} entry
 */
export function speedup(other, entry) {
  if (!other || !entry) return Number.NaN;
  return median(entry.rounds.map((times, round) => median(other.rounds[round] ?? []) / median(times)));
}

/**
 * The rate of an entry, in units of the engine's ceiling: the median over the rounds. Its FLOPs are those of the direct
 * algorithm, so that it may be more than 1.
 *
 * @param {Measured} row
 * @param {Entry | undefined} entry
 */
function shareOfCeiling(row, entry) {
  if (!entry) return Number.NaN;
  return median(entry.rounds.map((times, round) => row.case.flops / median(times) / 1e6 / row.ceilings[round]));
}

/**
 * What `entry` is compared with: 'ceiling', 'wasm' or 'native' (the fastest of that kind), or a library.
 *
 * @param {Measured} row
 * @param {string} key of convasm's line
 * @param {string} against
 */
export function compare(row, key, against) {
  const entry = measuredEntry(row, key);
  if (against === 'ceiling') return shareOfCeiling(row, entry);
  const other = against === 'wasm' || against === 'native' ? fastest(row, against) : measuredEntry(row, against);
  return speedup(other, entry);
}

/** Of those that are numbers; NaN where none is. @param {readonly number[]} values */
export function meanOf(values) {
  return geometricMean(values.filter(Number.isFinite));
}
