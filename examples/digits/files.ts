import { accessSync, constants, mkdirSync, readFileSync, statSync } from 'node:fs';
import { ConvasmError } from 'convasm';
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

/** @throws InputError */
export function read(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new InputError(`cannot read ${path}: ${reasonOf(error)}`);
  }
}

/**
 * Has `write` write a file.
 *
 * @throws InputError for a system error; what else `write` throws
 */
export function save(path: string, write: (path: string) => void): void {
  try {
    write(path);
  } catch (error) {
    if (error instanceof ConvasmError) throw error;
    throw new InputError(`cannot write ${path}: ${reasonOf(error)}`);
  }
}
