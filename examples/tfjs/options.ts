import { Arguments, describe, type Spec, UsageError } from '../digits/arguments.ts';
import type { Choice } from '../digits/load.ts';

export const BACKENDS = ['convasm', 'cpu'] as const;
export type Backend = (typeof BACKENDS)[number];

/** What the user chose on the command line. */
export interface Options extends Choice {
  readonly help: boolean;
  readonly backend: Backend;
  readonly threads: number | 'auto';
  readonly epochs: number;
  readonly batchSize: number;
  /** Whether to serve the page instead of training here. */
  readonly page: boolean;
  /** Of the page; 0: any that is free. */
  readonly port: number;
}

const DEFAULTS = { epochs: 3, trainImages: 4_000, testImages: 1_000 };
const ALL = Number.POSITIVE_INFINITY;

const SPECS = {
  backend: { value: 'NAME', help: "'convasm' or 'cpu' (default convasm)" },
  threads: { value: 'N', help: "number of convasm's threads, or 'auto' (default auto: one for each core)" },
  epochs: { value: 'N', help: `how often to go through the training pictures (default ${DEFAULTS.epochs})` },
  'batch-size': { value: 'N', help: 'pictures per training step (default 32)' },
  'train-images': {
    value: 'N',
    help: `how many pictures to train on (default ${DEFAULTS.trainImages}; all with --data)`,
  },
  'test-images': { value: 'N', help: `how many pictures to test on (default ${DEFAULTS.testImages}; all with --data)` },
  data: {
    value: 'DIR',
    help: 'train on the MNIST files (IDX, gzipped or not) in DIR; without it, on generated digits',
  },
  page: { help: 'train in a page: bundle it, and serve it until Ctrl-C' },
  port: { value: 'N', help: "the page's port (default 0: any that is free)" },
  help: { help: 'show this text' },
} satisfies Record<string, Spec>;

export const HELP = `Trains a tf.layers CNN on pictures of digits: TensorFlow.js, with convasm as its backend.

Usage: npm run example:tfjs [-- OPTION...]

${describe(SPECS)}

After the training it does the same few steps on both backends, to compare their times and losses. Ctrl-C ends the training early.

Exit code: 0 done, 1 failed, 2 wrong option, 130 ended by Ctrl-C.`;

/**
 * Reads the command line.
 *
 * @param args the arguments without the program's name
 * @throws UsageError for whatever is unknown, missing or out of range
 */
export function parseOptions(args: readonly string[]): Options {
  const given = new Arguments<keyof typeof SPECS>(SPECS, args);
  const data = given.text('data');
  const options: Options = {
    help: given.has('help'),
    backend: given.choice('backend', BACKENDS) ?? 'convasm',
    threads: given.threads('threads') ?? 'auto',
    epochs: given.whole('epochs', 1, 1000) ?? DEFAULTS.epochs,
    batchSize: given.whole('batch-size', 1, 10_000) ?? 32,
    trainImages: given.whole('train-images', 1, 1_000_000) ?? (data === undefined ? DEFAULTS.trainImages : ALL),
    testImages: given.whole('test-images', 1, 1_000_000) ?? (data === undefined ? DEFAULTS.testImages : ALL),
    data,
    seed: 1,
    page: given.has('page'),
    port: given.whole('port', 0, 65_535) ?? 0,
  };
  const lost = given.names.find(name => (options.page ? !PAGE.includes(name) : name === 'port'));
  if (lost !== undefined && !options.help)
    throw new UsageError(
      options.page
        ? `option --${lost} does nothing with --page, where what is trained is chosen in the page`
        : `option --${lost} needs --page`,
    );
  return options;
}

/** The options that --page goes with. */
const PAGE: readonly string[] = ['page', 'port', 'help'];
