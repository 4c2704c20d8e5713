// The main example: `npm start`, or `npm start -- --help`.
import { join } from 'node:path';
import { augment, type Dataset, init, meanAndDeviation, runtimeInfo, stateDict, summary } from 'convasm';
import { progressBar, writeAtomically, writeSafetensors } from 'convasm/node';
import { confusionMatrix, formatConfusion } from './confusion.ts';
import { CLASSES, type DigitData, datasetOf } from './digits.ts';
import { prepareFolder, read, save } from './files.ts';
import { INTERRUPTED, listenForInterrupt } from './interrupt.ts';
import { loadDigits } from './load.ts';
import { convolutional, linearClassifier, type Model } from './model.ts';
import { formatResult, NOTEBOOK, runExample } from './notebook.ts';
import { HELP, parseOptions } from './options.ts';
import { complain, print, runProgram } from './program.ts';
import { renderReport } from './report.ts';
import { percent, type Run, reportContent, whole } from './reportContent.ts';
import { type Training, train } from './training.ts';

/** By how many pixels the CNN's training pictures are moved at most, each time another way. */
const SHIFT = 2;
const LINEAR_LEARNING_RATE = 0.01;

/** @returns the exit code */
async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options.help) {
    print(HELP);
    return 0;
  }
  prepareFolder(options.out);
  const resume = options.resume === undefined ? undefined : read(options.resume);
  const signal = listenForInterrupt();
  const { threads, variant, seed } = options;
  await init({ variant, ...(threads === undefined ? {} : { threads }) });
  const engine = describeEngine();

  heading(`The notebook's examples, by convasm's Conv2D in float64 (${engine})`);
  if (!showNotebook()) {
    complain("these are not the notebook's results, so nothing else that this build computes can be trusted");
    return 1;
  }

  heading('The digits');
  const digits = loadDigits(options);
  print(`  ${whole(digits.train.count)} to train on and ${whole(digits.test.count)} to test on, ${digits.origin}`);
  const { data, pixels } = await normalised(digits);

  const model = convolutional(digits.train, seed);
  show('the CNN', model, data.train);
  const paper = (0 - pixels.mean) / pixels.std;
  const moved = { train: augment(data.train, { seed, shift: SHIFT, fill: paper }), test: data.test };
  const training = await train(model.net, moved, options, { signal, resume, bar: await progressBar() });
  if (training.steps === 0) {
    print('\nInterrupted before anything was learnt: nothing is saved.');
    return INTERRUPTED;
  }
  const { checkpoint } = training;
  if (checkpoint) {
    const file = join(options.out, 'checkpoint.safetensors');
    save(file, path => writeAtomically(path, checkpoint));
    print(
      `  Interrupted after step ${whole(training.steps)} of ${whole(training.plannedSteps)}: saving what was learnt.`,
    );
    print(`  checkpoint: ${file} (to go on: the same options and --resume ${file})`);
  }
  const weightsFile = join(options.out, 'weights.safetensors');
  save(weightsFile, path => writeSafetensors(path, stateDict(model.net), metadata(model, training, pixels)));
  print(`  weights: ${weightsFile}`);

  const confusion = confusionMatrix(digits.test.labels, training.test.guesses, CLASSES);
  showResults(training, confusion);

  let linear: Run['linear'];
  if (!signal.aborted) {
    const linearModel = linearClassifier(digits.train, seed);
    show('a linear classifier, to compare', linearModel, data.train);
    const settings = { ...options, learningRate: LINEAR_LEARNING_RATE };
    const linearTraining = await train(linearModel.net, data, settings, { signal, bar: await progressBar() });
    if (!signal.aborted) {
      linear = { model: linearModel, training: linearTraining };
      print(
        `  A linear classifier recognises ${percent(linearTraining.test.accuracy)} of the test digits, ` +
          `the CNN ${percent(training.test.accuracy)}.`,
      );
    }
  }

  const reportFile = join(options.out, 'report.html');
  const interrupted = signal.aborted;
  const seconds = performance.now() / 1000;
  const content = await reportContent({
    options,
    data: digits,
    test: data.test,
    pixels,
    model,
    training,
    confusion,
    linear,
    interrupted,
    engine,
    seconds,
  });
  save(reportFile, path => writeAtomically(path, renderReport(content)));
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

/** The pictures as datasets whose pixels have a mean of 0 and a deviation of 1, as far as those to train on go. */
async function normalised({ train, test }: DigitData) {
  const figures = await meanAndDeviation(datasetOf(train));
  const data = { train: datasetOf(train).normalized(figures), test: datasetOf(test).normalized(figures) };
  // Grey pictures have one channel.
  const [[mean = 0], [std = 1]] = [figures.mean, figures.std];
  return { data, pixels: { mean, std } };
}

function show(name: string, { net }: Model, { inputShape }: Dataset): void {
  heading(`Training ${name}`);
  for (const line of String(summary(net, inputShape)).split('\n')) print(`  ${line}`);
}

function showResults({ test, imagesPerSecond }: Training, confusion: ReturnType<typeof confusionMatrix>): void {
  heading(`Test accuracy ${percent(test.accuracy)}`);
  for (const line of formatConfusion(confusion)) print(`  ${line}`);
  print(`  training  ${whole(imagesPerSecond).padStart(9)} images/s`);
  print(`  inference ${whole(test.imagesPerSecond).padStart(9)} images/s`);
}

/** What someone who finds the weights needs to know to use them. */
function metadata(
  model: Model,
  training: Training,
  { mean, std }: { mean: number; std: number },
): Record<string, string> {
  return {
    network: model.description,
    input: `[batch, 1, 28, 28], (brightness / 255 - ${mean}) / ${std}, ink bright on dark paper`,
    steps: `${training.steps} of ${training.plannedSteps}`,
    test_accuracy: String(training.test.accuracy),
  };
}

function heading(text: string): void {
  print(`\n${text}`);
}

await runProgram(main);
