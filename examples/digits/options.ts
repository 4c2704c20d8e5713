import { Arguments, describe, type Spec } from './arguments.ts';

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

const ALL = Number.POSITIVE_INFINITY;
const GENERATED = { epochs: 4, trainImages: 12_000, testImages: 2_000 };
const MNIST = { epochs: 8, trainImages: ALL, testImages: ALL };

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

export const HELP = `Trains a small convolutional network on pictures of digits, with convasm.

Usage: npm start [-- OPTION...]

${describe(SPECS)}

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
  const given = new Arguments(SPECS, args);
  const data = given.text('data');
  const defaults = data === undefined ? GENERATED : MNIST;
  return {
    help: given.has('help'),
    data,
    epochs: given.whole('epochs', 1, 1000) ?? defaults.epochs,
    batchSize: given.whole('batch-size', 1, 10_000) ?? 64,
    learningRate: given.real('learning-rate', 'a number above 0', x => x > 0) ?? 0.05,
    momentum: given.real('momentum', 'a number from 0 to below 1', x => x >= 0 && x < 1) ?? 0.9,
    seed: given.whole('seed', 0, 2 ** 31 - 1) ?? 1,
    trainImages: given.whole('train-images', 1, 1_000_000) ?? defaults.trainImages,
    testImages: given.whole('test-images', 1, 1_000_000) ?? defaults.testImages,
    out: given.text('out') ?? 'out',
    resume: given.text('resume'),
    threads: given.threads('threads'),
    variant: given.choice('variant', ['auto', 'relaxed', 'simd']) ?? 'auto',
  };
}
