import { type Digits, picture } from '../../digits/digits.ts';

/** Pictures of digits, each with what a network takes it for. */
export class Gallery {
  readonly #captions: HTMLElement[] = [];
  readonly #digits: Digits;

  constructor(list: HTMLElement, digits: Digits) {
    this.#digits = digits;
    for (let i = 0; i < digits.count; i++) {
      const caption = document.createElement('span');
      caption.textContent = '–';
      const item = document.createElement('li');
      item.append(canvasOf(digits, i), caption);
      list.append(item);
      this.#captions.push(caption);
    }
  }

  /** @param guesses a digit for each picture */
  show(guesses: ArrayLike<number>): void {
    this.#captions.forEach((caption, i) => {
      caption.textContent = String(guesses[i]);
      caption.className = guesses[i] === this.#digits.labels[i] ? '' : 'wrong';
    });
  }
}

function canvasOf(digits: Digits, index: number): HTMLCanvasElement {
  const { width, height } = digits;
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  // Ink is bright: 0 is paper.
  const pixels = Uint8ClampedArray.from({ length: 4 * width * height }, () => 255);
  for (const [p, ink] of picture(digits, index).entries()) pixels.fill(255 - ink, 4 * p, 4 * p + 3);
  canvas.getContext('2d')?.putImageData(new ImageData(pixels, width, height), 0, 0);
  return canvas;
}
