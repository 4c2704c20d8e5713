import { type Dataset, predict, ReLU, Sequential, subset, summary } from 'convasm';
import type { ConfusionMatrix } from './confusion.ts';
import { CLASSES, type DigitData, type Digits, picture } from './digits.ts';
import type { Model } from './model.ts';
import type { Options } from './options.ts';
import { activationPicture, contactSheet, greyPicture, signedPicture } from './pictures.ts';
import type { Picture, ReportContent } from './report.ts';
import type { Guess, Training } from './training.ts';

/** A run of the example: what was chosen, what was trained on, what came of it. */
export interface Run {
  readonly options: Options;
  readonly data: DigitData;
  /** The test pictures as the network takes them. */
  readonly test: Dataset;
  /** Of the training pictures, of which ink is 1. */
  readonly pixels: { readonly mean: number; readonly std: number };
  readonly model: Model;
  readonly training: Training;
  readonly confusion: ConfusionMatrix;
  /** Missing when Ctrl-C came before it was trained. */
  readonly linear: { model: Model; training: Training } | undefined;
  readonly interrupted: boolean;
  /** What computed it, such as "simd, 1 thread, Node 24.0.0". */
  readonly engine: string;
  /** From the start of the program to the report. */
  readonly seconds: number;
}

const MAX_MISTAKES = 40;
const SHEET = { columns: 30, rows: 6 };
const PICTURE_SCALE = 3;

export const percent = (share: number, digits = 2) => `${(100 * share).toFixed(digits)} %`;
export const whole = (n: number) => Math.round(n).toLocaleString('en');

/** Gathers from a run what its report tells. */
export async function reportContent(run: Run): Promise<ReportContent> {
  const { data, training, linear, interrupted } = run;
  const { test, train } = data;
  const mistakes = surestMistakes(test, training.test.guesses);
  return {
    title: 'convasm: a CNN that reads digits',
    summary:
      `Three convolutions and a linear layer, trained on ${whole(train.count)} pictures ${data.origin} and tested on ` +
      `${whole(test.count)} others, all in WebAssembly SIMD.`,
    notice: interrupted ? describeInterruption(training) : undefined,
    highlights: [
      { label: 'CNN, test accuracy', value: percent(training.test.accuracy), unit: '' },
      { label: 'Linear classifier', value: linear ? percent(linear.training.test.accuracy) : '-', unit: '' },
      { label: 'Training', value: whole(training.imagesPerSecond), unit: 'images/s' },
      { label: 'Inference', value: whole(training.test.imagesPerSecond), unit: 'images/s' },
    ],
    curve: training.curve,
    epochs: training.epochs,
    linearAccuracy: linear?.training.test.accuracy,
    confusion: run.confusion,
    ...(await firstLayer(run)),
    mistakes: mistakes.slice(0, MAX_MISTAKES).map(({ index, label, probability }) => ({
      picture: enlarged(greyPicture(picture(test, index), test.width, test.height), test),
      drawn: test.labels[index] ?? 0,
      taken: label,
      probability,
    })),
    mistakeCount: mistakes.length,
    digits: sampleSheet(train),
    settings: settings(run),
    figures: figures(run),
  };
}

function describeInterruption({ steps, plannedSteps }: Training): string {
  return steps < plannedSteps
    ? `Interrupted after step ${whole(steps)} of ${whole(plannedSteps)}: this is what was learnt until then.`
    : 'Interrupted after the training, before the linear classifier was trained.';
}

function surestMistakes(test: Digits, guesses: readonly Guess[]): (Guess & { index: number })[] {
  return guesses
    .map((guess, index) => ({ ...guess, index }))
    .filter(({ label, index }) => label !== test.labels[index])
    .sort((a, b) => b.probability - a.probability);
}

/** The filters of the first convolution, and what each makes of the first test digit that was recognised. */
async function firstLayer({
  model: { net },
  data: { test: digits },
  test,
  training,
}: Run): Promise<Pick<ReportContent, 'filters' | 'sample'>> {
  const filters = net.layers[0]?.params.W;
  if (!filters) throw new Error('the model has no first convolution');
  const [, , filterHeight = 0, filterWidth = 0] = filters.shape;
  const filterSize = filterHeight * filterWidth;
  const limit = Math.max(...Array.from(filters.data, Math.abs), Number.MIN_VALUE);

  const recognised = training.test.guesses.findIndex(({ label }, i) => label === digits.labels[i]);
  const index = Math.max(recognised, 0);
  const first = new Sequential(net.layers.slice(0, net.layers.findIndex(layer => layer instanceof ReLU) + 1));
  const { shape, data: responses } = await predict(first, subset(test, [index]));
  const [, count = 0, height = 0, width = 0] = shape;
  const pixels = height * width;

  return {
    sample: enlarged(greyPicture(picture(digits, index), digits.width, digits.height), digits),
    filters: Array.from({ length: count }, (_, i) => ({
      filter: enlarged(
        signedPicture(filters.data.subarray(i * filterSize, (i + 1) * filterSize), filterWidth, filterHeight, limit),
        digits,
      ),
      response: enlarged(activationPicture(responses.subarray(i * pixels, (i + 1) * pixels), width, height), digits),
    })),
  };
}

function enlarged(uri: string, { width, height }: Digits): Picture {
  return { uri, width: width * PICTURE_SCALE, height: height * PICTURE_SCALE };
}

/** Some digits of each class, class by class. */
function sampleSheet(data: Digits): Picture {
  const perClass = (SHEET.columns * SHEET.rows) / CLASSES;
  const pictures: Uint8Array[] = [];
  for (let digit = 0; digit < CLASSES; digit++) {
    let found = 0;
    for (let i = 0; i < data.count && found < perClass; i++) {
      if (data.labels[i] !== digit) continue;
      pictures.push(picture(data, i));
      found++;
    }
  }
  return contactSheet(pictures, data.width, data.height, SHEET.columns);
}

function settings({ options, data, model, engine }: Run): [string, string][] {
  return [
    ['Digits', data.origin],
    ['Training / test digits', `${whole(data.train.count)} / ${whole(data.test.count)}`],
    ['Network', model.description],
    ['Parameters', whole(summary(model.net, [1, data.train.height, data.train.width]).parameters)],
    ['Epochs', String(options.epochs)],
    ['Batch size', String(options.batchSize)],
    ['Learning rate', `up to ${options.learningRate}, then falling to 0 along a cosine`],
    ['Momentum', String(options.momentum)],
    ['Seed', String(options.seed)],
    ['Computed by', engine],
  ];
}

function figures({ training, linear, pixels, seconds }: Run): [string, string][] {
  const { test } = training;
  return [
    ['Test accuracy', percent(test.accuracy)],
    ['Test loss', test.loss.toFixed(4)],
    ['Training steps', `${whole(training.steps)} of ${whole(training.plannedSteps)}`],
    ['Time in training and the tests after each epoch', `${training.seconds.toFixed(1)} s`],
    ['Training', `${whole(training.imagesPerSecond)} images/s`],
    ['Inference', `${whole(test.imagesPerSecond)} images/s`],
    ['Linear classifier, test accuracy', linear ? percent(linear.training.test.accuracy) : 'not trained'],
    ['Mean and deviation of the pixels', `${pixels.mean.toFixed(4)}, ${pixels.std.toFixed(4)}`],
    ['The whole run', `${seconds.toFixed(1)} s`],
  ];
}
