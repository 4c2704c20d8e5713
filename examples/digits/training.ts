import {
  type BatchReport,
  cosine,
  type Dataset,
  evaluate,
  fit,
  type Layer,
  mostLikely,
  predict,
  type Schedule,
  Sequential,
  SGD,
  Softmax,
  SoftmaxCrossEntropy,
  warmUp,
} from 'convasm';
import type { ProgressBar } from 'convasm/node';
import { Curve, type CurvePoint } from './curve.ts';
import { CLASSES } from './digits.ts';

export interface TrainingSettings {
  readonly epochs: number;
  readonly batchSize: number;
  /** The highest one, see `schedule`. */
  readonly learningRate: number;
  readonly momentum: number;
  readonly seed: number;
}

/** What a network takes a picture for, and the probability that it gives to this. */
export interface Guess {
  readonly label: number;
  readonly probability: number;
}

interface TestResult {
  /** One for each test picture, in their order. */
  readonly guesses: readonly Guess[];
  /** Mean cross-entropy. */
  readonly loss: number;
  readonly accuracy: number;
  /** From bytes to guesses. */
  readonly imagesPerSecond: number;
}

/** Loss and accuracy on the test pictures after an epoch. */
export interface EpochResult {
  readonly epoch: number;
  readonly loss: number;
  readonly accuracy: number;
}

export interface Training {
  /** On the training pictures, as far as this run has trained on them. */
  readonly curve: readonly CurvePoint[];
  readonly epochs: readonly EpochResult[];
  /** Of the network as the training left it. */
  readonly test: TestResult;
  readonly steps: number;
  readonly plannedSteps: number;
  /** Spent on training, with the tests after each epoch. */
  readonly seconds: number;
  /** Of training steps alone. */
  readonly imagesPerSecond: number;
  /** What `resume` goes on from; undefined when the training came to its end. */
  readonly checkpoint: Uint8Array | undefined;
}

const WEIGHT_DECAY = 5e-4;
const TEST_BATCH_SIZE = 100;

/**
 * Trains `net` and tests it after every epoch.
 *
 * When `signal` is aborted it stops after the batch at hand; what was learnt until then remains in `net`.
 *
 * @param bar shows how it gets on
 * @param resume the checkpoint of a training that was stopped
 * @throws (rejects with) ConvasmError when the training diverges, or the checkpoint is of another one
 */
export async function train(
  net: Layer,
  data: { train: Dataset; test: Dataset },
  { epochs, batchSize, learningRate, momentum, seed }: TrainingSettings,
  { signal, resume, bar }: { signal?: AbortSignal; resume?: Uint8Array | undefined; bar?: ProgressBar } = {},
): Promise<Training> {
  const plannedSteps = epochs * Math.ceil(data.train.length / batchSize);
  const loss = new SoftmaxCrossEntropy();
  const optimizer = new SGD(net, { learningRate, momentum, nesterov: momentum > 0, weightDecay: WEIGHT_DECAY });
  const curve = new Curve();
  let imagesPerSecond = 0;
  const onBatch = (report: BatchReport) => {
    bar?.onBatch(report);
    curve.add(report);
    imagesPerSecond = report.samplesPerSecond;
  };
  const began = performance.now();
  try {
    const fitted = await fit(net, data.train, {
      epochs,
      batchSize,
      seed,
      loss,
      optimizer,
      schedule: schedule(learningRate, plannedSteps),
      validation: data.test,
      validationBatchSize: TEST_BATCH_SIZE,
      ...bar,
      onBatch,
      signal,
      resume,
    });
    const seconds = (performance.now() - began) / 1000;
    return {
      curve: curve.points,
      epochs: fitted.epochs.map(({ epoch, validation }) => ({ epoch, loss: Number.NaN, accuracy: 0, ...validation })),
      test: await test(net, data.test, loss),
      steps: fitted.steps,
      plannedSteps,
      seconds,
      imagesPerSecond,
      checkpoint: fitted.stopped === 'aborted' ? fitted.checkpoint() : undefined,
    };
  } finally {
    optimizer.dispose();
    loss.dispose();
  }
}

/** Rises in the first twentieth of the training to `learningRate`, and from there falls to 0 along half a cosine wave. */
function schedule(learningRate: number, steps: number): Schedule {
  const rise = Math.ceil(steps / 20);
  return warmUp(cosine({ learningRate, steps: Math.max(steps - rise, 1) }), { steps: rise });
}

async function test(net: Layer, data: Dataset, loss: SoftmaxCrossEntropy): Promise<TestResult> {
  const batchSize = TEST_BATCH_SIZE;
  const evaluation = await evaluate(net, data, { loss, batchSize });
  const probabilities = await predict(new Sequential([net, new Softmax()]), data, { batchSize });
  const guesses = Array.from(mostLikely(probabilities), (label, i) => ({
    label,
    probability: probabilities.data[i * CLASSES + label] ?? 0,
  }));
  return {
    guesses,
    loss: evaluation.loss,
    accuracy: evaluation.accuracy ?? 0,
    imagesPerSecond: evaluation.samples / evaluation.seconds,
  };
}
