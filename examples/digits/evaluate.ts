import { type Layer, SoftmaxCrossEntropy, scope, type Tensor, tensor } from 'convasm';
import { Batcher, CLASSES, type Dataset, type Normalisation } from './dataset.ts';
import { Pause } from './pause.ts';

const BATCH_SIZE = 100;

/** What a network takes a picture for, and the probability that it gives to this. */
export interface Guess {
  readonly label: number;
  readonly probability: number;
}

export interface Evaluation {
  /** One for each picture of the data set, in its order. */
  readonly guesses: readonly Guess[];
  /** Mean cross-entropy. */
  readonly loss: number;
  readonly accuracy: number;
  /** From bytes to guesses. */
  readonly imagesPerSecond: number;
}

/** Lets `net` guess every picture of `data`. */
export async function evaluate(net: Layer, data: Dataset, normalisation: Normalisation): Promise<Evaluation> {
  const { count, height, width } = data;
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  const batcher = new Batcher(data, BATCH_SIZE, normalisation);
  const criterion = new SoftmaxCrossEntropy();
  const pause = new Pause();
  const guesses: Guess[] = [];
  let loss = 0;
  let seconds = 0;

  net.eval();
  for (let start = 0; start < count; start += BATCH_SIZE) {
    const began = performance.now();
    const batch = batcher.gather(order, start);
    scope(() => {
      const x = tensor(batch.inputs, [batch.count, 1, height, width]);
      loss += criterion.forward(net.forward(x), batch.labels) * batch.count;
      guesses.push(...mostLikely(criterion.probabilities));
    });
    seconds += (performance.now() - began) / 1000;
    await pause.ifDue();
  }
  criterion.dispose();
  return {
    guesses,
    loss: loss / count,
    accuracy: countCorrect(guesses, data.labels) / count,
    imagesPerSecond: count / seconds,
  };
}

/** The most likely class of each row of `probabilities` [batch, classes], as a loss has them after its forward. */
export function mostLikely(probabilities: Tensor | null): Guess[] {
  if (!probabilities) return [];
  const { data } = probabilities;
  return Array.from({ length: data.length / CLASSES }, (_, row) => {
    let label = 0;
    let probability = data[row * CLASSES] ?? 0;
    for (let c = 1; c < CLASSES; c++) {
      const candidate = data[row * CLASSES + c] ?? 0;
      if (candidate > probability) {
        label = c;
        probability = candidate;
      }
    }
    return { label, probability };
  });
}

/** How many guesses agree with the labels. */
export function countCorrect(guesses: readonly Guess[], labels: ArrayLike<number>): number {
  return guesses.reduce((sum, { label }, i) => sum + (label === labels[i] ? 1 : 0), 0);
}
