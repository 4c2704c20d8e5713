/** Pictures of digits, grey, all of one size, and which digit each one shows. */
export interface Dataset {
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
  readonly train: Dataset;
  readonly test: Dataset;
  readonly origin: string;
}

export const CLASSES = 10;

/** Turns brightness into network inputs: value = (brightness / 255 - mean) / deviation. */
export interface Normalisation {
  readonly mean: number;
  readonly deviation: number;
}

/** The normalisation that gives the pixels of `data` a mean of 0 and a standard deviation of 1. */
export function measureNormalisation(data: Dataset): Normalisation {
  let sum = 0;
  let squares = 0;
  for (const pixel of data.images) {
    sum += pixel;
    squares += pixel * pixel;
  }
  const mean = sum / data.images.length;
  const variance = squares / data.images.length - mean * mean;
  // A set of one single grey has no deviation; 1/255 of the range is the smallest step that a pixel can make.
  return { mean: mean / 255, deviation: Math.max(Math.sqrt(variance), 1) / 255 };
}

/** The first `count` pictures of `data`, sharing its memory. */
export function take(data: Dataset, count: number): Dataset {
  const pixels = data.height * data.width;
  return { ...data, count, images: data.images.subarray(0, count * pixels), labels: data.labels.subarray(0, count) };
}

/** One picture of `data`, sharing its memory. */
export function picture(data: Dataset, index: number): Uint8Array {
  const pixels = data.height * data.width;
  return data.images.subarray(index * pixels, (index + 1) * pixels);
}

/** A batch as a network and its loss take it: `inputs` is `[count, 1, height, width]` in row-major order. */
export interface Batch {
  readonly inputs: Float32Array;
  readonly labels: Int32Array;
  readonly count: number;
}

/**
 * Gathers batches out of a data set into arrays that are used again for every batch, so a batch is good until the next.
 */
export class Batcher {
  readonly #data: Dataset;
  readonly #inputs: Float32Array;
  readonly #labels: Int32Array;
  /** The input value of each of the 256 brightnesses. */
  readonly #values: Float32Array;

  constructor(data: Dataset, batchSize: number, { mean, deviation }: Normalisation) {
    this.#data = data;
    this.#inputs = new Float32Array(batchSize * data.height * data.width);
    this.#labels = new Int32Array(batchSize);
    this.#values = Float32Array.from({ length: 256 }, (_, brightness) => (brightness / 255 - mean) / deviation);
  }

  /** The batch of the pictures `order[start]`, `order[start + 1]`, ..., as many as there are, up to the batch size. */
  gather(order: Uint32Array, start: number): Batch {
    const count = Math.min(this.#labels.length, order.length - start);
    const pixels = this.#data.height * this.#data.width;
    const values = this.#values;
    const inputs = this.#inputs;
    for (let i = 0; i < count; i++) {
      const index = order[start + i] ?? 0;
      const image = picture(this.#data, index);
      for (let p = 0; p < pixels; p++) inputs[i * pixels + p] = values[image[p] ?? 0] ?? 0;
      this.#labels[i] = this.#data.labels[index] ?? 0;
    }
    return { inputs: inputs.subarray(0, count * pixels), labels: this.#labels.subarray(0, count), count };
  }
}
