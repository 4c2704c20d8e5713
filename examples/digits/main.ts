// The main example: `npm start`, or `npm start -- --help`.
import { join } from 'node:path';
import { ConvasmError, encodeSafetensors, init, runtimeInfo } from 'convasm';
import { confusionMatrix, formatConfusion } from './confusion.ts';
import { CLASSES, type Dataset, type DigitData, measureNormalisation, take } from './dataset.ts';
import { InputError } from './errors.ts';
import { prepareFolder, save } from './files.ts';
import { generateDigits } from './generator.ts';
import { INTERRUPTED, listenForInterrupt } from './interrupt.ts';
import { loadMnist } from './mnist.ts';
import { convolutional, linearClassifier, type Model, parameterCount, weights } from './model.ts';
import { formatResult, NOTEBOOK, runExample } from './notebook.ts';
import { HELP, type Options, parseOptions, UsageError } from './options.ts';
import { progressDisplay } from './progress.ts';
import { renderReport } from './report.ts';
import { percent, type Run, reportContent, whole } from './reportContent.ts';
import { DivergedError, type Training, type TrainingSettings, train } from './train.ts';

const LINEAR_LEARNING_RATE = 0.005;

/** @returns the exit code */
async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options.help) {
    print(HELP);
    return 0;
  }
  prepareFolder(options.out);
  const interrupt = listenForInterrupt();
  const { threads, variant } = options;
  await init({ variant, ...(threads === undefined ? {} : { threads }) });
  const engine = describeEngine();

  heading(`The notebook's examples, by convasm's Conv2D in float64 (${engine})`);
  if (!showNotebook()) {
    complain("these are not the notebook's results, so nothing else that this build computes can be trusted");
    return 1;
  }

  heading('The digits');
  const data = loadDigits(options);
  const normalisation = measureNormalisation(data.train);
  print(`  ${whole(data.train.count)} to train on and ${whole(data.test.count)} to test on, ${data.origin}`);

  const trainAndShow = (name: string, model: Model, settings: TrainingSettings): Promise<Training> => {
    heading(`Training ${name} (${whole(parameterCount(model))} parameters)`);
    print(`  ${model.description}`);
    const display = progressDisplay(process.stdout, settings.epochs);
    return train(model.net, { ...data, normalisation }, settings, () => interrupt.requested, display);
  };

  const model = convolutional(data.train, options.seed);
  const training = await trainAndShow('the CNN', model, options);
  if (training.steps === 0) {
    print('\nInterrupted before anything was learnt: nothing is saved.');
    return INTERRUPTED;
  }
  if (training.steps < training.plannedSteps) {
    print(
      `  Interrupted after step ${whole(training.steps)} of ${whole(training.plannedSteps)}: saving what was learnt.`,
    );
  }
  const weightsFile = join(options.out, 'weights.safetensors');
  save(weightsFile, encodeSafetensors(weights(model), metadata(model, training, normalisation)));
  print(`  weights: ${weightsFile}`);

  const confusion = confusionMatrix(data.test.labels, training.evaluation.guesses, CLASSES);
  showResults(training, confusion);

  let linear: Run['linear'];
  if (!interrupt.requested) {
    const linearModel = linearClassifier(data.train, options.seed);
    const linearTraining = await trainAndShow('a linear classifier, to compare', linearModel, {
      ...options,
      learningRate: LINEAR_LEARNING_RATE,
    });
    if (!interrupt.requested) {
      linear = { model: linearModel, training: linearTraining };
      print(
        `  A linear classifier recognises ${percent(linearTraining.evaluation.accuracy)} of the test digits, ` +
          `the CNN ${percent(training.evaluation.accuracy)}.`,
      );
    }
  }

  const reportFile = join(options.out, 'report.html');
  const interrupted = interrupt.requested;
  const seconds = performance.now() / 1000;
  const run = { options, data, normalisation, model, training, confusion, linear, interrupted, engine, seconds };
  save(reportFile, renderReport(reportContent(run)));
  print(`\nWritten: ${weightsFile}, ${reportFile} (${seconds.toFixed(1)} s in all)`);
  return interrupted ? INTERRUPTED : 0;
}

function describeEngine(): string {
  const { variant, threads } = runtimeInfo();
  return `WebAssembly ${variant}, ${threads} thread${threads === 1 ? '' : 's'}, Node ${process.versions.node}`;
}

/** @returns whether all of convasm's results equal the notebook's */
function showNotebook(): boolean {
  const results = NOTEBOOK.map(runExample);
  for (const line of results.flatMap(formatResult)) print(`  ${line}`);
  return results.every(({ equal }) => equal);
}

function loadDigits({ data: folder, trainImages, testImages, seed }: Options): DigitData {
  if (folder === undefined) return generateDigits(trainImages, testImages, seed);
  const { train, test, origin } = loadMnist(folder);
  return { train: first(trainImages, train, 'train'), test: first(testImages, test, 'test'), origin };
}

/** The first `count` pictures; Infinity: all that there are. */
function first(count: number, data: Dataset, set: 'train' | 'test'): Dataset {
  if (count === Number.POSITIVE_INFINITY) return data;
  if (count > data.count)
    throw new InputError(`--${set}-images ${count} is more than the ${data.count} that there are`);
  return take(data, count);
}

function showResults({ evaluation, imagesPerSecond }: Training, confusion: ReturnType<typeof confusionMatrix>): void {
  heading(`Test accuracy ${percent(evaluation.accuracy)}`);
  for (const line of formatConfusion(confusion)) print(`  ${line}`);
  print(`  training  ${whole(imagesPerSecond).padStart(9)} images/s`);
  print(`  inference ${whole(evaluation.imagesPerSecond).padStart(9)} images/s`);
}

/** What someone who finds the weights needs to know to use them. */
function metadata(
  model: Model,
  training: Training,
  { mean, deviation }: { mean: number; deviation: number },
): Record<string, string> {
  return {
    network: model.description,
    input: `[batch, 1, 28, 28], (brightness / 255 - ${mean}) / ${deviation}, ink bright on dark paper`,
    steps: `${training.steps} of ${training.plannedSteps}`,
    test_accuracy: String(training.evaluation.accuracy),
  };
}

function heading(text: string): void {
  print(`\n${text}`);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function complain(problem: string): void {
  process.stderr.write(`Error: ${problem}\n`);
}

/** The reader of a pipe may leave early (`npm start | head`); that is no reason for a stack trace. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  // These are meant for the user. Anything else is a defect, and its stack trace is wanted.
  const isUsage = error instanceof UsageError;
  const isExpected =
    isUsage || error instanceof InputError || error instanceof DivergedError || error instanceof ConvasmError;
  if (!isExpected) throw error;
  complain(error.message);
  process.exitCode = isUsage ? 2 : 1;
}
