import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InputError } from '../../examples/digits/errors.ts';
import { prepareFolder, writeAtomically } from '../../examples/digits/files.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'convasm-files-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('writeAtomically', () => {
  it('writes a new file and replaces an old one, and leaves nothing else', () => {
    const path = join(folder, 'weights');
    writeAtomically(path, 'one');
    expect(readFileSync(path, 'utf8')).toBe('one');
    writeAtomically(path, Uint8Array.of(1, 2, 3));
    expect([...readFileSync(path)]).toEqual([1, 2, 3]);
    expect(readdirSync(folder)).toEqual(['weights']);
  });

  it('leaves the old file as it was, and no temporary one, when it fails', () => {
    const path = join(folder, 'taken');
    mkdirSync(path);
    writeFileSync(join(path, 'inside'), 'old');
    expect(() => writeAtomically(path, 'new')).toThrow(InputError);
    expect(() => writeAtomically(path, 'new')).toThrow(path);
    expect(readdirSync(folder)).toEqual(['taken']);
    expect(readFileSync(join(path, 'inside'), 'utf8')).toBe('old');
  });

  it('names the file when its folder is missing', () => {
    const path = join(folder, 'nowhere', 'file');
    expect(() => writeAtomically(path, 'x')).toThrow(`cannot write ${path}: it does not exist`);
  });
});

describe('prepareFolder', () => {
  it('makes the folder and those around it, and takes one that is there', () => {
    const path = join(folder, 'a', 'b');
    prepareFolder(path);
    prepareFolder(path);
    writeAtomically(join(path, 'file'), 'x');
    expect(readdirSync(path)).toEqual(['file']);
  });

  it('names what cannot be a folder', () => {
    const file = join(folder, 'file');
    writeFileSync(file, 'x');
    expect(() => prepareFolder(file)).toThrow(InputError);
    expect(() => prepareFolder(file)).toThrow(`cannot write to the folder ${file}: there is a file of this name`);
    expect(() => prepareFolder(join(file, 'inside'))).toThrow('a part of the path is not a folder');
  });
});
