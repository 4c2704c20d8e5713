import { median } from '../own.mjs';

/**
 * @typedef {object} Entry
 * @property {string} name of the participant
 * @property {import('../child.mjs').Child} child
 * @property {number[]} losses of the first steps
 * @property {number} error largest relative difference of those from the first participant's
 * @property {number[][]} rounds milliseconds of each step
 * @property {number | null} memory bytes of linear memory
 */

/** @typedef {{ net: import('./nets.mjs').Net, index: number, entries: Entry[] }} Row */

/** @param {Row} row */
export function format({ net, entries }) {
  const own = entries.filter(({ name }) => name.startsWith('convasm'));
  const head = `${' '.repeat(24)}   ms/step  (minimum)   s/epoch   x ${own.map(({ name }) => name).join('   x ')}   losses differ by`;
  const lines = entries.map(({ name, rounds, error, memory }) => {
    const medians = rounds.map(median);
    const step = median(medians);
    // Of neighbours in time: the median over the rounds.
    const ratios = own.map(other =>
      median(medians.map((value, i) => value / median(/** @type {number[]} */ (other.rounds[i])))),
    );
    const cells = [
      name.padEnd(24),
      step.toFixed(2).padStart(9),
      `(${Math.min(...rounds.flat()).toFixed(2)})`.padStart(10),
      ((step * net.samples) / net.batch / 1000).toFixed(1).padStart(9),
      ...ratios.map(ratio => ratio.toFixed(2).padStart(14)),
      error.toExponential(1).padStart(18),
    ];
    return `${cells.join(' ')}${memory ? `   ${(memory / 2 ** 20).toFixed(0)} MiB` : ''}`;
  });
  return [`${net.name}, batch ${net.batch}`, head, ...lines].join('\n');
}

/** @param {readonly Row[]} rows */
export function toJson(rows) {
  const plain = rows.map(({ net, entries }) => ({
    net: net.name,
    batch: net.batch,
    entries: entries.map(({ name, losses, error, rounds, memory }) => ({ name, losses, error, rounds, memory })),
  }));
  return `${JSON.stringify(plain, null, 2)}\n`;
}
