import { describe, expect, it } from 'vitest';
import { UsageError } from '../../examples/digits/arguments.ts';
import { HELP, parseOptions } from '../../examples/digits/options.ts';

const NAMES =
  '--data --epochs --batch-size --learning-rate --momentum --seed --train-images --test-images --out --resume --threads --variant --help'.split(
    ' ',
  );

describe('parseOptions', () => {
  it('has a default for everything', () => {
    expect(parseOptions([])).toEqual({
      help: false,
      data: undefined,
      epochs: 4,
      batchSize: 64,
      learningRate: 0.05,
      momentum: 0.9,
      seed: 1,
      trainImages: 12_000,
      testImages: 2_000,
      out: 'out',
      resume: undefined,
      threads: undefined,
      variant: 'auto',
    });
  });

  it('takes all pictures and eight epochs with --data', () => {
    expect(parseOptions(['--data', 'mnist'])).toMatchObject({
      data: 'mnist',
      epochs: 8,
      trainImages: Number.POSITIVE_INFINITY,
      testImages: Number.POSITIVE_INFINITY,
    });
    expect(parseOptions(['--data', 'mnist', '--train-images', '5', '--epochs', '7'])).toMatchObject({
      trainImages: 5,
      epochs: 7,
    });
  });

  it('reads every option, with a space or an equals sign', () => {
    const values = {
      '--data': 'd',
      '--epochs': '2',
      '--batch-size': '8',
      '--learning-rate': '1e-3',
      '--momentum': '.5',
      '--seed': '0',
      '--train-images': '100',
      '--test-images': '10',
      '--out': 'o',
      '--resume': 'r',
      '--threads': '2',
      '--variant': 'simd',
    };
    const expected = {
      help: false,
      data: 'd',
      epochs: 2,
      batchSize: 8,
      learningRate: 0.001,
      momentum: 0.5,
      seed: 0,
      trainImages: 100,
      testImages: 10,
      out: 'o',
      resume: 'r',
      threads: 2,
      variant: 'simd',
    };
    expect(parseOptions(Object.entries(values).flat())).toEqual(expected);
    expect(parseOptions(Object.entries(values).map(pair => pair.join('=')))).toEqual(expected);
    expect(parseOptions(['--threads', 'auto']).threads).toBe('auto');
    expect(parseOptions(['--out=--odd']).out).toBe('--odd');
    expect(parseOptions(['--help']).help).toBe(true);
  });

  it('explains every option in the help', () => {
    for (const name of NAMES) expect(HELP).toContain(`\n  ${name}`);
  });

  const refused: [args: string[], says: RegExp][] = [
    [['--epoch', '3'], /unknown option --epoch; allowed: --data, --epochs, .*--help/],
    [['-x'], /unknown option -x/],
    [['--constructor'], /unknown option --constructor/],
    [['--no-data'], /unknown option --no-data/],
    [['folder'], /unexpected argument 'folder'; allowed: --data/],
    [['--', 'folder'], /unexpected argument 'folder'/],
    [['--epochs'], /--epochs needs a value: --epochs N/],
    [['--data'], /--data needs a value: --data DIR/],
    [['--data', ''], /--data needs a value/],
    [['--out='], /--out needs a value/],
    [['--data', '--seed', '3'], /--data needs a value/],
    [['--help=yes'], /--help takes no value, but got 'yes'/],
    [['--epochs', '0'], /--epochs: '0' is not allowed; expected a whole number from 1 to 1000/],
    [['--epochs', '1001'], /--epochs: '1001'/],
    [['--epochs', '1.5'], /--epochs: '1.5'/],
    [['--epochs', '0x2'], /--epochs: '0x2'/],
    [['--epochs', '-1'], /--epochs: '-1'/],
    [['--batch-size', 'many'], /--batch-size: 'many' is not allowed; expected a whole number from 1/],
    [['--learning-rate', '0'], /--learning-rate: '0' is not allowed; expected a number above 0/],
    [['--learning-rate', '-0.1'], /--learning-rate: '-0.1'/],
    [['--learning-rate', '1e999'], /--learning-rate: '1e999'/],
    [['--learning-rate', 'NaN'], /--learning-rate: 'NaN'/],
    [['--learning-rate', '0.1x'], /--learning-rate: '0.1x'/],
    [['--momentum', '1'], /--momentum: '1' is not allowed; expected a number from 0 to below 1/],
    [['--momentum', '-0.5'], /--momentum: '-0.5'/],
    [['--seed', '2147483648'], /--seed: '2147483648' is not allowed; expected a whole number from 0 to 2147483647/],
    [['--train-images', '0'], /--train-images: '0'/],
    [['--test-images', '-3'], /--test-images: '-3'/],
    [['--threads', '0'], /--threads: '0' is not allowed; expected 'auto' or a whole number from 1/],
    [['--threads', 'all'], /--threads: 'all'/],
    [['--variant', 'sse'], /--variant: 'sse' is not allowed; expected 'auto', 'relaxed', 'simd'/],
  ];
  for (const [args, says] of refused) {
    it(`refuses ${args.join(' ')} in one line`, () => {
      let error: unknown;
      try {
        parseOptions(args);
      } catch (caught) {
        error = caught;
      }
      expect(error).toBeInstanceOf(UsageError);
      expect((error as UsageError).message).toMatch(says);
      expect((error as UsageError).message).not.toContain('\n');
    });
  }
});
