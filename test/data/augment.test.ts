import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ArgumentError,
  ArrayDataset,
  type AugmentOptions,
  augment,
  type Batch,
  type Dataset,
  ShapeError,
} from '../../src/index.ts';
import { expectArgumentError, shown } from '../helpers/errors.ts';
import { runs } from '../helpers/property.ts';
import { type DType, dtypes, type Pair } from '../helpers/values.ts';

/** Samples in which no value occurs twice. */
function datasetOf(length: number, inputShape: readonly number[], dtype: DType = 'float32'): ArrayDataset {
  const size = inputShape.reduce((product, n) => product * n, 1);
  const inputs = Float64Array.from({ length: length * size }, (_, i) => i + 1);
  return new ArrayDataset({ inputs, inputShape, targets: Int32Array.from({ length }, (_, i) => i), dtype });
}

const all = (length: number) => Uint32Array.from({ length }, (_, i) => i);
const batchOf = (dataset: Dataset, indices: ArrayLike<number>, epoch = 0, into?: Batch) =>
  dataset.batch(Uint32Array.from(indices), epoch, into) as Batch;
/** The inputs of a batch, sample by sample. */
const samplesOf = ({ inputs, count }: Batch) =>
  Array.from({ length: count }, (_, i) => [
    ...inputs.slice((i * inputs.length) / count, ((i + 1) * inputs.length) / count),
  ]);

type Plane = number[][];
const planesOf = (values: ArrayLike<number>, height: number, width: number): Plane[] =>
  Array.from({ length: values.length / (height * width) }, (_, p) =>
    Array.from({ length: height }, (_, y) =>
      Array.from({ length: width }, (_, x) => values[(p * height + y) * width + x] as number),
    ),
  );

interface Choice {
  flip: boolean;
  flipVertical: boolean;
  shift: Pair;
  window: Pair;
}

/** One plane changed, a step at a time: padded, moved, cut, mirrored. */
function changed(
  plane: Plane,
  { flip, flipVertical, shift, window }: Choice,
  padding: Pair,
  crop: Pair,
  fill: number,
): Plane {
  const [height, width] = [plane.length, (plane[0] as number[]).length];
  const pixel = (y: number, x: number) => plane[y]?.[x] ?? fill;
  const rows = Array.from({ length: height + 2 * padding[0] }, (_, y) =>
    Array.from({ length: width + 2 * padding[1] }, (_, x) =>
      pixel(y - padding[0] - shift[0], x - padding[1] - shift[1]),
    ),
  );
  const cut = rows.slice(window[0], window[0] + crop[0]).map(row => row.slice(window[1], window[1] + crop[1]));
  const mirrored = flip ? cut.map(row => row.slice().reverse()) : cut;
  return flipVertical ? mirrored.slice().reverse() : mirrored;
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const pairs = (ys: number[], xs: number[]) => ys.flatMap(y => xs.map(x => [y, x] as const));

interface Options {
  flip: boolean;
  flipVertical: boolean;
  shift: number | Pair;
  padding: Pair;
  crop: Pair;
  fill: number;
}

/** All that may become of a sample, as text. */
function possible(sample: number[], [height, width]: Pair, options: Options): Set<string> {
  const { padding, crop } = options;
  const shift: Pair = typeof options.shift === 'number' ? [options.shift, options.shift] : options.shift;
  const results = new Set<string>();
  for (const flip of options.flip ? [false, true] : [false])
    for (const flipVertical of options.flipVertical ? [false, true] : [false])
      for (const moved of pairs(range(-shift[0], shift[0]), range(-shift[1], shift[1])))
        for (const window of pairs(
          range(0, height + 2 * padding[0] - crop[0]),
          range(0, width + 2 * padding[1] - crop[1]),
        )) {
          const choice = { flip, flipVertical, shift: moved, window };
          const planes = planesOf(sample, height, width).map(plane =>
            changed(plane, choice, padding, crop, options.fill),
          );
          results.add(planes.flat(2).join());
        }
  return results;
}

const oneOrTwo = (most: number) => fc.oneof(fc.nat(most), fc.tuple(fc.nat(most), fc.nat(most)));

describe('augment', () => {
  it('makes of each sample one of what it may become, alike in all channels, and leaves targets alone', () => {
    const cases = fc
      .record({
        channels: fc.constantFrom(null, 1, 3),
        size: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
        padding: fc.tuple(fc.nat(2), fc.nat(1)),
        cut: fc.tuple(fc.nat(9), fc.nat(9)),
        cropped: fc.boolean(),
        shift: oneOrTwo(3),
        flip: fc.boolean(),
        flipVertical: fc.boolean(),
        fill: fc.constantFrom(0, -0.5),
        seed: fc.maxSafeInteger(),
        epoch: fc.nat(),
        dtype: fc.constantFrom(...dtypes),
      })
      .map(({ cut, cropped, padding, size, ...rest }) => {
        const crop = size.map((n, axis) => 1 + ((cut[axis] as number) % (n + 2 * (padding[axis] as number)))) as [
          number,
          number,
        ];
        return { ...rest, size, ...(cropped ? { crop, padding } : {}) };
      });
    fc.assert(
      fc.property(cases, ({ channels, size, seed, epoch, dtype, ...options }) => {
        const dataset = datasetOf(6, channels === null ? size : [channels, ...size], dtype);
        const augmented = augment(dataset, { seed, ...options });
        const crop = options.crop ?? size;
        expect(augmented.inputShape).toEqual(channels === null ? crop : [channels, ...crop]);
        expect(augmented).toMatchObject({ length: 6, targetShape: null });
        const indices = [4, 0, 4, 5];
        const batch = batchOf(augmented, indices, epoch);
        expect([...batch.targets]).toEqual(indices);
        expect(batch.inputs.constructor.name.toLowerCase()).toBe(`${dtype}array`);
        const sources = samplesOf(batchOf(dataset, indices));
        const full = { padding: [0, 0] as const, ...options, crop };
        samplesOf(batch).forEach((sample, i) => {
          expect(possible(sources[i] as number[], size, full)).toContain(sample.join());
        });
      }),
      runs(200),
    );
  });

  it('without options changes nothing', () => {
    const dataset = datasetOf(5, [2, 3, 4]);
    expect(batchOf(augment(dataset, { seed: 1 }), all(5))).toEqual(batchOf(dataset, all(5)));
  });

  it('changes a sample by seed, epoch and index alone, whatever the batch', () => {
    const augmented = () => augment(datasetOf(40, [1, 5, 5]), { seed: 3, flip: true, shift: 2 });
    const whole = samplesOf(batchOf(augmented(), all(40), 2));
    fc.assert(
      fc.property(fc.array(fc.nat(39), { minLength: 1, maxLength: 9 }), indices => {
        expect(samplesOf(batchOf(augmented(), indices, 2))).toEqual(indices.map(i => whole[i]));
      }),
      runs(50),
    );
    const other = (seed: number, epoch: number) =>
      samplesOf(batchOf(augment(datasetOf(40, [1, 5, 5]), { seed, flip: true, shift: 2 }), all(40), epoch)).filter(
        (sample, i) => sample.join() === whole[i]?.join(),
      ).length;
    expect(other(3, 2)).toBe(40);
    // One of 50 outcomes is the same by chance.
    for (const [seed, epoch] of [
      [3, 3],
      [4, 2],
      [2, 3],
      [3 + 2 ** 32, 2],
      [3, 2 + 2 ** 32],
    ] as const)
      expect(other(seed, epoch)).toBeLessThan(8);
  });

  it('draws the same in every engine, and in an implementation in Python', () => {
    const batch = batchOf(
      augment(datasetOf(3, [2, 2]), { seed: 42, flip: true, flipVertical: true, shift: 1 }),
      all(3),
      5,
    );
    expect(samplesOf(batch)).toEqual([
      [1, 2, 0, 0],
      [0, 5, 0, 7],
      [0, 0, 10, 9],
    ]);
  });

  it('does not alter what one option does by another', () => {
    const shifted = samplesOf(batchOf(augment(datasetOf(30, [3, 3]), { seed: 9, shift: 1 }), all(30)));
    const both = samplesOf(batchOf(augment(datasetOf(30, [3, 3]), { seed: 9, shift: 1, flip: true }), all(30)));
    const mirror = (sample: number[]) =>
      planesOf(sample, 3, 3).flatMap(plane => plane.flatMap(row => row.slice().reverse()));
    for (const [i, sample] of both.entries())
      expect([shifted[i]?.join(), mirror(shifted[i] as number[]).join()]).toContain(sample.join());
  });

  it.each<[string, readonly number[], Omit<AugmentOptions, 'seed'>, number]>([
    ['half of the samples mirrored', [1, 2], { flip: true }, 2],
    ['half of the samples upside down', [2, 1], { flipVertical: true }, 2],
    ['all four ways to mirror', [2, 2], { flip: true, flipVertical: true }, 4],
    ['every shift', [3, 3], { shift: [1, 1] }, 9],
    ['every shift along one axis', [2, 3], { shift: [0, 2] }, 5],
    ['every window', [5, 4], { crop: [3, 3] }, 6],
    ['every window of the padded sample', [2, 2], { crop: 2, padding: 1 }, 9],
  ])('has %s equally often', (_, inputShape, options, outcomes) => {
    const count = 4000;
    const dataset = datasetOf(1, inputShape);
    const augmented = augment(dataset, { seed: 11, ...options });
    const counts = new Map<string, number>();
    for (let epoch = 0; epoch < count; epoch++) {
      const outcome = batchOf(augmented, [0], epoch).inputs.join();
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    }
    expect(counts.size).toBe(outcomes);
    // Five standard errors; the seed is fixed.
    const expected = count / outcomes;
    for (const n of counts.values()) expect(Math.abs(n - expected)).toBeLessThan(5 * Math.sqrt(expected));
  });

  it('mirrors half of the samples of an epoch', () => {
    const count = 4000;
    const augmented = augment(datasetOf(count, [1, 2]), { seed: 1, flip: true });
    const mirrored = samplesOf(batchOf(augmented, all(count))).filter(([a = 0, b = 0]) => a > b).length;
    expect(Math.abs(mirrored - count / 2)).toBeLessThan(5 * Math.sqrt(count / 4));
  });

  it('leaves the batches of the dataset as they are, even where that hands out its own', () => {
    const dataset = datasetOf(4, [3, 3]);
    const own = batchOf(dataset, all(4));
    const before = structuredClone(own);
    const keeper: Dataset = { length: 4, inputShape: [3, 3], targetShape: null, batch: () => own };
    const augmented = augment(keeper, { seed: 1, shift: 2, flip: true });
    batchOf(augmented, all(4), 1, batchOf(augmented, all(4)));
    expect(own).toEqual(before);
  });

  it('uses arrays again, its own and those of the dataset', () => {
    const dataset = datasetOf(6, [1, 3, 3]);
    const given: (Batch | undefined)[] = [];
    const made: Batch[] = [];
    const spy: Dataset = {
      length: 6,
      inputShape: [1, 3, 3],
      targetShape: null,
      batch: (indices, epoch, into) => {
        given.push(into);
        made.push(dataset.batch(indices, epoch, into));
        return made.at(-1) as Batch;
      },
    };
    const augmented = augment(spy, { seed: 1, crop: 2 });
    const first = batchOf(augmented, [0, 1]);
    const second = batchOf(augmented, [2, 3], 0, first);
    const third = batchOf(augmented, [4, 5], 0, second);
    expect(given).toEqual([undefined, made[0], made[1]]);
    expect(third.inputs).toBe(first.inputs);
    expect(third).toEqual(batchOf(augment(dataset, { seed: 1, crop: 2 }), [4, 5]));
  });

  it('waits for a dataset that gives promises, and hands on its errors', async () => {
    const dataset = datasetOf(4, [3, 3]);
    const slow: Dataset = {
      ...shapeOf(dataset),
      batch: async (indices, epoch, into) => dataset.batch(indices, epoch, into),
    };
    const options = { seed: 5, shift: 1, flip: true };
    const answer = augment(slow, options).batch(all(4), 1);
    expect(answer).toBeInstanceOf(Promise);
    expect(await answer).toEqual(batchOf(augment(dataset, options), all(4), 1));
    const broken: Dataset = { ...shapeOf(dataset), batch: async () => Promise.reject(new Error('no disk')) };
    await expect(augment(broken, options).batch(all(4), 1)).rejects.toThrow('no disk');
  });

  it('may be put on top of another', () => {
    const twice = augment(augment(datasetOf(20, [3, 4]), { seed: 1, crop: [2, 2] }), { seed: 1, flip: true });
    expect(twice.inputShape).toEqual([2, 2]);
    expect(samplesOf(batchOf(twice, all(20), 3))).toEqual(
      samplesOf(batchOf(augment(datasetOf(20, [3, 4]), { seed: 1, crop: [2, 2], flip: true }), all(20), 3)),
    );
  });
});

const shapeOf = ({ length, inputShape, targetShape }: Dataset) => ({ length, inputShape, targetShape });

describe('augment refuses', () => {
  const dataset = datasetOf(4, [1, 4, 5]);
  const refuse = (options: object, argument: string, ...parts: string[]) =>
    expectArgumentError(() => augment(dataset, { seed: 1, ...options }), ArgumentError, argument, ...parts);

  it('wrong options', () => {
    for (const seed of [undefined, 0.5, Number.NaN]) refuse({ seed }, 'seed', shown(seed));
    for (const value of [1, null]) {
      refuse({ flip: value }, 'flip', shown(value));
      refuse({ flipVertical: value }, 'flipVertical', shown(value));
    }
    for (const shift of [-1, 0.5, [1], [1, -1]]) refuse({ shift }, 'shift', shown(shift));
    for (const crop of [0, 0.5, [1, 0]]) refuse({ crop }, 'crop', shown(crop));
    for (const padding of [-1, [1, 0.5]]) refuse({ crop: 2, padding }, 'padding', shown(padding));
    refuse({ padding: 1 }, 'padding', '1', 'crop');
    refuse({ crop: [5, 5] }, 'crop', '[5, 5]', '[4, 5]');
    refuse({ crop: [6, 8], padding: 1 }, 'crop', '[6, 8]', '[6, 7]');
    for (const fill of [Number.NaN, Number.POSITIVE_INFINITY, null]) refuse({ fill }, 'fill', shown(fill));
  });

  it('datasets that are none, or have no images', () => {
    expectArgumentError(() => augment(undefined as never, { seed: 1 }), ArgumentError, 'dataset', 'undefined');
    for (const shape of [[4], [1, 1, 2, 2]])
      expectArgumentError(
        () => augment(datasetOf(1, shape), { seed: 1 }),
        ShapeError,
        'dataset.inputShape',
        shown(shape),
      );
  });

  it('indices, epochs and batches that do not fit', () => {
    const augmented = augment(dataset, { seed: 1, crop: 3 });
    expectArgumentError(() => batchOf(augmented, [0, 4]), ArgumentError, 'indices', 'indices[1]', '4');
    expectArgumentError(() => batchOf(augmented, [0], -1), ArgumentError, 'epoch', '-1');
    expectArgumentError(() => batchOf(augmented, [0], 0, batchOf(dataset, [0])), ShapeError, 'into.inputs', '9');
    const short = { ...shapeOf(dataset), batch: () => batchOf(dataset, [0]) };
    expectArgumentError(() => batchOf(augment(short, { seed: 1 }), [0, 1]), ShapeError, 'dataset.batch().count', '2');
  });
});
