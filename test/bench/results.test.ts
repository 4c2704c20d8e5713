import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../bench/options.ts';
import { checkWritable, type Results, writeResults } from '../../bench/results.ts';

const folder = mkdtempSync(join(tmpdir(), 'convasm-bench-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('results', () => {
  const results = { date: '2026-11-23', tasks: [] } as unknown as Results;

  it('are written whole, with nothing left beside them', () => {
    const path = join(folder, 'a.json');
    checkWritable(path);
    writeResults(path, results);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(results);
    expect(readdirSync(folder)).toEqual(['a.json']);
  });

  it('need a folder', () => {
    const path = join(folder, 'nowhere', 'a.json');
    expect(() => checkWritable(path)).toThrow(UsageError);
    expect(() => writeResults(path, results)).toThrow(/ENOENT/);
  });
});
