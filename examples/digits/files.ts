import { accessSync, constants, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { InputError, reasonOf } from './errors.ts';

/** Makes sure that files can be written to `folder`, before hours of work are spent on what they shall hold. */
export function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    if (!statSync(folder).isDirectory()) throw new InputError(`cannot write to ${folder}: it is not a folder`);
    accessSync(folder, constants.W_OK);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`cannot write to the folder ${folder}: ${reasonOf(error)}`);
  }
}

/**
 * Writes a whole file or none: to a temporary name in the same folder first, which then takes the place of `path`.
 *
 * It is synchronous, so no signal handler of this process comes between.
 */
export function writeAtomically(path: string, content: string | Uint8Array): void {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    writeFileSync(temporary, content, { flush: true });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new InputError(`cannot write ${path}: ${reasonOf(error)}`);
  }
}
