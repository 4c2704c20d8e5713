import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { ConvasmError } from 'convasm';
import { writeAtomically } from 'convasm/node';
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

/** Writes a whole file or none. */
export function save(path: string, content: string | Uint8Array): void {
  try {
    writeAtomically(path, content);
  } catch (error) {
    if (error instanceof ConvasmError) throw error;
    throw new InputError(`cannot write ${path}: ${reasonOf(error)}`);
  }
}
