/** Mean loss and, where it could be counted, the share of samples whose most likely class is theirs. */
export interface Means {
  readonly loss: number;
  /** Where targets are class ids and outputs [batch, classes]. */
  readonly accuracy?: number;
}

/** What a network made of a batch. */
export interface Outcome {
  readonly count: number;
  /** Mean over the batch. */
  readonly loss: number;
  /** null where there is nothing to count. */
  readonly correct: number | null;
}

/** What a `Meter` goes on from: plain JSON. */
export interface MeterState {
  readonly samples: number;
  /** Sum over the samples. */
  readonly loss: number;
  readonly correct: number | null;
  readonly seconds: number;
}

const NOTHING: MeterState = { samples: 0, loss: 0, correct: 0, seconds: 0 };

/** Adds up batches. */
export class Meter {
  #sums: MeterState;

  constructor(state: MeterState = NOTHING) {
    this.#sums = state;
  }

  get state(): MeterState {
    return this.#sums;
  }

  add({ count, loss, correct }: Outcome, seconds = 0): void {
    const sums = this.#sums;
    this.#sums = {
      samples: sums.samples + count,
      loss: sums.loss + loss * count,
      correct: sums.correct === null || correct === null ? null : sums.correct + correct,
      seconds: sums.seconds + seconds,
    };
  }

  get means(): Means {
    const { samples, loss, correct } = this.#sums;
    return meansOf({ count: samples, loss: loss / samples, correct });
  }

  /** 0 where the clock stood still. */
  get samplesPerSecond(): number {
    const { samples, seconds } = this.#sums;
    return seconds > 0 ? samples / seconds : 0;
  }
}

/** A batch by itself. */
export function meansOf({ count, loss, correct }: Outcome): Means {
  return correct === null ? { loss } : { loss, accuracy: correct / count };
}
