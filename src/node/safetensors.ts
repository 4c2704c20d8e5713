import { readFileSync } from 'node:fs';
import type { ByName } from '../io/byName.ts';
import { decodeSafetensors, type Safetensors } from '../io/safetensors/decode.ts';
import { encodeSafetensors } from '../io/safetensors/encode.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { writeAtomically } from './files.ts';

/**
 * Reads a safetensors file: see `decodeSafetensors`.
 *
 * @throws DataFormatError that names the file; the system's error (with `code`) where it cannot be read
 */
export function readSafetensors(path: string | URL): Safetensors {
  return decodeSafetensors(readFileSync(path), String(path));
}

/**
 * Writes a safetensors file, whole or not at all: see `encodeSafetensors` and `writeAtomically`.
 *
 * @throws as those do; what was at `path` is then as it was
 */
export function writeSafetensors(path: string | URL, tensors: ByName<Tensor>, metadata?: ByName<string>): void {
  writeAtomically(path, encodeSafetensors(tensors, metadata));
}
