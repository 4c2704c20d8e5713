import { describe, expect, it } from 'vitest';
import { formatHeader, formatTables, formatTarget } from '../../bench/report.ts';
import type { Row } from '../../bench/summary.ts';

const figures = { median: 4.25, least: 4, rate: 54.4, share: 0.904 };
const row: Row = {
  shape: '64->64 3x3 @56',
  operation: 'forward',
  flops: 231_211_008,
  user: figures,
  betweenLayers: { ...figures, median: 4.1 },
  timesPlain: 73.2,
};

describe('report', () => {
  it('says where the figures come from', () => {
    const text = formatHeader(
      {
        convasm: '0.1.0',
        variant: 'relaxed',
        threads: 1,
        node: '24.0.0',
        v8: '13.6',
        cpu: 'A CPU',
        cpus: 2,
        platform: 'linux x64',
      },
      { rounds: 8, ceiling: { median: 57, least: 50, most: 58.5 }, calls: 1000, interrupted: 20 },
    );
    for (const part of [
      'relaxed',
      'Node 24.0.0',
      'A CPU',
      '57.0 GFLOP/s (50.0 to 58.5)',
      '8 rounds',
      '2 % of them interrupted',
    ]) {
      expect(text).toContain(part);
    }
  });

  it('has a table for each operation that was measured, and the means', () => {
    const headings = [
      { key: 'forward', title: 'Forward' },
      { key: 'filterGrad', title: 'Filter gradient' },
    ];
    const lines = formatTables([row], headings).split('\n');
    const cells = lines.find(line => line.startsWith(row.shape))?.split(/\s\s+/);
    expect(cells).toEqual([
      row.shape,
      '231',
      '|',
      '4.25',
      '4.00',
      '54.4',
      '90 %',
      '73.2',
      '|',
      '4.10',
      '4.00',
      '54.4',
      '90 %',
    ]);
    expect(lines).not.toContain('Filter gradient');
    expect(lines.at(-1)).toMatch(/^forward .* 54\.4 .* 90 % .* 73\.2/);
  });

  it('ends with the first target, if it was measured', () => {
    expect(formatTarget([row])).toBe('64->64 3x3 @56 forward: 90 % of the ceiling (target 60 %)');
    expect(formatTarget([{ ...row, operation: 'inference' }])).toBeNull();
  });
});
