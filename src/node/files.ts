import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ArgumentError } from '../errors.ts';

/**
 * Writes a whole file or none: under a temporary name in the same folder first, which takes the place of `path` when all of it is on
 * the disk. Whoever reads `path` meanwhile, or after a crash, finds the old content or the new one. A file that is there keeps its
 * permissions, and a symbolic link to a file leads to the new content; one that leads nowhere is replaced.
 *
 * It is synchronous, so no signal handler of this process comes between.
 *
 * @param content bytes, or text that is written as UTF-8
 * @throws ArgumentError where `path` is something else than a file; the system's error (with `code`) where it cannot be written.
 *   What was there is then as it was, and nothing else is left.
 */
export function writeAtomically(path: string | URL, content: Uint8Array | string): void {
  const wanted = path instanceof URL ? fileURLToPath(path) : path;
  const old = statSync(wanted, { throwIfNoEntry: false });
  if (old && !old.isFile()) throw new ArgumentError('path', wanted, 'a file, or a name that is free');
  const target = old ? realpathSync(wanted) : wanted;
  const temporary = join(dirname(target), `.convasm-${randomUUID()}.tmp`);
  // 'wx': a file of this name, whoever made it, is not written to.
  const file = openSync(temporary, 'wx');
  try {
    try {
      if (old) fchmodSync(file, old.mode & 0o777);
      writeFileSync(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
