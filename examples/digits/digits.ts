import { ArrayDataset } from 'convasm';

/** Pictures of digits, grey, all of one size, and which digit each one shows. */
export interface Digits {
  /** Brightness 0 (paper) to 255 (ink), `[count, height, width]` in row-major order. */
  readonly images: Uint8Array;
  /** Which digit each picture shows, 0 to 9. */
  readonly labels: Uint8Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
}

/** What a network is trained on, what it is tested on, and where they come from (for the report). */
export interface DigitData {
  readonly train: Digits;
  readonly test: Digits;
  readonly origin: string;
}

export const CLASSES = 10;

/** The pictures as networks take them, [1, height, width]: 0 for paper to 1 for ink. */
export function datasetOf({ images, labels, height, width }: Digits): ArrayDataset {
  return new ArrayDataset({ inputs: images, inputShape: [1, height, width], targets: labels });
}

/** The first `count` pictures, sharing memory. */
export function take(digits: Digits, count: number): Digits {
  const pixels = digits.height * digits.width;
  return {
    ...digits,
    count,
    images: digits.images.subarray(0, count * pixels),
    labels: digits.labels.subarray(0, count),
  };
}

/** One picture, sharing memory. */
export function picture({ images, height, width }: Digits, index: number): Uint8Array {
  const pixels = height * width;
  return images.subarray(index * pixels, (index + 1) * pixels);
}
