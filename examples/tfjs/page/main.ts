// TensorFlow.js on convasm, in a page: `npm run example:tfjs -- --page` serves it.
import 'convasm/tfjs';
import { runtimeInfo } from 'convasm';
import { take } from '../../digits/digits.ts';
import { generateDigits } from '../../digits/generator.ts';
import { useBackend } from '../backend.ts';
import { firstOf, tensorsOf } from '../data.ts';
import { percent, whole } from '../format.ts';
import { accuracyOf, createModel } from '../model.ts';
import type { Backend } from '../options.ts';
import * as tf from '../tf.ts';
import { type Progress, train } from '../train.ts';
import { LossChart } from './chart.ts';
import { Gallery } from './gallery.ts';

const TRAIN_IMAGES = 2_000;
const TEST_IMAGES = 300;
const SHOWN = 33;
const EPOCHS = 16;
const BATCH_SIZE = 32;

const element = <T extends Element>(id: string) => document.getElementById(id) as unknown as T;
const backend = element<HTMLSelectElement>('backend');
const button = element<HTMLButtonElement>('start');
const chart = new LossChart(element<SVGSVGElement>('chart'));

// The page appears before the digits are drawn.
await tf.nextFrame();
const digits = generateDigits(TRAIN_IMAGES, TEST_IMAGES, 1);
const gallery = new Gallery(element('gallery'), take(digits.test, SHOWN));
say('');
button.disabled = false;

/** Ends the training at hand; null: there is none. */
let running: AbortController | null = null;

element<HTMLFormElement>('controls').addEventListener('submit', async event => {
  event.preventDefault();
  if (running) {
    running.abort();
    return;
  }
  running = new AbortController();
  button.textContent = 'Stop';
  backend.disabled = true;
  try {
    await run(running.signal);
    say(running.signal.aborted ? 'Stopped.' : 'Done.');
  } catch (error) {
    say(String(error), 'problem');
  } finally {
    running = null;
    button.textContent = 'Start';
    backend.disabled = false;
  }
});

/** Trains a new model on the backend that is chosen, and shows how it gets on. */
async function run(signal: AbortSignal): Promise<void> {
  const name = backend.value as Backend;
  say(`Training on ${name} ...`);
  chart.clear();
  show('accuracy', '–');
  await useBackend(name);
  show('threads', name === 'convasm' ? String(runtimeInfo().threads) : '1');

  const trainSet = tensorsOf(digits.train);
  const testSet = tensorsOf(digits.test);
  const shown = firstOf(testSet, SHOWN);
  const model = createModel();
  const guess = () => gallery.show(tf.tidy(() => tf.argMax(model.predict(shown.images) as tf.Tensor, 1).dataSync()));
  let nextGuess = 0;
  await train(model, trainSet, {
    epochs: EPOCHS,
    batchSize: BATCH_SIZE,
    signal,
    onBatch: progress => {
      showProgress(progress);
      const began = performance.now();
      if (began < nextGuess) return;
      guess();
      // Twice a second is as often as anybody can read them; a slow backend gives a twentieth of its time to them.
      nextGuess = began + Math.max(20 * (performance.now() - began), 500);
    },
    onEpoch: () => show('accuracy', percent(accuracyOf(model, testSet))),
  });
  guess();
  model.dispose();
  tf.dispose([trainSet, testSet, shown]);
}

function showProgress({ epochs, loss, imagesPerSecond }: Progress): void {
  chart.add(epochs, loss);
  show('epoch', `${epochs.toFixed(1)} / ${EPOCHS}`);
  show('loss', loss.toFixed(3));
  show('speed', whole(imagesPerSecond));
}

function show(id: string, text: string): void {
  element(id).textContent = text;
}

function say(text: string, kind = ''): void {
  Object.assign(element('status'), { textContent: text, className: kind });
}
