import { parseArgs } from 'node:util';

/** What the user chose on the command line. */
export interface Options {
  readonly help: boolean;
  /** Folder with MNIST's files; undefined: digits from the generator. */
  readonly data: string | undefined;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly momentum: number;
  readonly seed: number;
  /** How many pictures to train on; Infinity: all that the folder has. */
  readonly trainImages: number;
  readonly testImages: number;
  /** Folder for the weights, the report and the checkpoint. */
  readonly out: string;
  /** File of a checkpoint to go on from; undefined: from the beginning. */
  readonly resume: string | undefined;
  readonly threads: number | 'auto' | undefined;
  readonly variant: 'auto' | 'relaxed' | 'simd';
}

/** An option is unknown or has a value that is not allowed; the message says which one and what is allowed. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const ALL = Number.POSITIVE_INFINITY;
const GENERATED = { epochs: 4, trainImages: 12_000, testImages: 2_000 };
const MNIST = { epochs: 8, trainImages: ALL, testImages: ALL };

interface Spec {
  readonly value?: string;
  readonly help: string;
}

const SPECS = {
  data: {
    value: 'DIR',
    help: 'train on the MNIST files (IDX, gzipped or not) in DIR; without it, on generated digits',
  },
  epochs: {
    value: 'N',
    help: `how often to go through the training pictures (default ${GENERATED.epochs}; ${MNIST.epochs} with --data)`,
  },
  'batch-size': { value: 'N', help: 'pictures per training step (default 64)' },
  'learning-rate': {
    value: 'X',
    help: 'the highest; it rises to it and falls to 0 until the last step (default 0.05)',
  },
  momentum: { value: 'X', help: "Nesterov's, of the gradient descent, at least 0 and below 1 (default 0.9)" },
  seed: { value: 'N', help: 'for the digits, the first weights and the order of the pictures (default 1)' },
  'train-images': {
    value: 'N',
    help: `how many pictures to train on (default ${GENERATED.trainImages}; all with --data)`,
  },
  'test-images': {
    value: 'N',
    help: `how many pictures to test on (default ${GENERATED.testImages}; all with --data)`,
  },
  out: { value: 'DIR', help: 'folder for weights.safetensors and report.html (default out)' },
  resume: {
    value: 'FILE',
    help: 'go on from the checkpoint that Ctrl-C left, to the same weights; give the same other options',
  },
  threads: { value: 'N', help: "number of threads, or 'auto' (default: the library's own choice)" },
  variant: { value: 'NAME', help: "WebAssembly binary: 'auto', 'relaxed' or 'simd' (default auto)" },
  help: { help: 'show this text' },
} satisfies Record<string, Spec>;

type Name = keyof typeof SPECS;

export const HELP = `Trains a small convolutional network on pictures of digits, with convasm.

Usage: npm start [-- OPTION...]

${(Object.entries(SPECS) as [string, Spec][]).map(([name, { value = '', help }]) => `  ${`--${name} ${value}`.padEnd(22)}${help}`).join('\n')}

It first computes the three examples of the notebook that convasm comes from, then trains and tests the network and a
linear classifier to compare it with, and writes the weights and a report into the folder of --out. Ctrl-C ends the
training early and saves what was learnt until then, and checkpoint.safetensors for --resume; a second Ctrl-C exits at
once.

Exit code: 0 done, 1 failed, 2 wrong option, 130 ended by Ctrl-C.`;

/**
 * Reads the command line.
 *
 * @param args the arguments without the program's name
 * @throws UsageError for whatever is unknown, missing or out of range
 */
export function parseOptions(args: readonly string[]): Options {
  const given = readArguments(args);
  const data = text(given, 'data');
  const defaults = data === undefined ? GENERATED : MNIST;
  return {
    help: given.has('help'),
    data,
    epochs: whole(given, 'epochs', 1, 1000) ?? defaults.epochs,
    batchSize: whole(given, 'batch-size', 1, 10_000) ?? 64,
    learningRate: real(given, 'learning-rate', 'a number above 0', x => x > 0) ?? 0.05,
    momentum: real(given, 'momentum', 'a number from 0 to below 1', x => x >= 0 && x < 1) ?? 0.9,
    seed: whole(given, 'seed', 0, 2 ** 31 - 1) ?? 1,
    trainImages: whole(given, 'train-images', 1, 1_000_000) ?? defaults.trainImages,
    testImages: whole(given, 'test-images', 1, 1_000_000) ?? defaults.testImages,
    out: text(given, 'out') ?? 'out',
    resume: text(given, 'resume'),
    threads: given.get('threads') === 'auto' ? 'auto' : whole(given, 'threads', 1, 256, "'auto' or "),
    variant: choice(given, 'variant', ['auto', 'relaxed', 'simd']) ?? 'auto',
  };
}

/** The options and their values as they were given, each known and each with a value where it takes one. */
function readArguments(args: readonly string[]): Map<Name, string> {
  // Not strict, because parseArgs' own complaints don't say what would be allowed.
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      Object.entries(SPECS).map(([name, spec]) => [name, { type: 'value' in spec ? 'string' : 'boolean' } as const]),
    ),
    strict: false,
    tokens: true,
  });
  const given = new Map<Name, string>();
  for (const token of tokens) {
    if (token.kind === 'positional') throw new UsageError(`unexpected argument '${token.value}'; ${allowedNames()}`);
    if (token.kind !== 'option') continue;
    const { name, rawName, value } = token;
    if (!isName(name)) throw new UsageError(`unknown option ${rawName}; ${allowedNames()}`);
    if ('value' in SPECS[name]) {
      // `--out --seed 3` is a forgotten value, not a folder named --seed; `--out=--seed` is.
      const isForgotten = value === undefined || value === '' || (!token.inlineValue && /^--?[a-z]/i.test(value));
      if (isForgotten) throw new UsageError(`option --${name} needs a value: --${name} ${SPECS[name].value}`);
    } else if (value !== undefined) {
      throw new UsageError(`option --${name} takes no value, but got '${value}'`);
    }
    given.set(name, value ?? '');
  }
  return given;
}

function isName(name: string): name is Name {
  return Object.hasOwn(SPECS, name);
}

function allowedNames(): string {
  return `allowed: ${Object.keys(SPECS)
    .map(name => `--${name}`)
    .join(', ')}`;
}

function text(given: Map<Name, string>, name: Name): string | undefined {
  return given.get(name);
}

function whole(given: Map<Name, string>, name: Name, low: number, high: number, otherwise = ''): number | undefined {
  const value = given.get(name);
  if (value === undefined) return undefined;
  const number = /^[0-9]+$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= low && number <= high)) throw wrong(name, value, `${otherwise}a whole number from ${low} to ${high}`);
  return number;
}

function real(
  given: Map<Name, string>,
  name: Name,
  allowed: string,
  isAllowed: (x: number) => boolean,
): number | undefined {
  const value = given.get(name);
  if (value === undefined) return undefined;
  const number = /^[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[-+]?[0-9]+)?$/i.test(value) ? Number(value) : Number.NaN;
  if (!Number.isFinite(number) || !isAllowed(number)) throw wrong(name, value, allowed);
  return number;
}

function choice<T extends string>(given: Map<Name, string>, name: Name, allowed: readonly T[]): T | undefined {
  const value = given.get(name);
  if (value === undefined) return undefined;
  const chosen = allowed.find(candidate => candidate === value);
  if (chosen === undefined) throw wrong(name, value, allowed.map(word => `'${word}'`).join(', '));
  return chosen;
}

function wrong(name: Name, value: string, allowed: string): UsageError {
  return new UsageError(`option --${name}: '${value}' is not allowed; expected ${allowed}`);
}
