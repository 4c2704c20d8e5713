import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ArgumentError } from '../../src/errors.ts';
import { writeAtomically } from '../../src/node/index.ts';
import { expectArgumentError } from '../helpers/errors.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'convasm-node-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe('writeAtomically', () => {
  it('writes a new file and replaces an old one, from text or bytes, and leaves nothing else', () => {
    const path = join(folder, 'weights');
    writeAtomically(path, 'é');
    expect(readFileSync(path, 'utf8')).toBe('é');
    writeAtomically(pathToFileURL(path), Uint8Array.of(9, 1, 2, 3, 9).subarray(1, 4));
    expect([...readFileSync(path)]).toEqual([1, 2, 3]);
    writeAtomically(path, '');
    expect(readFileSync(path).length).toBe(0);
    expect(readdirSync(folder)).toEqual(['weights']);
  });

  it('takes names of every length that the file system allows', () => {
    const name = 'x'.repeat(255);
    writeAtomically(join(folder, name), 'long');
    expect(readdirSync(folder)).toEqual([name]);
  });

  it.skipIf(process.platform === 'win32')('keeps the permissions of the old file; a new one has the usual ones', () => {
    const [path, other] = [join(folder, 'secret'), join(folder, 'usual')];
    writeFileSync(path, 'old');
    chmodSync(path, 0o600);
    writeAtomically(path, 'new');
    expect(modeOf(path)).toBe(0o600);
    writeFileSync(other, '');
    writeAtomically(join(folder, 'new'), '');
    expect(modeOf(join(folder, 'new'))).toBe(modeOf(other));
  });

  it.skipIf(process.platform === 'win32')('writes the file that a symbolic link leads to', () => {
    mkdirSync(join(folder, 'runs'));
    const [path, link] = [join(folder, 'runs', 'first'), join(folder, 'latest')];
    writeFileSync(path, 'old');
    symlinkSync(path, link);
    writeAtomically(link, 'new');
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(readdirSync(join(folder, 'runs'))).toEqual(['first']);
  });

  it('refuses what is no file, and leaves it as it was', () => {
    const path = join(folder, 'taken');
    mkdirSync(path);
    writeFileSync(join(path, 'inside'), 'old');
    expectArgumentError(() => writeAtomically(path, 'new'), ArgumentError, 'path', path);
    expect(readdirSync(folder)).toEqual(['taken']);
    expect(readFileSync(join(path, 'inside'), 'utf8')).toBe('old');
  });

  it('throws the error of the system where the folder is missing', () => {
    const path = join(folder, 'nowhere', 'file');
    expect(() => writeAtomically(path, 'x')).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  });

  it('keeps the old content, and leaves nothing else, when writing fails', () => {
    const path = join(folder, 'weights');
    writeFileSync(path, 'old');
    // Fails when the temporary file is open already.
    expect(() => writeAtomically(path, { not: 'content' } as never)).toThrow(TypeError);
    expect(readdirSync(folder)).toEqual(['weights']);
    expect(readFileSync(path, 'utf8')).toBe('old');
  });

  it.skipIf(process.platform === 'win32')('keeps the old content when the disk is full', () => {
    const path = join(folder, 'weights');
    writeFileSync(path, 'old');
    // A limit on the size of files stands for it: the write stops in the middle.
    const program = `
      process.on('SIGXFSZ', () => {});
      const { writeAtomically } = await import(${JSON.stringify(new URL('../../dist/node/index.js', import.meta.url).href)});
      try { writeAtomically(${JSON.stringify(path)}, new Uint8Array(1e6)); } catch (error) { console.log(error.code); }
    `;
    const command = 'ulimit -f 16; exec "$@"';
    const args = ['-c', command, 'sh', process.execPath, '--input-type=module', '--eval', program];
    expect(execFileSync('sh', args, { encoding: 'utf8' }).trim()).toBe('EFBIG');
    expect(readdirSync(folder)).toEqual(['weights']);
    expect(readFileSync(path, 'utf8')).toBe('old');
  });
});
