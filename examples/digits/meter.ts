/** Loss and accuracy on the training pictures, averaged over a stretch of steps. */
export interface CurvePoint {
  /** Epochs done at the end of the stretch: 1.5 is the middle of the second epoch. */
  readonly epoch: number;
  readonly loss: number;
  readonly accuracy: number;
}

/** Averages loss and accuracy over stretches of steps, because those of a single batch jump about. */
export class Meter {
  readonly curve: CurvePoint[] = [];
  readonly #stretch: number;
  #steps = 0;
  #images = 0;
  #loss = 0;
  #correct = 0;

  /** @param stretch how many steps make one point of the curve */
  constructor(stretch: number) {
    this.#stretch = Math.max(stretch, 1);
  }

  /** Counts a step in: its mean loss, how many of its `images` it got right, and how many epochs are done after it. */
  add(loss: number, correct: number, images: number, epoch: number): void {
    this.#steps++;
    this.#images += images;
    this.#loss += loss * images;
    this.#correct += correct;
    if (this.#steps < this.#stretch) return;
    this.curve.push({ epoch, ...this.#averages() });
    this.#steps = this.#images = this.#loss = this.#correct = 0;
  }

  /** The latest point of the curve, or what there is before the first one. */
  get latest(): { loss: number; accuracy: number } {
    return this.curve.at(-1) ?? this.#averages();
  }

  #averages() {
    return { loss: this.#loss / this.#images, accuracy: this.#correct / this.#images };
  }
}
