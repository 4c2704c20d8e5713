import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { figuresOf } from './summary.mjs';

/**
 * All that was measured, and where.
 *
 * @typedef {object} Run
 * @property {{ convasm: string, variant: 'relaxed' | 'simd', node: string, v8: string, cpu: string, cpus: number, platform: string }} machine
 * @property {readonly import('./library.mjs').Library[]} libraries
 * @property {readonly import('./participants.mjs').LeftOut[]} leftOut
 * @property {number} rounds
 * @property {readonly import('./rounds.mjs').Measured[]} table
 */

/** The raw figures: every time of every call, in milliseconds. @param {Run} run */
export function toJson({ machine, libraries, leftOut, rounds, table }) {
  return JSON.stringify({
    date: new Date().toISOString(),
    machine,
    rounds,
    libraries: libraries.map(({ key, name, version, kind }) => ({ key, name, version, kind })),
    leftOut,
    results: table.map(({ case: { operation, shape, flops }, entries, ceilings }) => ({
      operation,
      shape,
      flops,
      ceilings,
      libraries: Object.fromEntries(
        entries.map(entry => {
          const { library, reason, wrong, rounds: times } = entry;
          return [
            library.key,
            times.length === 0 ? { reason, wrong } : { ...figuresOf(entry), times: times.map(short) },
          ];
        }),
      ),
    })),
  });
}

/** To the nanosecond, which is more than a clock knows. @param {readonly number[]} times */
function short(times) {
  return times.map(time => Math.round(time * 1e6) / 1e6);
}

/** Writes under another name first, so that the file is never half there. @param {string} path @param {string} text */
export function writeWhole(path, text) {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, text);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
