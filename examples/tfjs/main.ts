// TensorFlow.js on convasm, in Node: `npm run example:tfjs`, or `npm run example:tfjs -- --help`. For a page, see page/main.ts.
import 'convasm/tfjs';
import { INTERRUPTED, listenForInterrupt } from '../digits/interrupt.ts';
import { loadDigits } from '../digits/load.ts';
import { print, runProgram } from '../digits/program.ts';
import { describeBackend, useBackend } from './backend.ts';
import { compareBackends, largestDifference, type Steps } from './compare.ts';
import { firstOf, tensorsOf } from './data.ts';
import { percent, whole } from './format.ts';
import { accuracyOf, createModel } from './model.ts';
import { HELP, parseOptions } from './options.ts';
import { servePage } from './serve.ts';
import * as tf from './tf.ts';
import { train } from './train.ts';

/** The cpu backend takes seconds for a step. */
const COMPARED = { pictures: 16, steps: 3 };

/** @returns the exit code */
async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options.help) {
    print(HELP);
    return 0;
  }
  const signal = listenForInterrupt();
  if (options.page) {
    await servePage(options.port, { signal, onReady: url => print(`The page is at ${url} (Ctrl-C ends it).`) });
    return 0;
  }

  // Without the cpu backend's advice to install TensorFlow.js's native one.
  tf.enableProdMode();
  await useBackend(options.backend, options);
  print(`TensorFlow.js ${tf.version_core} on ${describeBackend(options.backend)}, Node ${process.versions.node}`);
  const digits = loadDigits(options);
  print(`${whole(digits.train.count)} digits to train on, ${whole(digits.test.count)} to test on, ${digits.origin}\n`);
  const trainSet = tensorsOf(digits.train);
  const testSet = tensorsOf(digits.test);

  const model = createModel();
  model.summary(100, undefined, print);
  await train(model, trainSet, {
    ...options,
    signal,
    onEpoch: ({ epochs, loss, accuracy, imagesPerSecond }) =>
      print(
        `epoch ${epochs}/${options.epochs}  loss ${loss.toFixed(4)}  accuracy ${percent(accuracy)}  ` +
          `${whole(imagesPerSecond)} images/s`,
      ),
  });
  if (!signal.aborted) {
    print(`\nTest accuracy ${percent(accuracyOf(model, testSet))}`);
    const batch = firstOf(trainSet, COMPARED.pictures);
    const compared = await compareBackends(model, batch, { ...options, steps: COMPARED.steps, signal });
    tf.dispose(batch);
    if (!signal.aborted) show(compared);
  }
  if (signal.aborted) print('Interrupted.');

  tf.dispose([trainSet, testSet]);
  model.dispose();
  const { numTensors, numBytes } = tf.memory();
  print(`\nWhen all is disposed of, tf.memory() counts ${numTensors} tensors, ${numBytes} bytes.`);
  return signal.aborted ? INTERRUPTED : 0;
}

function show(compared: readonly Steps[]): void {
  const { pictures, steps } = COMPARED;
  print(`\n${steps} more steps with the first ${pictures} digits, from the same weights on:`);
  for (const { backend, milliseconds } of compared)
    print(`  ${backend.padEnd(8)}${milliseconds.toFixed(1).padStart(8)} ms a step`);
  print(`  losses at most ${largestDifference(compared).toExponential(1)} apart`);
}

await runProgram(main);
