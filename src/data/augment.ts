import { ArgumentError, ShapeError } from '../errors.ts';
import { checkSeed, hash, randomFrom } from '../random.ts';
import { pair, type Shape, sizeOf } from '../tensor/shape.ts';
import { checkBatch, checkDataset, checkIndices, checkWhole, isPromise } from './checks.ts';
import type { Batch, Dataset } from './dataset.ts';

export interface AugmentOptions {
  /** A whole number. What is done to a sample follows from it, the epoch and the sample's index alone. */
  seed: number;
  /** Mirrors half of the samples, left to right. Default false. */
  flip?: boolean | undefined;
  /** Mirrors half of the samples, top to bottom. Default false. */
  flipVertical?: boolean | undefined;
  /** Moves a sample by up to so many pixels each way; a number, or [y, x]. Default 0. */
  shift?: number | readonly [number, number] | undefined;
  /** Cuts a window out at a random place; a number, or [height, width]. Default: the sample's own size. */
  crop?: number | readonly [number, number] | undefined;
  /** Pixels put around a sample before it is cropped, as torchvision's RandomCrop has it; a number, or [y, x]. Default 0. */
  padding?: number | readonly [number, number] | undefined;
  /**
   * Value of the pixels from outside, in units of what `dataset` gives. Default 0, which is the mean where inputs are normalised;
   * black is (0 - mean) / std.
   */
  fill?: number | undefined;
}

/**
 * A dataset whose samples are those of `dataset`, changed at random, each epoch in another way. The changes do not depend on a
 * sample's place in a batch, nor on what was asked for before, so that training that is resumed sees the same.
 *
 * Inputs are [channels, height, width] or [height, width]; targets stay as they are. All values of `shift` and all places of the
 * window have the same probability. Where both are given, the window moves by both.
 *
 * @throws ArgumentError, ShapeError
 */
export function augment(dataset: Dataset, options: AugmentOptions): Dataset {
  checkDataset('dataset', dataset);
  const { inputShape } = dataset;
  if (inputShape.length !== 2 && inputShape.length !== 3) {
    throw new ShapeError('dataset.inputShape', inputShape, '[channels, height, width] or [height, width]');
  }
  const size = inputShape.slice(-2) as [number, number];
  const { flip = false, flipVertical = false, fill = 0 } = options;
  for (const [name, value] of Object.entries({ flip, flipVertical })) {
    if (typeof value !== 'boolean') throw new ArgumentError(name, value, 'true or false');
  }
  if (!Number.isFinite(fill)) throw new ArgumentError('fill', fill, 'a finite number');
  const shift = pair('shift', options.shift ?? 0, 0);
  const padding = pair('padding', options.padding ?? 0, 0);
  if (options.padding !== undefined && options.crop === undefined) {
    throw new ArgumentError('padding', options.padding, 'a crop with it');
  }
  const crop = pair('crop', options.crop ?? size);
  const room = size.map((length, axis) => length + 2 * (padding[axis] as number) - (crop[axis] as number));
  if (room.some(pixels => pixels < 0)) {
    const largest = size.map((length, axis) => length + 2 * (padding[axis] as number));
    throw new ArgumentError('crop', crop, `at most [${largest.join(', ')}], the size of the padded samples`);
  }
  const [top = 0, left = 0] = room;
  return new Augmented(dataset, {
    seed: checkSeed('seed', options.seed),
    flip,
    flipVertical,
    shift,
    padding,
    crop,
    room: [top, left],
    fill,
  });
}

type Pair = readonly [number, number];

interface Changes {
  readonly seed: number;
  readonly flip: boolean;
  readonly flipVertical: boolean;
  readonly shift: Pair;
  readonly padding: Pair;
  readonly crop: Pair;
  /** How far the window can move in the padded sample. */
  readonly room: Pair;
  readonly fill: number;
}

class Augmented implements Dataset {
  readonly length: number;
  readonly inputShape: Shape;
  readonly targetShape: Shape | null;
  readonly #dataset: Dataset;
  readonly #changes: Changes;
  /** What each batch was made from, whose arrays are used again together with its own. */
  readonly #sources = new WeakMap<Batch, Batch>();

  constructor(dataset: Dataset, changes: Changes) {
    this.length = dataset.length;
    this.inputShape = [...dataset.inputShape.slice(0, -2), ...changes.crop];
    this.targetShape = dataset.targetShape;
    this.#dataset = dataset;
    this.#changes = changes;
  }

  batch(indices: Uint32Array, epoch: number, into?: Batch): Batch | Promise<Batch> {
    checkIndices('indices', indices, this.length);
    checkWhole('epoch', epoch, 0);
    if (into !== undefined) checkBatch('into', into, this, indices.length);
    const source = this.#dataset.batch(indices, epoch, into && this.#sources.get(into));
    const change = (from: Batch) => this.#change(from, indices, epoch, into);
    return isPromise(source) ? source.then(change) : change(source);
  }

  #change(source: Batch, indices: Uint32Array, epoch: number, into: Batch | undefined): Batch {
    const { inputs, targets, count } = source;
    checkBatch('dataset.batch()', source, this.#dataset, indices.length);
    const size = sizeOf(this.inputShape);
    const fits = into !== undefined && into.inputs.constructor === inputs.constructor;
    const changed = fits
      ? into.inputs
      : inputs instanceof Float32Array
        ? new Float32Array(count * size)
        : new Float64Array(count * size);
    const [height, width] = this.#dataset.inputShape.slice(-2) as [number, number];
    const planes = sizeOf(this.#dataset.inputShape) / (height * width);
    for (let i = 0; i < count; i++) {
      const window = this.#draw(indices[i] as number, epoch);
      for (let p = i * planes; p < (i + 1) * planes; p++) {
        copyWindow(inputs, p * height * width, height, width, changed, (p * size) / planes, window);
      }
    }
    const batch = { inputs: changed, targets, count };
    this.#sources.set(batch, source);
    return batch;
  }

  /** Every change draws its number, whether it is wanted or not, so that an option does not alter what the others do. */
  #draw(index: number, epoch: number): Window {
    const { seed, flip, flipVertical, shift, padding, crop, room, fill } = this.#changes;
    const random = randomFrom(hash(seed, epoch, index));
    const below = (count: number) => Math.floor(count * random());
    const [mirrored, upsideDown] = [random() < 0.5, random() < 0.5];
    const [down, right] = [below(2 * shift[0] + 1) - shift[0], below(2 * shift[1] + 1) - shift[1]];
    const [y, x] = [below(room[0] + 1) - padding[0], below(room[1] + 1) - padding[1]];
    return {
      top: y - down,
      left: x - right,
      height: crop[0],
      width: crop[1],
      mirrored: flip && mirrored,
      upsideDown: flipVertical && upsideDown,
      fill,
    };
  }
}

/** A part of a plane, which may reach beyond it, mirrored or not. */
interface Window {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
  readonly mirrored: boolean;
  readonly upsideDown: boolean;
  readonly fill: number;
}

function copyWindow(
  from: Batch['inputs'],
  fromStart: number,
  height: number,
  width: number,
  to: Batch['inputs'],
  toStart: number,
  window: Window,
): void {
  for (let row = 0; row < window.height; row++) {
    const y = window.top + (window.upsideDown ? window.height - 1 - row : row);
    const start = toStart + row * window.width;
    // Columns of the window that lie in the plane.
    const first = y < 0 || y >= height ? window.width : Math.min(window.width, Math.max(0, -window.left));
    const end = Math.max(first, Math.min(window.width, width - window.left));
    to.fill(window.fill, start, start + window.width);
    const source = fromStart + y * width + window.left;
    for (let column = first; column < end; column++) {
      to[start + (window.mirrored ? window.width - 1 - column : column)] = from[source + column] as number;
    }
  }
}
