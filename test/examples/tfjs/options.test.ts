import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../examples/digits/arguments.ts';
import { HELP, parseOptions } from '../../../examples/tfjs/options.ts';

describe('parseOptions', () => {
  it('has a default for everything', () => {
    expect(parseOptions([])).toEqual({
      help: false,
      backend: 'convasm',
      threads: 'auto',
      epochs: 3,
      batchSize: 32,
      trainImages: 4_000,
      testImages: 1_000,
      data: undefined,
      seed: 1,
      page: false,
      port: 0,
    });
  });

  it('takes all pictures with --data, or as many as are asked for', () => {
    const all = Number.POSITIVE_INFINITY;
    expect(parseOptions(['--data', 'mnist'])).toMatchObject({ data: 'mnist', trainImages: all, testImages: all });
    expect(parseOptions(['--data', 'mnist', '--train-images', '5'])).toMatchObject({ trainImages: 5, testImages: all });
  });

  it('reads every option', () => {
    const given = '--backend cpu --threads 2 --epochs 7 --batch-size 8 --train-images 9 --test-images 10 --data d';
    expect(parseOptions(given.split(' '))).toMatchObject({
      backend: 'cpu',
      threads: 2,
      epochs: 7,
      batchSize: 8,
      trainImages: 9,
      testImages: 10,
      data: 'd',
    });
    expect(parseOptions(['--page', '--port', '8080'])).toMatchObject({ page: true, port: 8080 });
    expect(parseOptions(['--help', '--port', '8080']).help).toBe(true);
  });

  it('explains every option in the help', () => {
    for (const name of Object.keys(parseOptions([])).filter(name => name !== 'seed'))
      expect(HELP).toContain(`\n  --${name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)} `);
  });

  const refused: [args: string[], says: RegExp][] = [
    [['--backends', 'cpu'], /unknown option --backends; allowed: --backend, .*--help/],
    [['--backend', 'wasm'], /--backend: 'wasm' is not allowed; expected 'convasm', 'cpu'/],
    [['--backend'], /--backend needs a value: --backend NAME/],
    [['--threads', '0'], /--threads: '0' is not allowed; expected 'auto' or a whole number from 1/],
    [['--epochs', '0'], /--epochs: '0' is not allowed; expected a whole number from 1 to 1000/],
    [['--page', '--port', '65536'], /--port: '65536' is not allowed; expected a whole number from 0 to 65535/],
    [['--page=yes'], /--page takes no value, but got 'yes'/],
    [['--port', '8080'], /--port needs --page/],
    [['--page', '--epochs', '3'], /--epochs does nothing with --page/],
  ];
  for (const [args, says] of refused) {
    it(`refuses ${args.join(' ')}`, () => {
      const parse = () => parseOptions(args);
      expect(parse).toThrow(UsageError);
      expect(parse).toThrow(says);
    });
  }
});
