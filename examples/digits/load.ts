import { type DigitData, type Digits, take } from './digits.ts';
import { InputError } from './errors.ts';
import { generateDigits } from './generator.ts';
import { loadMnist } from './mnist.ts';

export interface Choice {
  /** Folder with MNIST's files; undefined: digits from the generator. */
  readonly data: string | undefined;
  /** How many pictures; Infinity: all that the folder has. */
  readonly trainImages: number;
  readonly testImages: number;
  readonly seed: number;
}

/**
 * The digits that the user chose.
 *
 * @throws InputError, DataFormatError for a folder that cannot be used
 */
export function loadDigits({ data: folder, trainImages, testImages, seed }: Choice): DigitData {
  if (folder === undefined) return generateDigits(trainImages, testImages, seed);
  const { train, test, origin } = loadMnist(folder);
  return { train: first(trainImages, train, 'train'), test: first(testImages, test, 'test'), origin };
}

/** The first `count` pictures; Infinity: all that there are. */
function first(count: number, data: Digits, set: 'train' | 'test'): Digits {
  if (count === Number.POSITIVE_INFINITY) return data;
  if (count > data.count)
    throw new InputError(`--${set}-images ${count} is more than the ${data.count} that there are`);
  return take(data, count);
}
