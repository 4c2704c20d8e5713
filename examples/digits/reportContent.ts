import { scope, tensor } from 'convasm';
import type { ConfusionMatrix } from './confusion.ts';
import { Batcher, CLASSES, type Dataset, type DigitData, type Normalisation, picture } from './dataset.ts';
import type { Guess } from './evaluate.ts';
import { type Model, parameterCount } from './model.ts';
import type { Options } from './options.ts';
import { activationPicture, contactSheet, greyPicture, signedPicture } from './pictures.ts';
import type { Picture, ReportContent } from './report.ts';
import type { Training } from './train.ts';

/** A run of the example: what was chosen, what was trained on, what came of it. */
export interface Run {
  readonly options: Options;
  readonly data: DigitData;
  readonly normalisation: Normalisation;
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
export function reportContent(run: Run): ReportContent {
  const { data, training, linear, interrupted } = run;
  const { test, train } = data;
  const { evaluation } = training;
  const mistakes = surestMistakes(test, evaluation.guesses);
  return {
    title: 'convasm: a CNN that reads digits',
    summary:
      `Two convolutions and a linear layer, trained on ${whole(train.count)} pictures ${data.origin} and tested on ` +
      `${whole(test.count)} others, all in WebAssembly SIMD.`,
    notice: interrupted ? describeInterruption(training) : undefined,
    highlights: [
      { label: 'CNN, test accuracy', value: percent(evaluation.accuracy), unit: '' },
      { label: 'Linear classifier', value: linear ? percent(linear.training.evaluation.accuracy) : '-', unit: '' },
      { label: 'Training', value: whole(training.imagesPerSecond), unit: 'images/s' },
      { label: 'Inference', value: whole(evaluation.imagesPerSecond), unit: 'images/s' },
    ],
    curve: training.curve,
    epochs: training.epochs,
    linearAccuracy: linear?.training.evaluation.accuracy,
    confusion: run.confusion,
    ...firstLayer(run),
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

function surestMistakes(test: Dataset, guesses: readonly Guess[]): (Guess & { index: number })[] {
  return guesses
    .map((guess, index) => ({ ...guess, index }))
    .filter(({ label, index }) => label !== test.labels[index])
    .sort((a, b) => b.probability - a.probability);
}

/** The filters of the first convolution, and what each makes of the first test digit that was recognised. */
function firstLayer({
  model,
  data: { test },
  normalisation,
  training,
}: Run): Pick<ReportContent, 'filters' | 'sample'> {
  const { conv1 } = model.named;
  if (!conv1?.params.W) throw new Error('the model has no first convolution');
  const { shape, data: filterValues } = conv1.params.W;
  const [count = 0, , filterHeight = 0, filterWidth = 0] = shape;
  const filterSize = filterHeight * filterWidth;
  const limit = Math.max(...Array.from(filterValues, Math.abs), Number.MIN_VALUE);

  const recognised = training.evaluation.guesses.findIndex(({ label }, i) => label === test.labels[i]);
  const index = Math.max(recognised, 0);
  const { inputs } = new Batcher(test, 1, normalisation).gather(Uint32Array.of(index), 0);
  const pixels = test.height * test.width;
  const responses = scope(() => Array.from(conv1.forward(tensor(inputs, [1, 1, test.height, test.width])).data));

  return {
    sample: enlarged(greyPicture(picture(test, index), test.width, test.height), test),
    filters: Array.from({ length: count }, (_, i) => ({
      filter: {
        uri: signedPicture(
          filterValues.subarray(i * filterSize, (i + 1) * filterSize),
          filterWidth,
          filterHeight,
          limit,
        ),
        width: test.width * PICTURE_SCALE,
        height: test.height * PICTURE_SCALE,
      },
      response: enlarged(
        activationPicture(responses.slice(i * pixels, (i + 1) * pixels), test.width, test.height),
        test,
      ),
    })),
  };
}

function enlarged(uri: string, { width, height }: Dataset): Picture {
  return { uri, width: width * PICTURE_SCALE, height: height * PICTURE_SCALE };
}

/** Some digits of each class, class by class. */
function sampleSheet(data: Dataset): Picture {
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
    ['Parameters', whole(parameterCount(model))],
    ['Epochs', String(options.epochs)],
    ['Batch size', String(options.batchSize)],
    ['Learning rate', `${options.learningRate}, falling to 0 along a cosine`],
    ['Momentum', String(options.momentum)],
    ['Seed', String(options.seed)],
    ['Computed by', engine],
  ];
}

function figures({ training, linear, normalisation, seconds }: Run): [string, string][] {
  const { evaluation } = training;
  return [
    ['Test accuracy', percent(evaluation.accuracy)],
    ['Test loss', evaluation.loss.toFixed(4)],
    ['Training steps', `${whole(training.steps)} of ${whole(training.plannedSteps)}`],
    ['Time in training steps', `${training.seconds.toFixed(1)} s`],
    ['Training', `${whole(training.imagesPerSecond)} images/s`],
    ['Inference', `${whole(evaluation.imagesPerSecond)} images/s`],
    ['Linear classifier, test accuracy', linear ? percent(linear.training.evaluation.accuracy) : 'not trained'],
    ['Mean and deviation of the pixels', `${normalisation.mean.toFixed(4)}, ${normalisation.deviation.toFixed(4)}`],
    ['The whole run', `${seconds.toFixed(1)} s`],
  ];
}
