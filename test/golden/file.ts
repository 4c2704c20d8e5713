import { readFileSync } from 'node:fs';
import { type Values, valuesOf } from '../helpers/values.ts';

interface Entry {
  readonly dtype: 'F32' | 'F64';
  readonly shape: number[];
  readonly data_offsets: [number, number];
}

/** A file that make.py has written: the cases in its metadata, and tensors by name. */
export interface GoldenFile<Case> {
  readonly cases: Case[];
  /** @throws Error if there is no tensor of this name */
  values(name: string): Values;
  /** The names that start with `prefix` and a slash, without these. */
  names(prefix: string): string[];
}

/** Reads safetensors by itself, so that the numbers which the library is compared with do not come through it. */
export function goldenFile<Case>(name: string): GoldenFile<Case> {
  const file = readFileSync(new URL(`${name}.safetensors`, import.meta.url));
  const start = 8 + Number(file.readBigUInt64LE(0));
  const { __metadata__: metadata, ...rest } = JSON.parse(file.toString('utf8', 8, start));
  const entries = new Map<string, Entry>(Object.entries(rest));
  return {
    cases: JSON.parse(metadata.cases),
    values: key => {
      const entry = entries.get(key);
      if (!entry) throw new Error(`${name}.safetensors: no tensor ${key}`);
      const [from, to] = entry.data_offsets;
      const { buffer } = Uint8Array.from(file.subarray(start + from, start + to));
      return valuesOf(entry.shape, entry.dtype === 'F32' ? new Float32Array(buffer) : new Float64Array(buffer));
    },
    names: prefix =>
      [...entries.keys()].filter(key => key.startsWith(`${prefix}/`)).map(key => key.slice(prefix.length + 1)),
  };
}
