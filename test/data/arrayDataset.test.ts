import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArgumentError, ArrayDataset, type ArrayDatasetOptions, DTypeError, ShapeError } from '../../src/index.ts';
import { expectArgumentError, shown } from '../helpers/errors.ts';
import { runs } from '../helpers/property.ts';
import { at, dtypes, rounded } from '../helpers/values.ts';

const arrays = [
  Uint8Array,
  Uint8ClampedArray,
  Int8Array,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  Float32Array,
  Float64Array,
] as const;

const small: ArrayDatasetOptions = {
  inputs: Uint8Array.of(0, 51, 102, 153, 204, 255),
  inputShape: [2],
  targets: [2, 0, 1],
};

describe('ArrayDataset', () => {
  it('divides bytes by 255 and gathers the samples in the order of the indices', () => {
    const dataset = new ArrayDataset(small);
    expect(dataset).toMatchObject({ length: 3, inputShape: [2], targetShape: null, classes: null, dtype: 'float32' });
    const { inputs, targets, count } = dataset.batch(Uint32Array.of(2, 0, 2));
    expect(inputs).toEqual(Float32Array.of(0.8, 1, 0, 0.2, 0.8, 1));
    expect(targets).toEqual(Int32Array.of(1, 2, 1));
    expect(count).toBe(3);
  });

  it('normalises as torchvision does', () => {
    // A pixel (124, 0, 255) in the figures that torchvision's models for ImageNet are documented with.
    const dataset = new ArrayDataset({
      inputs: Uint8Array.of(124, 0, 255),
      inputShape: [3, 1, 1],
      targets: [0],
      mean: [0.485, 0.456, 0.406],
      std: [0.229, 0.224, 0.225],
    });
    const [red, green, blue] = dataset.batch(Uint32Array.of(0)).inputs;
    expect(red).toBeCloseTo(0.00556554, 6);
    expect(green).toBeCloseTo(-2.0357144, 6);
    expect(blue).toBeCloseTo(2.64, 6);
  });

  it('computes (scale * x - mean[channel]) / std[channel] in float64 for every array, shape and element type', () => {
    const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 0, maxLength: 4 });
    const figures = (channels: number) => {
      const list = (entry: fc.Arbitrary<number>) =>
        fc.oneof(fc.constant(undefined), entry, fc.array(entry, { minLength: channels, maxLength: channels }));
      return fc.record({
        mean: list(fc.double({ min: -3, max: 3, noNaN: true })),
        std: list(fc.double({ min: 0.01, max: 9, noNaN: true })),
        scale: fc.constantFrom(undefined, 1, 1 / 16, -3),
      });
    };
    const cases = shapes.chain(inputShape =>
      fc.record({
        inputShape: fc.constant(inputShape),
        // Many samples, and bytes have a table; few, and they have none.
        count: fc.constantFrom(1, 3, 300),
        Numbers: fc.constantFrom(...arrays),
        options: figures(inputShape.length === 2 ? 1 : (inputShape[0] ?? 1)),
        dtype: fc.constantFrom(...dtypes),
      }),
    );
    fc.assert(
      fc.property(cases, ({ inputShape, count, Numbers, options, dtype }) => {
        const size = inputShape.reduce((product, n) => product * n, 1);
        const inputs = new Numbers(count * size);
        for (let i = 0; i < inputs.length; i++) inputs[i] = (i * 37) % 251;
        const targets = Array.from({ length: count }, (_, i) => i);
        const dataset = new ArrayDataset({ inputs, inputShape, targets, dtype, ...options });
        const batch = dataset.batch(Uint32Array.of(count - 1, 0));
        const { mean = 0, std = 1, scale } = options;
        const bytes = Numbers === Uint8Array || Numbers === Uint8ClampedArray;
        const channels = inputShape.length === 2 ? 1 : (inputShape[0] ?? 1);
        const of = (list: number | number[], channel: number) => (typeof list === 'number' ? list : at(list, channel));
        const expected = [count - 1, 0].flatMap(sample =>
          Array.from({ length: size }, (_, i) => {
            const x = at(inputs, sample * size + i);
            const scaled = scale !== undefined ? x * scale : bytes ? x / 255 : x;
            const channel = Math.floor(i / (size / channels));
            return rounded((scaled - of(mean, channel)) / of(std, channel), dtype);
          }),
        );
        expect(batch.inputs.constructor.name.toLowerCase()).toBe(`${dtype}array`);
        expect([...batch.inputs]).toEqual(expected);
        expect([...batch.targets]).toEqual([count - 1, 0]);
      }),
      runs(300),
    );
  });

  it('takes numbers as targets', () => {
    for (const dtype of dtypes) {
      const dataset = new ArrayDataset({ ...small, targets: [1, 0.1, 2, 0.2, 3, 0.3], targetShape: [2, 1], dtype });
      expect(dataset.targetShape).toEqual([2, 1]);
      const { targets } = dataset.batch(Uint32Array.of(1, 0));
      expect([...targets]).toEqual([2, 0.2, 1, 0.1].map(value => rounded(value, dtype)));
      expect(targets.constructor.name.toLowerCase()).toBe(`${dtype}array`);
    }
    const scalars = new ArrayDataset({ ...small, targets: Float64Array.of(0.5, -1, 2), targetShape: [] });
    expect(scalars.batch(Uint32Array.of(2, 1)).targets).toEqual(Float32Array.of(2, -1));
  });

  it('takes class ids from any array', () => {
    for (const targets of [[2, 0, 1], Uint8Array.of(2, 0, 1), Int32Array.of(2, 0, 1), Float64Array.of(2, 0, 1)])
      expect(new ArrayDataset({ ...small, targets }).batch(Uint32Array.of(0, 1)).targets).toEqual(Int32Array.of(2, 0));
  });

  it('may be empty', () => {
    const dataset = new ArrayDataset({ inputs: new Uint8Array(), inputShape: [1, 28, 28], targets: [] });
    expect(dataset.length).toBe(0);
    expect(dataset.batch(new Uint32Array())).toEqual({
      inputs: new Float32Array(),
      targets: new Int32Array(),
      count: 0,
    });
  });

  it('fills the arrays of `into`, and gives it back', () => {
    const dataset = new ArrayDataset(small);
    const into = dataset.batch(Uint32Array.of(0, 1));
    const { inputs, targets } = into;
    const again = dataset.batch(Uint32Array.of(2, 2), 1, into);
    expect(again).toBe(into);
    expect(again).toEqual(dataset.batch(Uint32Array.of(2, 2)));
    expect(again.inputs).toBe(inputs);
    expect(again.targets).toBe(targets);
  });

  it('normalises what is normalised already', () => {
    const inputs = Uint8Array.from({ length: 12 }, (_, i) => i * 20);
    const plain = new ArrayDataset({ inputs, inputShape: [2, 1, 2], targets: [0, 1, 2], dtype: 'float64' });
    const all = Uint32Array.of(0, 1, 2);
    const once = plain.normalized({ mean: 0.25, std: 0.5 });
    expect(once.batch(all).inputs).toEqual(plain.batch(all).inputs.map(x => (x - 0.25) / 0.5));
    const twice = once.normalized({ mean: [1, -1], std: [2, 4] });
    once.batch(all).inputs.forEach((x, i) => {
      const channel = Math.floor(i / 2) % 2;
      expect(twice.batch(all).inputs[i]).toBeCloseTo((x - at([1, -1], channel)) / at([2, 4], channel), 12);
    });
    expect(plain.batch(all).inputs[1]).toBe(20 / 255);
  });
});

describe('ArrayDataset refuses', () => {
  const refuse = (
    options: object,
    type: Parameters<typeof expectArgumentError>[1],
    argument: string,
    ...parts: string[]
  ) => expectArgumentError(() => new ArrayDataset({ ...small, ...options }), type, argument, ...parts);

  it('inputs that are no typed array of numbers, or do not fit their shape', () => {
    for (const inputs of [undefined, [1, 2], new DataView(new ArrayBuffer(6)), new BigInt64Array(6)])
      refuse({ inputs }, ArgumentError, 'inputs');
    refuse({ inputs: new Uint8Array(5) }, ShapeError, 'inputs', '5 numbers', '2');
    refuse({ inputShape: [0] }, ShapeError, 'inputShape', '[0]');
    refuse({ inputShape: 2 }, ShapeError, 'inputShape', '2');
  });

  it('targets that are no class ids, or not as many as the samples', () => {
    for (const bad of [-1, 0.5, Number.NaN, 2 ** 31, '1', undefined])
      refuse({ targets: [0, bad, 1] }, ArgumentError, 'targets', 'targets[1]', String(bad));
    for (const targets of [[0, 1], [0, 1, 2, 3], new Uint8Array(4)])
      refuse({ targets }, ShapeError, 'targets', `${targets.length} numbers`, '3');
    for (const targets of [undefined, 'abc', { length: 3 }]) refuse({ targets }, ArgumentError, 'targets');
  });

  it('targets that do not fit targetShape', () => {
    refuse({ targetShape: [2] }, ShapeError, 'targets', '3 numbers', '6');
    refuse({ targets: [1, '2', 3], targetShape: [] }, ArgumentError, 'targets', 'targets[1]', '"2"');
    refuse({ targetShape: [0] }, ShapeError, 'targetShape', '[0]');
  });

  it('classes that are no names, or too few', () => {
    refuse({ classes: 'abc' }, ArgumentError, 'classes', 'abc');
    refuse({ classes: ['a', 1, 'c'] }, ArgumentError, 'classes');
    refuse({ classes: ['a', 'b'] }, ArgumentError, 'targets', 'targets[0]', '2', '0 to 1');
    refuse({ classes: ['a'], targetShape: [1] }, ArgumentError, 'classes');
  });

  it('figures that are no numbers, or not one for each channel', () => {
    for (const scale of [0, Number.NaN, Number.POSITIVE_INFINITY, '2'])
      refuse({ scale }, ArgumentError, 'scale', typeof scale === 'string' ? `"${scale}"` : shown(scale));
    for (const mean of [Number.NaN, Number.POSITIVE_INFINITY, null]) {
      refuse({ mean }, ArgumentError, 'mean', shown(mean));
      refuse({ mean: [0, mean] }, ArgumentError, 'mean', 'mean[1]', shown(mean));
    }
    for (const std of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      refuse({ std }, ArgumentError, 'std', shown(std));
      refuse({ std: [1, std] }, ArgumentError, 'std', 'std[1]', shown(std));
    }
    refuse({ mean: [0, 0, 0] }, ShapeError, 'mean', '[0, 0, 0]', '2');
    refuse({ mean: [] }, ShapeError, 'mean');
    refuse({ inputShape: [2, 3], inputs: new Uint8Array(18), std: [1, 1] }, ShapeError, 'std', 'one number');
    refuse({ dtype: 'int8' }, DTypeError, 'dtype', 'int8');
    const dataset = new ArrayDataset(small);
    expectArgumentError(() => dataset.normalized({ mean: 0, std: 0 }), ArgumentError, 'std', '0');
  });

  it('indices, epochs and batches to fill that do not fit, and writes nothing', () => {
    const dataset = new ArrayDataset(small);
    const into = dataset.batch(Uint32Array.of(0, 1));
    const before = structuredClone(into);
    const run =
      (indices: Uint32Array, epoch = 0, given = into) =>
      () =>
        dataset.batch(indices, epoch, given);
    expectArgumentError(run(Uint32Array.of(1, 3)), ArgumentError, 'indices', 'indices[1]', '3');
    expectArgumentError(run([1, 2] as never), ArgumentError, 'indices', '[1, 2]');
    expectArgumentError(run(Uint32Array.of(1, 2), -1), ArgumentError, 'epoch', '-1');
    expectArgumentError(run(Uint32Array.of(1)), ShapeError, 'into.count', '2', '1');
    const { inputs, targets, count } = into;
    const wide = Float64Array.from(inputs);
    const other = Uint32Array.of(1, 2);
    expectArgumentError(run(other, 0, { inputs: wide, targets, count }), DTypeError, 'into.inputs', 'float32');
    expectArgumentError(run(other, 0, { inputs, targets: wide, count }), ArgumentError, 'into.targets', 'Int32Array');
    expectArgumentError(run(other, 0, { inputs: inputs.subarray(1), targets, count }), ShapeError, 'into.inputs');
    expectArgumentError(run(other, 0, { inputs, targets: targets.subarray(1), count }), ShapeError, 'into.targets');
    expect(into).toEqual(before);
  });
});
