// How large is what a bundler made.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** The binaries are base64 in modules of their own, or inside of a larger script: nothing else has so long a run of its letters. */
const BASE64 = /[A-Za-z0-9+/]{1000,}={0,2}/g;

/** Bytes of the scripts in a folder without the binaries, and of the binaries: as they are, and compressed file by file. */
export function measure(folder) {
  const sizes = { js: 0, jsGzip: 0, wasm: 0, wasmGzip: 0 };
  for (const file of readdirSync(folder, { recursive: true })) {
    if (!/\.[cm]?js$/.test(file)) continue;
    const text = readFileSync(join(folder, file), 'utf8');
    const rest = text.replace(BASE64, '');
    const binaries = (text.match(BASE64) ?? []).join('');
    sizes.js += Buffer.byteLength(rest);
    sizes.jsGzip += gzipSync(rest).length;
    sizes.wasm += binaries.length;
    sizes.wasmGzip += binaries === '' ? 0 : gzipSync(binaries).length;
  }
  return sizes;
}
