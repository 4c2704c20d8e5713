import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConvasmError } from 'convasm';
import { writeAtomically } from 'convasm/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InputError } from '../../examples/digits/errors.ts';
import { prepareFolder, read, save } from '../../examples/digits/files.ts';

let folder: string;

const write = (content: string) => (path: string) => writeAtomically(path, content);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'convasm-files-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('save', () => {
  it('writes a file, and nothing else', () => {
    const path = join(folder, 'weights');
    save(path, write('one'));
    expect(readFileSync(path, 'utf8')).toBe('one');
    expect(readdirSync(folder)).toEqual(['weights']);
  });

  it('names what cannot be written', () => {
    const path = join(folder, 'taken');
    mkdirSync(path);
    expect(() => save(path, write('new'))).toThrow(ConvasmError);
    expect(() => save(path, write('new'))).toThrow(path);
    const nowhere = join(folder, 'nowhere', 'file');
    expect(() => save(nowhere, write('x'))).toThrow(InputError);
    expect(() => save(nowhere, write('x'))).toThrow(`cannot write ${nowhere}: it does not exist`);
  });
});

describe('read', () => {
  it('names what cannot be read', () => {
    const path = join(folder, 'file');
    expect(() => read(path)).toThrow(InputError);
    expect(() => read(path)).toThrow(`cannot read ${path}: it does not exist`);
    writeFileSync(path, 'x');
    expect([...read(path)]).toEqual([120]);
  });
});

describe('prepareFolder', () => {
  it('makes the folder and those around it, and takes one that is there', () => {
    const path = join(folder, 'a', 'b');
    prepareFolder(path);
    prepareFolder(path);
    save(join(path, 'file'), write('x'));
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
