import { describe, expect, it } from 'vitest';
import { parseOptions, UsageError } from '../../bench/options.ts';

describe('options', () => {
  it('have defaults', () => {
    const { schedule, ...rest } = parseOptions([]);
    expect(rest).toEqual({ help: false, filter: '', variant: 'auto', json: undefined });
    expect(schedule.rounds).toBeGreaterThanOrEqual(5);
  });

  it('are read', () => {
    const args = ['--filter', '3x3 @56', '--quick', '--rounds', '3', '--variant=simd', '--json', 'a.json'];
    const { schedule, ...rest } = parseOptions(args);
    expect(rest).toEqual({ help: false, filter: '3x3 @56', variant: 'simd', json: 'a.json' });
    expect(schedule.rounds).toBe(3);
    expect(schedule.time).toBe(parseOptions(['--quick']).schedule.time);
    expect(parseOptions(['--help']).help).toBe(true);
  });

  it.each([
    [['--frobnicate'], /frobnicate/],
    [['--variant', 'fast'], /--variant is 'fast'; allowed: auto, relaxed, simd/],
    [['--rounds', '0'], /--rounds is '0'; allowed: a whole number/],
    [['--rounds', '1e3'], /--rounds is '1e3'/],
    [['--rounds'], /--rounds/],
    [['--quick=yes'], /--quick/],
    [['--filter', '--quick'], /--filter/],
    [['forward'], /forward/],
  ])('%j is an error of one line', (args, message) => {
    expect(() => parseOptions(args)).toThrow(UsageError);
    expect(() => parseOptions(args)).toThrow(message);
    expect(() => parseOptions(args)).toThrow(/^[^\n]+$/);
  });
});
