import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArgumentError, ArrayDataset, type Dataset, meanAndDeviation } from '../../src/index.ts';
import { expectArgumentError } from '../helpers/errors.ts';
import { runs } from '../helpers/property.ts';
import { at } from '../helpers/values.ts';

const datasetOf = (inputShape: number[], values: number[]) =>
  new ArrayDataset({
    inputs: Float64Array.from(values),
    inputShape,
    targets: new Uint8Array(values.length / inputShape.reduce((product, n) => product * n, 1)),
    dtype: 'float64',
  });

describe('meanAndDeviation', () => {
  it('are those of the formula, for each channel of any number of samples', async () => {
    const cases = fc
      .tuple(fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }), fc.constantFrom(1, 2, 255, 256, 257, 600))
      .chain(([inputShape, count]) => {
        const size = inputShape.reduce((product, n) => product * n, 1);
        return fc.record({
          inputShape: fc.constant(inputShape),
          size: fc.constant(size),
          count: fc.constant(count),
          step: fc.nat(1000),
          offset: fc.constantFrom(0, 1e6, -3),
        });
      });
    await fc.assert(
      fc.asyncProperty(cases, async ({ inputShape, size, count, step, offset }) => {
        const values = Array.from({ length: size * count }, (_, i) => offset + ((i * step) % 17));
        const channels = inputShape.length === 2 ? 1 : (inputShape[0] ?? 1);
        const { mean, std } = await meanAndDeviation(datasetOf(inputShape, values));
        expect(mean).toHaveLength(channels);
        expect(std).toHaveLength(channels);
        for (let c = 0; c < channels; c++) {
          const mine = values.filter((_, i) => Math.floor((i % size) / (size / channels)) === c);
          const expected = mine.reduce((sum, x) => sum + x, 0) / mine.length;
          const variance = mine.reduce((sum, x) => sum + (x - expected) ** 2, 0) / mine.length;
          expect(Math.abs(at(mean, c) - expected)).toBeLessThan(1e-9);
          expect(Math.abs(at(std, c) - (variance === 0 ? 1 : Math.sqrt(variance)))).toBeLessThan(1e-8);
        }
      }),
      runs(50),
    );
  });

  it('loses nothing to a large mean', async () => {
    const { mean, std } = await meanAndDeviation(datasetOf([1], [1e9 + 1, 1e9 + 2, 1e9 + 3, 1e9 + 4]));
    expect(mean).toEqual([1e9 + 2.5]);
    expect(std[0]).toBeCloseTo(Math.sqrt(1.25), 12);
  });

  it('gives a deviation of 1 where all values are equal, also where their sum is not exact', async () => {
    expect(
      await meanAndDeviation(
        datasetOf(
          [2],
          Array.from({ length: 2000 }, (_, i) => (i % 2 ? 0.1 : 0.3)),
        ),
      ),
    ).toEqual({
      mean: [0.3, 0.1],
      std: [1, 1],
    });
  });

  it('brings a dataset to mean 0 and deviation 1', async () => {
    const inputs = Uint8Array.from({ length: 3000 }, (_, i) => (i * i) % 256);
    const raw = new ArrayDataset({ inputs, inputShape: [3, 5, 2], targets: new Uint8Array(100), dtype: 'float64' });
    const after = await meanAndDeviation(raw.normalized(await meanAndDeviation(raw)));
    for (const mean of after.mean) expect(mean).toBeCloseTo(0, 12);
    for (const std of after.std) expect(std).toBeCloseTo(1, 12);
  });

  it('refuses what is no dataset, or has no samples', async () => {
    const caught = async (dataset: unknown) => meanAndDeviation(dataset as Dataset).catch((error: unknown) => error);
    for (const dataset of [datasetOf([2], []), undefined, [1, 2]]) {
      const error = await caught(dataset);
      expectArgumentError(
        () => {
          throw error;
        },
        ArgumentError,
        'dataset',
      );
    }
  });
});
