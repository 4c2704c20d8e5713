import { accessSync, constants, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Machine } from './machine.ts';
import { UsageError } from './options.ts';
import type { Measurements } from './rounds.ts';
import type { Row } from './summary.ts';

/** What `--json` writes: the figures of the tables, and every time they come from. */
export interface Results {
  readonly date: string;
  readonly machine: Machine;
  readonly tasks: readonly (Row & { readonly measurements: Measurements })[];
}

/** @throws UsageError if results can't be written there: better before the run than after it */
export function checkWritable(path: string): void {
  try {
    accessSync(dirname(path), constants.W_OK);
  } catch {
    throw new UsageError(`--json is '${path}'; the folder must exist and be writable`);
  }
}

/** Writes the results under another name first, so that the file is never half there. */
export function writeResults(path: string, results: Results): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, JSON.stringify(results));
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
