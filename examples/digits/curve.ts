import type { BatchReport } from 'convasm';

/** Loss and accuracy on the training pictures, averaged over a stretch of steps. */
export interface CurvePoint {
  /** Epochs done at the end of the stretch: 1.5 is the middle of the second epoch. */
  readonly epoch: number;
  readonly loss: number;
  readonly accuracy: number;
}

const POINTS_PER_EPOCH = 40;

/** Averages loss and accuracy over stretches of steps, because those of a single batch jump about. */
export class Curve {
  readonly points: CurvePoint[] = [];
  #steps = 0;
  #loss = 0;
  #accuracy = 0;

  add({ epoch, batch, batches, ofBatch }: Pick<BatchReport, 'epoch' | 'batch' | 'batches' | 'ofBatch'>): void {
    this.#steps++;
    this.#loss += ofBatch.loss;
    this.#accuracy += ofBatch.accuracy ?? 0;
    if (this.#steps < batches / POINTS_PER_EPOCH) return;
    this.points.push({
      epoch: epoch - 1 + batch / batches,
      loss: this.#loss / this.#steps,
      accuracy: this.#accuracy / this.#steps,
    });
    this.#steps = this.#loss = this.#accuracy = 0;
  }
}
