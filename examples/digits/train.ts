import { type Layer, SGD, SoftmaxCrossEntropy, scope, tensor } from 'convasm';
import { type Batch, Batcher, type Dataset, type Normalisation } from './dataset.ts';
import { countCorrect, type Evaluation, evaluate, mostLikely } from './evaluate.ts';
import { type CurvePoint, Meter } from './meter.ts';
import { Pause } from './pause.ts';
import { seededRandom, shuffled } from './random.ts';

export interface TrainingSettings {
  readonly epochs: number;
  readonly batchSize: number;
  /** Of the first step; from there it falls along half a cosine wave to 0 after the last one. */
  readonly learningRate: number;
  readonly momentum: number;
  readonly seed: number;
}

/** Loss and accuracy on the test pictures after an epoch. */
export interface EpochResult {
  readonly epoch: number;
  readonly loss: number;
  readonly accuracy: number;
}

export interface Training {
  /** On the training pictures. */
  readonly curve: readonly CurvePoint[];
  /** On the test pictures. */
  readonly epochs: readonly EpochResult[];
  /** Of the network as the training left it. */
  readonly evaluation: Evaluation;
  readonly steps: number;
  readonly plannedSteps: number;
  /** Spent on training steps, without the evaluations in between. */
  readonly seconds: number;
  readonly imagesPerSecond: number;
}

/** Where the training is after a step. */
export interface Progress {
  /** Counted from 1. */
  readonly epoch: number;
  /** How many steps of the epoch are done. */
  readonly step: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly imagesPerSecond: number;
  readonly secondsLeft: number;
}

export interface TrainingListener {
  epochStart?(epoch: number, steps: number): void;
  step?(progress: Progress): void;
  epochEnd?(progress: Progress, test: EpochResult): void;
  /** After the last call of the others, also when the training was interrupted or failed. */
  end?(): void;
}

/** The loss is no longer a number. */
export class DivergedError extends Error {
  override readonly name = 'DivergedError';
}

const CURVE_POINTS_PER_EPOCH = 40;

/**
 * Trains `net` and evaluates it after every epoch.
 *
 * When `interrupted()` becomes true it stops after the batch at hand; what was learnt until then remains in `net`.
 *
 * @throws DivergedError when the loss is no longer finite
 */
export async function train(
  net: Layer,
  data: { train: Dataset; test: Dataset; normalisation: Normalisation },
  settings: TrainingSettings,
  interrupted: () => boolean,
  listener: TrainingListener = {},
): Promise<Training> {
  const { epochs, batchSize, learningRate, momentum, seed } = settings;
  const { count } = data.train;
  const stepsPerEpoch = Math.ceil(count / batchSize);
  const plannedSteps = epochs * stepsPerEpoch;

  const random = seededRandom(seed);
  const batcher = new Batcher(data.train, batchSize, data.normalisation);
  const optimizer = new SGD(net, { learningRate, momentum });
  const criterion = new SoftmaxCrossEntropy();
  const step = trainingStep(net, criterion, optimizer, data.train);
  const meter = new Meter(Math.floor(stepsPerEpoch / CURVE_POINTS_PER_EPOCH));
  const results: EpochResult[] = [];
  const pause = new Pause();
  let evaluation: Evaluation | undefined;
  let steps = 0;
  let images = 0;
  let seconds = 0;

  const progress = (epoch: number): Progress => ({
    ...meter.latest,
    epoch,
    step: steps - (epoch - 1) * stepsPerEpoch,
    imagesPerSecond: images / seconds,
    secondsLeft: (epochs * count - images) * (seconds / images),
  });

  try {
    // What came before may have been long and synchronous, with an interruption waiting to be noticed.
    await pause.ifDue();
    for (let epoch = 1; epoch <= epochs && !interrupted(); epoch++) {
      const order = shuffled(count, random);
      evaluation = undefined;
      net.train();
      listener.epochStart?.(epoch, stepsPerEpoch);
      for (let start = 0; start < count && !interrupted(); start += batchSize) {
        const began = performance.now();
        const batch = batcher.gather(order, start);
        optimizer.learningRate = learningRate * schedule((steps + 0.5) / plannedSteps);
        const { loss, correct } = step(batch);
        steps++;
        images += batch.count;
        if (!Number.isFinite(loss)) throw diverged(loss, steps, epoch, learningRate);
        meter.add(loss, correct, batch.count, images / count);
        seconds += (performance.now() - began) / 1000;
        listener.step?.(progress(epoch));
        await pause.ifDue();
      }
      if (interrupted()) break;
      evaluation = await evaluate(net, data.test, data.normalisation);
      const result = { epoch, loss: evaluation.loss, accuracy: evaluation.accuracy };
      results.push(result);
      listener.epochEnd?.(progress(epoch), result);
    }
  } finally {
    listener.end?.();
    criterion.dispose();
    optimizer.dispose();
  }
  return {
    curve: meter.curve,
    epochs: results,
    evaluation: evaluation ?? (await evaluate(net, data.test, data.normalisation)),
    steps,
    plannedSteps,
    seconds,
    imagesPerSecond: seconds > 0 ? images / seconds : 0,
  };
}

/**
 * The share of the learning rate to use at a point of the training between 0 (its start) and 1 (its end): it rises in the
 * first twentieth, because the first gradients are the largest and could switch off ReLUs for good, and then falls to 0
 * along half a cosine wave.
 */
function schedule(done: number): number {
  const WARM_UP = 0.05;
  const rise = Math.min(done / WARM_UP, 1);
  return rise * 0.5 * (1 + Math.cos(Math.PI * done));
}

/** The step that is done with every batch: forward, backward, and a step of the optimizer. */
function trainingStep(net: Layer, criterion: SoftmaxCrossEntropy, optimizer: SGD, { height, width }: Dataset) {
  return ({ inputs, labels, count }: Batch) =>
    scope(() => {
      const x = tensor(inputs, [count, 1, height, width]);
      const loss = criterion.forward(net.forward(x), labels);
      net.backward(criterion.backward());
      optimizer.step();
      return { loss, correct: countCorrect(mostLikely(criterion.probabilities), labels) };
    });
}

function diverged(loss: number, step: number, epoch: number, learningRate: number): DivergedError {
  return new DivergedError(
    `the loss is ${loss} at step ${step} (epoch ${epoch}), so the training has diverged; ` +
      `a smaller --learning-rate than ${learningRate} helps`,
  );
}
