import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DataFormatError, DisposedError, encodeSafetensors, init, tensor, zeros } from '../../src/index.ts';
import { readSafetensors, writeSafetensors } from '../../src/node/index.ts';
import { expectError } from '../helpers/errors.ts';

let folder: string;

beforeAll(() => init());

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'convasm-node-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('writeSafetensors and readSafetensors', () => {
  it('bring back what was written, by path or URL', () => {
    const path = join(folder, 'net.safetensors');
    const tensors = { w: tensor([[1, 2, 3]]), b: tensor([0.1], [1], 'float64') };
    writeSafetensors(path, tensors, { made: 'by a test' });
    expect(new Uint8Array(readFileSync(path))).toEqual(encodeSafetensors(tensors, { made: 'by a test' }));
    for (const place of [path, pathToFileURL(path)]) {
      const { tensors: read, metadata } = readSafetensors(place);
      expect(read.get('w')).toEqual({ dtype: 'F32', shape: [1, 3], data: Float32Array.of(1, 2, 3) });
      expect(read.get('b')).toEqual({ dtype: 'F64', shape: [1], data: Float64Array.of(0.1) });
      expect([...metadata]).toEqual([['made', 'by a test']]);
    }
  });

  it('name the file that is damaged, and throw the error of the system for one that is missing', () => {
    const path = join(folder, 'net.safetensors');
    writeFileSync(path, 'no');
    expectError(() => readSafetensors(path), DataFormatError, path, 'only 2 bytes long');
    expect(() => readSafetensors(join(folder, 'none'))).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  });

  it('leave the old file as it was when a tensor cannot be written', () => {
    const path = join(folder, 'net.safetensors');
    writeFileSync(path, 'old');
    const gone = zeros([1]);
    gone.dispose();
    expectError(() => writeSafetensors(path, { gone }), DisposedError, 'gone');
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['net.safetensors']);
  });
});
