import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

/**
 * The folder `shared` beside the repository holds numbers that are not ours to publish. Tests that need it are left out,
 * with the reason in their title, where it is missing. CONVASM_SHARED names another place.
 */
const folder = process.env.CONVASM_SHARED ?? fileURLToPath(new URL('../../../shared', import.meta.url));

export interface SharedFile {
  readonly missing: boolean;
  /** For the title of a `describe.skipIf(file.missing)`: the title, and why it is skipped if it is. */
  title(text: string): string;
  /** The parsed file, or an empty list where it is missing. */
  json<T>(): T[];
  /** The bytes of the file, unpacked if its name ends in .gz; none where it is missing. */
  bytes(): Uint8Array;
}

export function sharedFile(path: string): SharedFile {
  const full = `${folder}/${path}`;
  const missing = !existsSync(full);
  return {
    missing,
    title: text => (missing ? `${text} (left out: shared/${path} is missing; set CONVASM_SHARED to its folder)` : text),
    bytes: () => {
      const bytes = missing ? new Uint8Array() : readFileSync(full);
      return new Uint8Array(!missing && path.endsWith('.gz') ? gunzipSync(bytes) : bytes);
    },
    json: <T>() => (missing ? [] : (JSON.parse(readFileSync(full, 'utf8')) as T[])),
  };
}
