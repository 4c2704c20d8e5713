import { parseArgs } from 'node:util';
import type { Schedule } from './rounds.ts';

export interface Options {
  readonly help: boolean;
  /** Words that a task's name must have. */
  readonly filter: string;
  readonly variant: 'auto' | 'relaxed' | 'simd';
  readonly schedule: Schedule;
  /** File for the raw results. */
  readonly json: string | undefined;
}

/** An option is unknown or has a value that is not allowed; the message says which one and what is allowed. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const FULL: Schedule = { rounds: 8, time: 50 };
const QUICK: Schedule = { rounds: 2, time: 20 };
const MOST_ROUNDS = 1000;
const VARIANTS = ['auto', 'relaxed', 'simd'] as const;

const SPECS = {
  filter: { type: 'string' },
  rounds: { type: 'string' },
  quick: { type: 'boolean' },
  variant: { type: 'string' },
  json: { type: 'string' },
  help: { type: 'boolean' },
} as const;

export const HELP = `Times convolution and its gradients: float32, one thread, next to the engine's ceiling and a plain TypeScript loop.

Usage: npm run bench [-- OPTION...]

  --filter TEXT    only tasks whose name has all words of TEXT; a name is an operation (forward, inference, inputGrad,
                   filterGrad) and a shape, such as 'forward 64->64 3x3 @56'
  --rounds N       how often to time every task (default ${FULL.rounds}; ${QUICK.rounds} with --quick)
  --quick          a short run, for a first look
  --variant NAME   WebAssembly binary: 'auto', 'relaxed' or 'simd' (default auto)
  --json FILE      also write all times to FILE
  --help           show this text

Exit code: 0 done, 1 failed (a wrong result, too), 2 wrong option.`;

/**
 * Reads the command line.
 *
 * @param args the arguments without the program's name
 * @throws UsageError for whatever is unknown, missing or out of range
 */
export function parseOptions(args: readonly string[]): Options {
  const { filter = '', rounds, quick = false, variant = 'auto', json, help = false } = read(args);
  const schedule = quick ? QUICK : FULL;
  return {
    help,
    filter,
    variant: choice('variant', variant, VARIANTS),
    schedule: { ...schedule, rounds: rounds === undefined ? schedule.rounds : whole('rounds', rounds, MOST_ROUNDS) },
    json,
  };
}

function read(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: SPECS }).values;
  } catch (error) {
    // parseArgs says what is wrong in its first sentence, how to quote odd values in the rest.
    const [what = ''] = (error as Error).message.split(/\. |\n/);
    throw new UsageError(
      `${what}; allowed: ${Object.keys(SPECS)
        .map(name => `--${name}`)
        .join(', ')}`,
    );
  }
}

function whole(name: string, value: string, most: number): number {
  const number = /^[0-9]+$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= 1 && number <= most)) throw wrong(name, value, `a whole number from 1 to ${most}`);
  return number;
}

function choice<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find(one => one === value);
  if (found === undefined) throw wrong(name, value, allowed.join(', '));
  return found;
}

function wrong(name: string, value: string, allowed: string): UsageError {
  return new UsageError(`--${name} is '${value}'; allowed: ${allowed}`);
}
